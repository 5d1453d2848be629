//! `promproof runbook`: the pages of alerts, listed, kept up to date, begun.

mod list;
mod new;
mod sync;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::config::{self, ConfigArgs};
use super::inputs::Inputs;
use super::{Error, ExitStatus, Session};
use crate::lint::{self, Config};
use crate::report::Failure;
use crate::workspace::Purpose;

#[derive(Debug, Args)]
pub(super) struct RunbookArgs {
    #[command(subcommand)]
    command: RunbookCommand,
}

#[derive(Debug, Subcommand)]
enum RunbookCommand {
    List(list::ListArgs),
    Sync(sync::SyncArgs),
    New(new::NewArgs),
}

/// Runs the subcommand.
///
/// # Errors
/// Where the configuration makes no sense, or something cannot be read or written.
pub(super) fn run(args: &RunbookArgs, session: &Session) -> Result<ExitStatus, Error> {
    match &args.command {
        RunbookCommand::List(args) => list::run(args, session),
        RunbookCommand::Sync(args) => sync::run(args, session),
        RunbookCommand::New(args) => new::run(args, session),
    }
}

/// The configuration, and the rule files and pages that it leads to from `paths`; what cannot be read is said.
fn read(args: &ConfigArgs, paths: &[PathBuf], session: &Session) -> Result<(Config, Inputs), Error> {
    let mut config = config::load(args, session)?;
    config::learn(&mut config, &args.file.files, session)?;
    let lookup = args.file.files.lookup(&config, paths);
    let mut inputs = Inputs::read(Purpose::Check, paths, "<stdin>", &lookup, config.settings());
    let unread = lint::read_pages(&mut inputs.workspace, &mut config, &lookup);
    inputs.failures.extend(unread.into_iter().map(Failure::from));
    for Failure { path, message } in &inputs.failures {
        session.report(&Error::new(format!("{path}: {message}")));
    }
    for guess in &config.runbook.guessed {
        let folder = if guess.place.is_empty() { "this folder" } else { guess.place.as_str() };
        let (url, source) = (&guess.url, &guess.source);
        writeln!(
            session.stderr(),
            "note: that `{url}` is {folder} is guessed from {source}; `[runbook] sites` says otherwise"
        )?;
    }
    if !inputs.workspace.documents().iter().any(|document| document.rules().is_some()) {
        let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(Error::new(format!("no rule file in {}", paths.join(", "))));
    }
    Ok((config, inputs))
}

/// What to write into the configuration where it says nothing of pages.
fn no_pages(config: &Config) -> Error {
    let file = config.source().map_or(Path::new("promproof.toml"), |source| Path::new(source.name()));
    Error::new("no runbook page is known").help(format!(
        "say where they are in {}, below `[runbook]`: `sites = {{ \"https://runbooks.example.com/\" = \"content\" }}` or \
         `pages = [\"runbooks\"]`",
        file.display()
    ))
}
