//! `promproof report`

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::test::coverage;
use super::{Outcome, Session, Trouble, atomic};
use crate::report::coverage::summary_line;
use crate::report::merge::Report;

/// No report is larger, in bytes.
const MAX_REPORT_BYTES: u64 = 1 << 30;

/// Work on the reports of `promproof test`
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct ReportArgs {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    Merge(MergeArgs),
}

/// Join the reports of the parts of a suite
///
/// Takes JUnit reports, JSON reports, coverage as JSON, or tracefiles of lcov; which of them shows in what is in them,
/// and all must be of one kind. Totals are counted anew: the joined reports of `promproof test --partition` are those
/// of a run of everything. Give the parts in their order.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct MergeArgs {
    /// The reports
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,

    /// Write to OUT, which may be one of the files [default: standard output, also as `-`]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// Exit with 1 if less than PERCENT of all points is covered (only of coverage, or of JSON reports that have it)
    #[arg(long, value_name = "PERCENT", value_parser = coverage::percent, allow_negative_numbers = true)]
    fail_under: Option<f64>,
}

const EXAMPLES: &str = "\
Examples:
  promproof report merge part-*.xml -o report.xml
  promproof report merge part-*.json -o coverage.json --fail-under 80

Exit code: 0 if the reports are joined (whatever is in them), 1 if less is covered than --fail-under asks for, 2 where a file cannot be read or the files are of different kinds.";

/// Runs the subcommand.
///
/// # Errors
/// What keeps it from its work.
pub(super) fn run(args: &ReportArgs, session: &Session) -> Result<Outcome, Trouble> {
    match &args.command {
        ReportCommand::Merge(args) => merge(args, session),
    }
}

fn merge(args: &MergeArgs, session: &Session) -> Result<Outcome, Trouble> {
    let mut joined: Option<(&Path, Report)> = None;
    for path in &args.files {
        let failure = |message: String| Trouble::new(format!("{}: {message}", path.display()));
        let report = Report::read(&read(path).map_err(failure)?).map_err(failure)?;
        let Some((first, joined)) = &mut joined else {
            joined = Some((path, report));
            continue;
        };
        if let Err(other) = joined.merge(report) {
            let (one, another) = (joined.kind(), other.kind());
            let message = format!("{} is {one}, and {} is {another}", first.display(), path.display());
            return Err(Trouble::new(message).help("join the reports of one kind at a time"));
        }
    }
    let Some((_, report)) = joined else { return Ok(Outcome::Clean) };
    if args.fail_under.is_some() && report.coverage().is_none() {
        return Err(Trouble::new(format!("--fail-under needs coverage, and this is {}", report.kind()))
            .help("join what `promproof test --coverage-json FILE` writes"));
    }
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => atomic::write(path, |out| report.write(out))?,
        None => {
            let mut stdout = session.stdout();
            report.write(&mut stdout)?;
            stdout.flush()?;
        }
    }
    let Some(covered) = report.coverage() else { return Ok(Outcome::Clean) };
    writeln!(session.stderr(), "{}", summary_line(&session.error_look, covered))?;
    Ok(if coverage::is_enough(args.fail_under, covered, session)? { Outcome::Clean } else { Outcome::Findings })
}

fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_REPORT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_REPORT_BYTES {
        return Err(format!("is larger than {} MiB", MAX_REPORT_BYTES / (1024 * 1024)));
    }
    String::from_utf8(bytes).map_err(|_| "is no UTF-8 text".to_owned())
}
