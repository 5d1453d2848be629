//! `promproof check`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

use super::config::{self, ConfigArgs};
use super::options::FormatArgs;
use super::{Outcome, Session, Trouble};
use crate::lint::{self, Config, Document};
use crate::report::{CheckReport, Failure, Format, Summary, write_check, write_statistics};
use crate::rules::FileShape;
use crate::rules::discovery::{self, Found, Read, ReadError};
use crate::{rules, yaml};

/// Lint rule files
///
/// Rule files are found by what is in them: a `groups:` list at the top, or Kubernetes objects of kind PrometheusRule.
/// Other YAML files, hidden files and what .gitignore names are passed over.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckArgs {
    /// Files or directories; `-` reads standard input
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// What messages call standard input
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_filename: String,

    #[command(flatten)]
    pub format: FormatArgs,

    /// Print the findings and nothing else
    #[arg(short, long)]
    pub quiet: bool,

    /// Count the findings by rule, most frequent first
    #[arg(long)]
    pub statistics: bool,

    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub exit_zero: bool,

    #[command(flatten)]
    pub config: ConfigArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof check                              all rule files below the current directory
  promproof check rules/ alerts.yml            a directory and a file
  promproof check --output-format concise      one line per finding
  kubectl get prometheusrule -A -o yaml | promproof check -

Exit code: 0 without errors and warnings, 1 with some, 2 where a file could not be read or an argument makes no sense.";

/// Lints the paths and prints what was found.
///
/// # Errors
/// Where the configuration makes no sense, there is no rule file at all, or the output cannot be written.
pub(super) fn run(args: &CheckArgs, session: &Session) -> Result<Outcome, Trouble> {
    let config = config::load(&args.config, session)?;
    let progress = session.progress("linting");
    let (documents, failures) = read_documents(args, &config);
    if documents.is_empty() && failures.is_empty() {
        return Err(nothing_to_lint(&args.paths));
    }
    let diagnostics = lint::run(&documents, &config);
    drop(progress);

    let mut summary = Summary::of(&diagnostics, documents.len());
    summary.elapsed = session.elapsed_for_people();
    // Where nothing could be read, there is nothing to sum up.
    let quiet = args.quiet || documents.is_empty();
    let report = CheckReport { diagnostics, failures, summary, quiet };
    print(args, session, &report)?;
    Ok(if !report.failures.is_empty() {
        Outcome::Trouble
    } else if report.summary.fails() && !args.exit_zero {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// Prints the report on standard output, and what could not be read on standard error.
fn print(args: &CheckArgs, session: &Session, report: &CheckReport) -> Result<(), Trouble> {
    let format = session.format(&args.format);
    let mut stdout = session.stdout();
    write_check(&mut stdout, format, &session.look, report)?;
    if args.statistics && matches!(format, Format::Full | Format::Concise) {
        write_statistics(&mut stdout, &session.look, &report.diagnostics)?;
    }
    stdout.flush()?;
    // On GitHub they are annotations among the others.
    if format != Format::Github {
        for failure in &report.failures {
            session.report(&Trouble::new(failure.to_string()));
        }
    }
    Ok(())
}

/// All files that are to be linted, in the order of their names, and what could not be read.
fn read_documents(args: &CheckArgs, config: &Config) -> (Vec<Document>, Vec<Failure>) {
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| path == Path::new("-"));
    let (found, errors) = if paths.is_empty() { (Vec::new(), Vec::new()) } else { discovery::discover(&paths) };
    let mut failures: Vec<Failure> = errors.iter().map(failure_of).collect();

    let mut documents = Vec::new();
    if !stdin.is_empty() {
        match super::read_stdin(&args.stdin_filename).and_then(|read| document(read, config, true)) {
            Ok(document) => documents.extend(document),
            Err(failure) => failures.push(failure),
        }
    }
    let wanted: Vec<Found> =
        found.into_iter().filter(|found| found.named || !config.is_excluded(&found.path.to_string_lossy())).collect();
    let read: Vec<Result<Option<Document>, Failure>> = wanted
        .par_iter()
        .map(|found| document(discovery::read(&found.path).map_err(|error| failure_of(&error))?, config, found.named))
        .collect();
    for result in read {
        match result {
            Ok(document) => documents.extend(document),
            Err(failure) => failures.push(failure),
        }
    }
    (documents, failures)
}

/// The document of a file, if it is to be linted: one that was found by walking has to look like a rule file, one that
/// the user named must not be a test file.
///
/// # Errors
/// Where there is nothing in a file that the user named.
fn document(read: Read, config: &Config, named: bool) -> Result<Option<Document>, Failure> {
    let text = read.file.text();
    if named && text.trim().is_empty() && read.problem.is_none() {
        return Err(Failure { path: read.file.name().to_owned(), message: "is empty".to_owned() });
    }
    let worth_parsing = rules::may_hold_rules_or_tests(text);
    if !named && !worth_parsing {
        return Ok(None);
    }
    let mut document = Document::read(&read.file, config, named && !worth_parsing);
    if named && document.rules.is_none() {
        if rules::classify(&yaml::parse(&read.file), &read.file) == FileShape::Tests {
            return Ok(None);
        }
        document = Document::read(&read.file, config, true);
    }
    if document.rules.is_none() {
        return Ok(None);
    }
    if let Some(problem) = read.problem {
        // Whatever else there is to say comes from the text being cut off there.
        document = Document { problems: vec![problem], rules: None, comments: Vec::new(), ..document };
    }
    Ok(Some(document))
}

fn failure_of(error: &ReadError) -> Failure {
    Failure { path: error.path.display().to_string(), message: error.message.clone() }
}

/// A run that lints nothing proves nothing.
fn nothing_to_lint(paths: &[PathBuf]) -> Trouble {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    Trouble::new(format!("no rule file in {}", paths.join(", ")))
        .help("a rule file has a `groups:` list at the top, or holds Kubernetes objects of kind PrometheusRule")
}
