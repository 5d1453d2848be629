//! `promproof test`

pub(super) mod coverage;
mod files;
mod format;
mod page;
mod partition;
mod promtool;
mod suite;
mod watch;

pub(super) use files::{no_test_file, read_tests};

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::config;
use super::options::{FormatArgs, Output, output_file, parse_timeout};
use super::outputs::{self, Asked};
use super::selection::FailingPolicyArgs;
use super::{Error, ExitStatus, Session, check, update};
use crate::lint;
use crate::lint::config::FailOn;
use crate::promql::regex::SearchRegex;
use crate::report::run::{self as output, Shown, TestView};
use crate::report::workflow::Syntax;
use crate::report::{Findings, Format};
use crate::source::Position;
use crate::unittest::{self, Extent, ListedFile, RunOptions, Selection};

use suite::{Opened, Ran, Suite, nothing_to_test};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TestArgs {
    /// Test files, or directories to search for them; `-` reads standard input
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub format: FormatArgs,

    /// Run only test groups whose name the regular expression matches (repeatable)
    #[arg(long, value_name = "REGEX")]
    pub run: Vec<String>,

    /// Check only what has WORD in the name of the file, the group, the alert, or in the expression (repeatable)
    #[arg(short = 'k', long = "filter", value_name = "WORD")]
    pub filter: Vec<String>,

    /// How long one test group may take, for example 30s; the others go on [default: any time]
    #[arg(long, value_name = "DURATION", value_parser = parse_timeout, overrides_with = "timeout")]
    pub timeout: Option<Duration>,

    /// List the selected assertions and run nothing
    // What would have to run is refused, not left out silently.
    #[arg(long, conflicts_with_all = ["junit", "html", "output", "timings"])]
    pub list: bool,

    /// Begin nothing more after the first failure
    #[arg(long)]
    pub fail_fast: bool,

    /// Write what is there into the test files, in place of what they expect; shows the changes first, unless
    /// --quiet is given. What is gone stays expected: `--update=all` writes that, too
    #[arg(
        long,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "present",
        value_enum,
        conflicts_with = "list"
    )]
    pub update: Option<UpdateExtent>,

    /// With --update: show what would change and write nothing
    #[arg(long, requires = "update")]
    pub dry_run: bool,

    /// List the slowest test groups; in JSON, say how long each one took
    #[arg(long)]
    pub timings: bool,

    /// Succeed where there is no test file at all
    #[arg(long)]
    pub allow_none: bool,

    /// Print failures, warnings and the closing line only
    #[arg(short, long)]
    pub quiet: bool,

    /// Short for `--output junit=FILE`
    #[arg(long, value_name = "FILE", value_parser = output_file())]
    pub junit: Option<PathBuf>,

    #[command(flatten)]
    pub promtool: promtool::PromtoolArgs,

    #[command(flatten)]
    pub page: page::HtmlArgs,

    #[command(flatten)]
    pub watch: watch::WatchArgs,

    #[command(flatten)]
    pub partition: partition::PartitionArgs,

    #[command(flatten)]
    pub coverage: coverage::CoverageArgs,

    #[command(flatten)]
    pub policy: FailingPolicyArgs,
}

/// The extents of an update by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum UpdateExtent {
    /// What is there
    Present,
    /// Also that something is gone: alerts that do not fire any more, expressions without samples
    All,
}

impl From<UpdateExtent> for Extent {
    fn from(extent: UpdateExtent) -> Self {
        match extent {
            UpdateExtent::Present => Extent::Present,
            UpdateExtent::All => Extent::All,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  promproof test                           all test files below this directory
  promproof test tests/ -k HighErrorRate   what concerns one alert
  promproof test -o junit=report.xml       for CI
  promproof test --coverage --fail-under 80
  promproof test --to-promtool plain/      the same tests for promtool
  promproof test --html report.html        a page with pictures
  promproof test --list
  promproof test --partition 2/5 --junit part-2.xml    one of five jobs

The verdict is promtool's: what promtool passes in silence is a warning, which fails the run with --fail-on warning.
To excuse a warning, name its rule in a comment at the end of the line or above the test, in promproof.toml, or with --ignore:
  - series: up{job=\"a\"}  # promproof: ignore[test/unused-series] for later
  [rules]
  \"test/unused-series\" = \"off\"

Exit code: 0 if all pass, 1 if a test or an assertion fails or less is covered than --fail-under asks for, 2 where a file cannot be read or nothing is selected.";

/// Runs the tests and prints how they went.
///
/// # Errors
/// Where the output cannot be written, an argument makes no sense, or there is nothing to test.
pub(super) fn run(args: &TestArgs, session: &Session) -> Result<ExitStatus, Error> {
    args.partition.forbid_threshold(args.coverage.fail_under)?;
    args.promtool.forbid_stdin(&args.paths)?;
    if args.update.is_some() {
        update::forbid_stdin(&args.paths)?;
    }
    outputs::forbid_overwriting(&files(args), &args.paths)?;
    if args.list {
        format::list_is_json(args)?;
    }
    let selection = selection(args)?;
    let open = |session: &Session| Opened::new(args, session);
    let once = |opened, session: &Session| run_once(args, opened, selection.clone(), session);
    if args.watch.watch { watch::run(args, session, &open, &once) } else { once(open(session)?, session) }
}

fn run_once(args: &TestArgs, opened: Opened, selection: Selection, session: &Session) -> Result<ExitStatus, Error> {
    let (fail_fast, timeout) = (args.fail_fast, args.timeout);
    let options = RunOptions { selection, fail_fast, timeout, ..config::run_options(&opened.config) };
    let mut suite = Suite::of(args, opened, options, session)?;
    outputs::forbid_overwriting_read(&files(args), &suite.workspace, &suite.config)?;
    let format = session.format(&args.format);
    if suite.inputs.is_empty() && !suite.is_empty_part && format.is_for_people() {
        // Nothing has passed, so nothing is said to have.
        if suite.is_missing {
            writeln!(session.stderr(), "{}", nothing_to_test(&args.paths, suite.workspace.passed_over()))?;
        }
        return Ok(if suite.is_missing { ExitStatus::Clean } else { ExitStatus::Failed });
    }
    if args.list {
        let outcome = list(&suite, format::list_is_json(args)?)?;
        return Ok(suite.outcome(outcome));
    }
    if let Some(dir) = &args.promtool.to_promtool {
        let outcome =
            promtool::write(dir, &suite.workspace, std::mem::take(&mut suite.inputs), &suite.options, session)?;
        return Ok(suite.outcome(outcome));
    }
    let mut ran = suite.run();
    if let Some(extent) = args.update.filter(|_| ran.report.failed()) {
        let update = update::write(&ran.report, extent.into(), args.dry_run, show_changes(args, format), session)?;
        suite.tell(update.failures);
        if !update.written.is_empty() {
            suite.set_texts(update.written)?;
            ran = suite.run();
        }
    }
    let outcome = show(&suite, &ran, format, suite.config.fail_on)?;
    Ok(suite.outcome(outcome))
}

/// Prints how the tests went, and writes the reports that are asked for.
fn show(suite: &Suite<'_>, ran: &Ran, format: Format, fail_on: FailOn) -> Result<ExitStatus, Error> {
    let Suite { args, session, .. } = suite;
    let report = &ran.report;
    let view = TestView { elapsed: session.elapsed_for_people(), fail_on, timings: args.timings, quiet: args.quiet };
    let outputs = outputs(args);
    let lists_findings = outputs.iter().map(|output| output.format).chain([format]).any(Format::lists_findings);
    let diagnostics = if lists_findings { output::diagnostics(report, &view) } else { Vec::new() };
    let identities = lint::identify(&suite.workspace, &suite.config, &diagnostics);
    let findings =
        Findings { command: "test", diagnostics: &diagnostics, identities: &identities, failures: &suite.unread };
    let shown = Shown { report, coverage: ran.coverage.as_ref(), view: &view, findings };
    // Where a file cannot be written the result is still to be seen, and the others are written.
    let mut written: Vec<Result<(), Error>> =
        outputs.iter().map(|output| write_file(output, &shown, session)).collect();
    written.push(args.page.write(ran, &view, session));
    let mut stdout = session.stdout(format.syntax());
    // Nothing has passed in an empty part; formats for programs have their empty report.
    if !suite.is_empty_part || !format.is_for_people() {
        output::write(&mut stdout, format, &session.style, &shown)?;
        check::tell_limits(format, &findings, session)?;
    }
    written.extend(ran.coverage.iter().flat_map(|coverage| args.coverage.write(coverage, report.part)));
    let is_covered = match &ran.coverage {
        Some(coverage) => args.coverage.finish(&mut stdout, session, coverage, format, args.quiet)?,
        None => true,
    };
    stdout.flush()?;
    outputs::all(written, session)?;
    Ok(if is_covered && !output::fails(report, &view) { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// The reports that are asked for.
fn outputs(args: &TestArgs) -> Vec<Output> {
    let junit = args.junit.iter().map(|path| Output { format: Format::Junit, path: path.clone() });
    args.format.output.iter().cloned().chain(junit).collect()
}

fn write_file(output: &Output, shown: &Shown<'_>, session: &Session) -> Result<(), Error> {
    let view = TestView { elapsed: None, ..*shown.view };
    let shown = Shown { view: &view, ..*shown };
    outputs::write(&output.path, |out| output::write(out, output.format, &outputs::style(session), &shown))?;
    check::tell_limits(output.format, &shown.findings, session)
}

/// The files that are written, with the options that ask for them.
fn files(args: &TestArgs) -> Vec<Asked<'_>> {
    let others = [
        ("--junit", &args.junit),
        ("--html", &args.page.html),
        ("--coverage-json", &args.coverage.coverage_json),
        ("--coverage-lcov", &args.coverage.coverage_lcov),
    ];
    let others = others.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?)));
    args.format.files().into_iter().chain(others).collect()
}

/// A dry run is there for the changes; programs that read the result want nothing else on standard output.
fn show_changes(args: &TestArgs, format: Format) -> update::Show {
    match format {
        _ if args.quiet && !args.dry_run => update::Show::Not,
        _ if format.is_for_people() => update::Show::Stdout,
        _ => update::Show::Stderr,
    }
}

fn selection(args: &TestArgs) -> Result<Selection, Error> {
    let groups = match args.run.as_slice() {
        [] => None,
        patterns => Some(pattern(patterns)?),
    };
    Ok(Selection { groups, words: args.filter.iter().map(|word| word.to_lowercase()).collect(), part: None })
}

/// promtool joins the patterns with `|`.
fn pattern(patterns: &[String]) -> Result<Arc<SearchRegex>, Error> {
    let joined = patterns.join("|");
    SearchRegex::new(&joined)
        .map(Arc::new)
        .map_err(|error| Error::new(format!("--run `{joined}` is not a regular expression: {error}")))
}

/// Lists the assertions. What a broken file asserts nobody knows.
fn list(suite: &Suite<'_>, as_json: bool) -> Result<ExitStatus, Error> {
    let selection = &suite.options.selection;
    let files: Vec<ListedFile> = suite.inputs.iter().map(|input| unittest::list(&input.test, selection)).collect();
    let mut stdout = suite.session.stdout(if as_json { Syntax::Json } else { Syntax::Text });
    let write = if as_json { output::write_list_json } else { output::write_list_text };
    write(&mut stdout, &files)?;
    stdout.flush()?;
    for error in files.iter().flat_map(|file| &file.errors) {
        let file = &error.primary.file;
        let Position { line, column } = file.position(error.primary.span.start());
        suite.session.report(&Error::new(format!("{}:{line}:{column}: {}", file.name(), error.message)));
    }
    let is_whole = files.iter().all(|file| file.errors.is_empty());
    Ok(if is_whole { ExitStatus::Clean } else { ExitStatus::Failed })
}
