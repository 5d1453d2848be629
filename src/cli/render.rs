//! `promproof render`

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::config;
use super::selection::PolicyArgs;
use super::{Error, ExitStatus, Session, test_command};
use crate::lint;
use crate::model::duration;
use crate::promql::regex::SearchRegex;
use crate::report::render::{self as output, RenderFormat, RenderView};
use crate::report::workflow::Syntax;
use crate::unittest;
use crate::unittest::rendering::{RenderOptions, by_rule};
use crate::workspace::TestInput;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RenderArgs {
    /// Test files, or directories to search for them; `-` reads standard input [default: .]
    #[arg(default_value = ".", value_name = "FILE", hide_default_value = true)]
    pub paths: Vec<PathBuf>,

    /// Only alerts whose name the regular expression matches (repeatable)
    #[arg(long, value_name = "REGEX")]
    pub alert: Vec<String>,

    /// Only alerts with WORD in their name, or in the name of the test or its file (repeatable)
    #[arg(short = 'k', long = "filter", value_name = "WORD")]
    pub filter: Vec<String>,

    /// Alerts as they are at this time of a test, for example 10m
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<i64>,

    /// All alerts of all tests, not only the first one of each rule
    #[arg(long)]
    pub all: bool,

    /// How to print the result [default: full]
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = RenderOutputFormat::Full, hide_default_value = true)]
    pub output_format: RenderOutputFormat,

    #[command(flatten)]
    pub policy: PolicyArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof render               every alert that the tests have data for
  promproof render tests/api.yml --alert HighError --at 10m
  promproof render tests/ --all --output-format json

Remarks that name a rule are excused as its findings are: by a comment, in promproof.toml, or with --ignore.

Exit code: 0 if all is well, 1 for remarks or where a test cannot be run, 2 where a file cannot be read or nothing is selected.";

/// The output formats by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RenderOutputFormat {
    /// Label by label, annotation by annotation
    Full,
    /// One JSON object
    Json,
}

impl From<RenderOutputFormat> for RenderFormat {
    fn from(format: RenderOutputFormat) -> Self {
        match format {
            RenderOutputFormat::Full => RenderFormat::Full,
            RenderOutputFormat::Json => RenderFormat::Json,
        }
    }
}

fn parse_time(text: &str) -> Result<i64, String> {
    duration::parse_duration(text).map_err(|_| "expected a duration from the start of the test, like 10m".to_owned())
}

/// Runs the tests and prints what their alerts look like.
///
/// # Errors
/// Where the output cannot be written, an argument makes no sense, or there is nothing to render.
pub(super) fn run(args: &RenderArgs, session: &Session) -> Result<ExitStatus, Error> {
    let renderer = renderer(args)?;
    let config = args.policy.load(session)?;
    let lookup = args.policy.config.file.files.lookup(&config, &args.paths);
    let options = config::run_options(&config);
    let (workspace, failures) = test_command::read_tests(&args.paths, &lookup, config.settings());
    let failures: Vec<Error> = failures.iter().map(Error::from).collect();
    let inputs: Vec<Arc<TestInput>> = workspace.tests().cloned().collect();
    if inputs.is_empty() && failures.is_empty() {
        return Err(test_command::no_test_file(&args.paths, workspace.passed_over())
            .or_help("alerts are rendered over the series of their tests: name a test file that loads these rules"));
    }
    for failure in &failures {
        session.report(failure);
    }
    let progress = session.progress("rendering");
    let (report, mut renderings) = unittest::observe(&workspace, &inputs, &options, &renderer);
    lint::keep_wanted_remarks(&workspace, &mut renderings, &config);
    drop(progress);
    let view = RenderView { at_ms: args.at, all: args.all };
    if by_rule(&report, &renderings).is_empty() && !report.failed_to_run() && failures.is_empty() {
        let message = if args.alert.is_empty() && args.filter.is_empty() {
            "these tests load no alerting rule"
        } else {
            "the filter selects no alert"
        };
        return Err(Error::new(message));
    }
    // Where no file could be read there is nothing to sum up; formats for programs have their empty report.
    if inputs.is_empty() && matches!(args.output_format, RenderOutputFormat::Full) {
        return Ok(ExitStatus::Failed);
    }
    let syntax = if args.output_format == RenderOutputFormat::Json { Syntax::Json } else { Syntax::Text };
    let mut stdout = session.stdout(syntax);
    output::write(&mut stdout, args.output_format.into(), &session.style, &report, &renderings, view)?;
    stdout.flush()?;
    Ok(if !failures.is_empty() {
        ExitStatus::Failed
    } else if report.failed_to_run() || output::problem_count(&report, &renderings, view) > 0 {
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    })
}

fn renderer(args: &RenderArgs) -> Result<RenderOptions, Error> {
    let alerts = match args.alert.as_slice() {
        [] => None,
        patterns => {
            let joined = patterns.join("|");
            let error = |error| Error::new(format!("--alert `{joined}` is not a regular expression: {error}"));
            Some(Arc::new(SearchRegex::new(&joined).map_err(error)?))
        }
    };
    let words = args.filter.iter().map(|word| word.to_lowercase()).collect();
    Ok(RenderOptions { alerts, words, at_ms: args.at, all: args.all })
}
