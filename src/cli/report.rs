//! `promproof report`

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::test_command::coverage;
use super::{Error, ExitStatus, Session, atomic};
use crate::report::Style;
use crate::report::coverage::summary_line;
use crate::report::merge::Report;
use crate::report::text::one_line;
use crate::source::Severity;

/// All reports together are not larger, in bytes: what they hold takes several times as much memory.
const MAX_REPORTS_BYTES: u64 = 256 << 20;

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
/// of a run of everything. They say which part they are, so that one that is missing or there twice is an error.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct MergeArgs {
    /// The reports
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,

    /// Write to OUT, which is none of the files [default: standard output, also as `-`]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// Exit with 1 if less than PERCENT of all points is covered (only of coverage, or of JSON reports that have it)
    #[arg(long, value_name = "PERCENT", value_parser = coverage::percent, allow_negative_numbers = true)]
    fail_under: Option<f64>,

    /// Join what is there even if a part of `--partition` is missing
    #[arg(long)]
    allow_missing: bool,
}

const EXAMPLES: &str = "\
Examples:
  promproof report merge part-*.xml -o report.xml
  promproof report merge part-*.json -o coverage.json --fail-under 80

Exit code: 0 if the reports are joined (whatever is in them), 1 if less is covered than --fail-under asks for, 2 where a file cannot be read, the files do not belong together, or a part is missing.";

/// Runs the subcommand.
///
/// # Errors
/// What keeps it from its work.
pub(super) fn run(args: &ReportArgs, session: &Session) -> Result<ExitStatus, Error> {
    match &args.command {
        ReportCommand::Merge(args) => merge(args, session),
    }
}

fn merge(args: &MergeArgs, session: &Session) -> Result<ExitStatus, Error> {
    forbid_twice(&args.files)?;
    forbid_overwriting(args)?;
    let Some(report) = joined(&args.files, session)? else { return Ok(ExitStatus::Clean) };
    if let Some(parts) = report.parts().filter(|parts| !parts.is_whole() && !args.allow_missing) {
        let verb = if parts.is_one_missing() { "is" } else { "are" };
        return Err(Error::new(format!("{} {verb} missing", parts.missing())).help(
            "a job may have ended before it wrote its report, or a file is not given here; --allow-missing joins the rest",
        ));
    }
    if args.fail_under.is_some() && report.coverage().is_none() {
        return Err(Error::new(format!("--fail-under needs coverage, and this is {}", report.kind()))
            .help("join what `promproof test --coverage-json FILE` writes"));
    }
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => atomic::write(path, |out| report.write(out))?,
        None => {
            let mut stdout = session.stdout(report.syntax());
            report.write(&mut stdout)?;
            stdout.flush()?;
        }
    }
    let Some(covered) = report.coverage() else { return Ok(ExitStatus::Clean) };
    writeln!(session.stderr(), "{}", summary_line(&session.error_style, covered))?;
    Ok(if coverage::is_enough(args.fail_under, covered, session)? { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// What is joined is not overwritten: joined again, the result would count what it was joined from twice.
fn forbid_overwriting(args: &MergeArgs) -> Result<(), Error> {
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let target = output.and_then(|path| path.canonicalize().ok());
    let is_input = |path: &PathBuf| path.canonicalize().ok() == target;
    match args.files.iter().find(|path| target.is_some() && is_input(path)) {
        Some(path) => Err(Error::new(format!("--output would overwrite {}, which is to be joined", path.display()))
            .help("name another file")),
        None => Ok(()),
    }
}

/// Joins what is in the files: parts of a suite by their numbers, since a shell's pattern has 10 before 2, and all
/// others behind them as they are given.
fn joined(files: &[PathBuf], session: &Session) -> Result<Option<Report>, Error> {
    let mut reports = Vec::new();
    let mut left = MAX_REPORTS_BYTES;
    for path in files {
        let failure = |message: String| Error::new(format!("{}: {message}", path.display()));
        let text = read(path, left).map_err(failure)?;
        left = left.saturating_sub(text.len() as u64);
        reports.push((path, Report::read(&text).map_err(failure)?));
    }
    reports.sort_by_key(|(_, report)| report.parts().and_then(|parts| parts.held.first().copied()).unwrap_or(u32::MAX));
    let mut joined: Option<Report> = None;
    for (path, report) in reports {
        let Some(joined) = &mut joined else {
            joined = Some(report);
            continue;
        };
        let doubt = joined
            .merge(report)
            .map_err(|refusal| Error::new(format!("{}: {refusal}", path.display())).help(refusal.help()))?;
        if let Some(doubt) = doubt {
            let word = session.error_style.paint(Style::severity(Severity::Warning), "warning");
            writeln!(session.stderr(), "{word}: {}: {doubt}", one_line(&path.display().to_string()))?;
        }
    }
    Ok(joined)
}

/// A file that is given twice would be counted twice.
fn forbid_twice(files: &[PathBuf]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    // What cannot be resolved cannot be read, which is told when it is read.
    let again = files.iter().find(|path| path.canonicalize().is_ok_and(|path| !seen.insert(path)));
    match again {
        Some(path) => Err(Error::new(format!("{} is given twice, and would be counted twice", path.display()))
            .help("a pattern may match a file that is named as well; give each file once")),
        None => Ok(()),
    }
}

/// Reads a report of at most `limit` bytes. A pipe or a device is none: it may never end.
fn read(path: &Path, limit: u64) -> Result<String, String> {
    if !path.metadata().map_err(|error| error.to_string())?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > limit {
        return Err(format!("the files are larger than {} MiB together", MAX_REPORTS_BYTES >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())
}
