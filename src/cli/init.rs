//! `promproof init`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::config::ConfigArgs;
use super::inputs::Inputs;
use super::{Error, ExitStatus, Session, atomic, config, outputs};
use crate::init::{self, Ground, Kept, Next, Plan, Proposal};
use crate::report::text::one_line;
use crate::report::workflow::Syntax;
use crate::workspace::Purpose;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct InitArgs {
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub config: ConfigArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof init              write what is missing
  promproof init --dry-run    see it first

Exit code: 0, or 2 where there is no rule file, or a file cannot be read or written.";

/// Finds out, writes, and says what comes next.
///
/// # Errors
/// Where the configuration makes no sense, there is nothing to set up, or the output cannot be written.
pub(super) fn run(args: &InitArgs, session: &Session) -> Result<ExitStatus, Error> {
    let config = config::load(&args.config, session)?;
    let here = std::env::current_dir()
        .map_err(|error| Error::new(format!("cannot find out the current directory: {error}")))?;
    let config_path = config::path(&args.config.file, &here)?;
    let paths = [PathBuf::from(".")];
    let lookup = args.config.file.files.lookup(&config, &paths);
    let progress = session.progress("looking around");
    let mut inputs = Inputs::read(Purpose::Check, &paths, "<stdin>", &lookup, config.settings());
    let shown = config_path.as_deref().map(|path| config::shown(path, &here));
    let options = config::run_options(&config);
    let ground = Ground { config: &config, config_path: shown, lookup: &lookup, options };
    let plan = init::plan(&mut inputs.workspace, &ground);
    drop(progress);
    let Some(plan) = plan else {
        return Err(Error::new("nothing to set up: there is no rule file below this directory")
            .help("a rule file has a `groups:` list at the top, or holds Kubernetes objects of kind PrometheusRule"));
    };
    for failure in &inputs.failures {
        session.report(&Error::from(failure));
    }
    let is_whole = carry_out(&plan, args.dry_run, session)?;
    Ok(if is_whole && inputs.failures.is_empty() { ExitStatus::Clean } else { ExitStatus::Failed })
}

/// Writes the files; whether all could be written.
fn carry_out(plan: &Plan, dry_run: bool, session: &Session) -> Result<bool, Error> {
    let mut out = session.stdout(Syntax::Text);
    writeln!(out, "found")?;
    for (what, finding) in &plan.found {
        writeln!(out, "  {what:9} {}", one_line(finding))?;
    }
    writeln!(out)?;
    let mut refused: Vec<&Path> = Vec::new();
    for file in &plan.files {
        match if dry_run { forbid(file) } else { write(file) } {
            Ok(()) => {
                let done = if dry_run { "would write" } else { "wrote" };
                writeln!(out, "{done} {}: {}", file.path.display(), one_line(&file.about))?;
                if dry_run {
                    indented(&mut out, &file.text)?;
                }
            }
            Err(error) => {
                session.report(&error);
                refused.push(&file.path);
            }
        }
    }
    for Kept { what, why, by_hand } in &plan.kept {
        writeln!(out, "left alone {}: {why}", one_line(what))?;
        indented(&mut out, by_hand)?;
    }
    // What needs a file that was not written does not come next.
    let is_possible = |next: &&Next| next.needs.as_deref().is_none_or(|needed| !refused.contains(&needed));
    let next: Vec<&Next> = plan.next.iter().filter(is_possible).collect();
    if !next.is_empty() {
        writeln!(out, "\nnext")?;
    }
    let width = next.iter().map(|next| next.command.len()).max().unwrap_or(0);
    for Next { command, about, .. } in next {
        writeln!(out, "  {:width$}  {about}", one_line(command))?;
    }
    out.flush()?;
    Ok(refused.is_empty())
}

/// Refuses a file that cannot be written, or may not be.
fn forbid(file: &Proposal) -> Result<(), Error> {
    // Somebody may have been faster.
    if file.path.symlink_metadata().is_ok() {
        return Err(Error::new(format!("{} is not written: it is there already", file.path.display())));
    }
    atomic::forbid_leaving(&file.path)
}

fn write(file: &Proposal) -> Result<(), Error> {
    forbid(file)?;
    outputs::write(&file.path, |out| out.write_all(file.text.as_bytes()))
}

fn indented(out: &mut impl std::io::Write, text: &str) -> Result<(), Error> {
    for line in text.lines() {
        writeln!(out, "{}", format!("    {line}").trim_end())?;
    }
    Ok(())
}
