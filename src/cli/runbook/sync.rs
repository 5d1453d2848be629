//! `promproof runbook sync`

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{Error, ExitStatus, Session, no_pages, read};
use crate::cli::config::ConfigArgs;
use crate::cli::{changes, rewrite};
use crate::lint::sync_pages;
use crate::report::workflow::Syntax;
use crate::source::words::counted;

/// Write the rules as they are into the pages that show them
///
/// Only what is different changes, and only within the blocks of YAML; the rest of a page stays as it is.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct SyncArgs {
    /// Files or directories with rules
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Show what would change, and write nothing; exit with 1 if something would change
    #[arg(long)]
    pub diff: bool,

    #[command(flatten)]
    pub config: ConfigArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof runbook sync --diff     what would change, as a patch
  promproof runbook sync

Exit code: 0 if all pages show their rules as they are, 1 where --diff shows changes or a block
cannot be changed, 2 where something cannot be read or written.";

/// Writes the pages, or shows what would change.
///
/// # Errors
/// Where no page is known, or the output cannot be written.
pub(super) fn run(args: &SyncArgs, session: &Session) -> Result<ExitStatus, Error> {
    let (config, mut inputs) = read(&args.config, &args.paths, session)?;
    if inputs.workspace.pages().is_empty() {
        return Err(no_pages(&config));
    }
    let before: Vec<_> = inputs.workspace.pages().iter().map(|page| Arc::clone(&page.file)).collect();
    let synced = sync_pages(&mut inputs.workspace, &config);
    let after = inputs.workspace.pages().iter().map(|page| Arc::clone(&page.file));
    let changed: Vec<_> = before.into_iter().zip(after).filter(|(old, new)| old.text() != new.text()).collect();
    let mut out = session.stdout(Syntax::Text);
    let mut failed = !inputs.failures.is_empty();
    let mut unwritten = 0;
    for (old, new) in &changed {
        if args.diff {
            changes::write(&mut out, &session.style, old, new.text())?;
        } else if let Err(error) = rewrite::replace(old, new.text()) {
            session.report(&error);
            unwritten += 1;
        }
    }
    for place in &synced.left {
        let (name, line) = (place.file.name(), place.file.position(place.span.start()).line);
        let message =
            format!("{name}:{line}: {} is not written: its block is of a kind that is not changed", place.text);
        session.report(&Error::new(message));
    }
    let (rules, files) = (counted(synced.count, "rule"), counted(changed.len(), "page"));
    failed |= unwritten > 0;
    match (args.diff, changed.is_empty()) {
        _ if unwritten > 0 => writeln!(out, "{} of {files} written", changed.len() - unwritten)?,
        (_, true) => writeln!(out, "all pages show their rules as they are")?,
        (true, false) => writeln!(session.stderr(), "{rules} would be written into {files}")?,
        (false, false) => writeln!(out, "{rules} written into {files}")?,
    }
    out.flush()?;
    Ok(match failed {
        true => ExitStatus::Failed,
        false if !synced.left.is_empty() || args.diff && !changed.is_empty() => ExitStatus::Findings,
        false => ExitStatus::Clean,
    })
}
