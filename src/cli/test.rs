//! `promproof test`

pub(super) mod coverage;
mod format;
mod language;
mod outputs;
mod page;
mod partition;
mod promtool;
mod watch;

pub(super) use language::LanguageArgs;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rayon::prelude::*;

use super::config::{self, ConfigFileArgs};
use super::copies::{is_copy, without_copies};
use super::options::output_file;
use super::{Outcome, Session, Trouble, atomic, update};
use crate::lint::{self, Config};
use crate::promql::regex::SearchRegex;
use crate::report::test::{self as output, TestFormat, TestView};
use crate::rules::discovery::{self, Found, Read};
use crate::rules::{self, FileShape};
use crate::source::{Position, Severity};
use crate::unittest::report::TestReport;
use crate::unittest::{self, ListedFile, RunOptions, Selection, TestFile, TestInput};
use crate::yaml;

/// Run unit tests of rules
///
/// Test files are promtool's: a `tests:` list with input series and what alerts and expressions make of them. They are
/// found by what is in them. Their `rule_files` are relative to the test file and may also be Kubernetes objects of
/// kind PrometheusRule.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TestArgs {
    /// Test files, or directories to search for them; `-` reads standard input
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// How to print the result [default: full; github in a GitHub workflow]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub output_format: Option<format::TestOutputFormat>,

    /// Run only test groups whose name the regular expression matches (repeatable)
    #[arg(long, value_name = "REGEX")]
    pub run: Vec<String>,

    /// Check only what has WORD in the name of the file, the group, the alert, or in the expression (repeatable)
    #[arg(short = 'k', long = "filter", value_name = "WORD")]
    pub filter: Vec<String>,

    /// List the selected assertions and run nothing
    // What would have to run is refused, not left out silently.
    #[arg(long, conflicts_with_all = ["junit", "html", "timings"])]
    pub list: bool,

    /// Begin nothing more after the first failure
    #[arg(long)]
    pub fail_fast: bool,

    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,

    /// Write what is there into the test files, in place of what they expect; shows the changes first, unless
    /// --quiet is given
    #[arg(long, conflicts_with = "list")]
    pub update: bool,

    /// With --update: show what would change and write nothing
    #[arg(long, requires = "update")]
    pub dry_run: bool,

    /// List the slowest test groups; in JSON, say how long each one took
    #[arg(long)]
    pub timings: bool,

    /// Succeed where there is no test file at all
    #[arg(long)]
    pub allow_none: bool,

    /// Print failures and the closing line only
    #[arg(short, long)]
    pub quiet: bool,

    /// Write a JUnit report to FILE as well
    #[arg(long, value_name = "FILE", value_parser = output_file())]
    pub junit: Option<PathBuf>,

    #[command(flatten)]
    pub promtool: promtool::PromtoolArgs,

    #[command(flatten)]
    pub page: page::HtmlArgs,

    #[command(flatten)]
    pub language: LanguageArgs,

    #[command(flatten)]
    pub watch: watch::WatchArgs,

    #[command(flatten)]
    pub partition: partition::PartitionArgs,

    #[command(flatten)]
    pub coverage: coverage::CoverageArgs,

    #[command(flatten)]
    pub config: ConfigFileArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof test                           all test files below this directory
  promproof test tests/ -k HighErrorRate   what concerns one alert
  promproof test --junit report.xml        for CI
  promproof test --coverage --fail-under 80
  promproof test --to-promtool plain/      the same tests for promtool
  promproof test --html report.html        a page with pictures
  promproof test --list
  promproof test --partition 2/5 --junit part-2.xml    one of five jobs

Exit code: 0 if all pass, 1 if a test fails or less is covered than --fail-under asks for, 2 where a file cannot be read or nothing is selected.";

/// Runs the tests and prints how they went.
///
/// # Errors
/// Where the output cannot be written, an argument makes no sense, or there is nothing to test.
pub(super) fn run(args: &TestArgs, session: &Session) -> Result<Outcome, Trouble> {
    args.partition.forbid_threshold(args.coverage.fail_under)?;
    args.promtool.forbid_stdin(&args.paths)?;
    outputs::forbid_overwriting(args)?;
    if args.list {
        format::list_is_json(args)?;
    }
    let options = run_options(args, session)?;
    if args.watch.watch {
        return watch::run(args, session, &|session| run_once(args, options.clone(), session));
    }
    run_once(args, options, session)
}

fn run_once(args: &TestArgs, mut options: RunOptions, session: &Session) -> Result<Outcome, Trouble> {
    if args.update && args.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Trouble::new("--update cannot write what comes from standard input")
            .help("name the test file instead of `-`"));
    }
    let config = config::load_file(&args.config, session)?;
    let (mut inputs, mut failures) = read_paths(&args.paths);
    let none = inputs.is_empty() && failures.is_empty();
    if none && !args.allow_none {
        return Err(nothing_to_test(&args.paths));
    }
    for failure in &failures {
        session.report(failure);
    }
    select(&mut inputs, &options.selection)?;
    let format = format::chosen(args, session);
    let empty_part = args.partition.select(&mut inputs, &mut options.selection);
    if let Some(message) = &empty_part {
        writeln!(session.stderr(), "{message}")?;
    }
    if inputs.is_empty() && empty_part.is_none() && matches!(format, TestFormat::Full | TestFormat::Concise) {
        // Nothing has passed, so nothing is said to have.
        if none {
            writeln!(session.stderr(), "{}", nothing_to_test(&args.paths))?;
        }
        return Ok(if none { Outcome::Clean } else { Outcome::Trouble });
    }
    if args.list {
        let whole = list(&inputs, &options.selection, format::list_is_json(args)?, session)?;
        return Ok(if whole && failures.is_empty() { Outcome::Clean } else { Outcome::Trouble });
    }
    if let Some(dir) = &args.promtool.to_promtool {
        let outcome = promtool::write(dir, inputs, &options, session)?;
        return Ok(if failures.is_empty() { outcome } else { Outcome::Trouble });
    }
    let progress = session.progress("testing");
    let mut report = tested(&inputs, &options, &config);
    drop(progress);
    if args.update && report.failed() && update::write(&report, args.dry_run, show_changes(args, format), session)? {
        let again = read_paths(&args.paths);
        inputs = again.0;
        // What could not be read before the update has been reported and still counts.
        for failure in again.1 {
            if failures.iter().all(|known| known.message != failure.message) {
                session.report(&failure);
                failures.push(failure);
            }
        }
        options.selection.part = None;
        select(&mut inputs, &options.selection)?;
        args.partition.select(&mut inputs, &mut options.selection);
        report = tested(&inputs, &options, &config);
    }

    let view = TestView {
        elapsed: session.elapsed_for_people(),
        strict: args.strict,
        timings: args.timings,
        quiet: args.quiet,
    };
    // Where a file cannot be written the result is still to be seen.
    let junit = args.junit.as_ref().map(|path| atomic::write(path, |out| output::write_junit(out, &report, &view)));
    let page = args.page.write(&report, &view, session);
    let mut stdout = session.stdout();
    // Nothing has passed in an empty part; formats for programs have their empty report.
    if empty_part.is_none() || !matches!(format, TestFormat::Full | TestFormat::Concise) {
        output::write(&mut stdout, format, &session.look, &report, &view)?;
    }
    let covered = match &report.coverage {
        Some(coverage) => args.coverage.finish(&mut stdout, session, coverage, report.part, format, args.quiet)?,
        None => true,
    };
    stdout.flush()?;
    junit.transpose()?;
    page?;
    Ok(if !failures.is_empty() {
        Outcome::Trouble
    } else if !covered || report.failed() || (args.strict && report.counts().warnings > 0) {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// How the tests go. Of what they warn of, only what `check` would find too is left.
fn tested(inputs: &[TestInput], options: &RunOptions, config: &Config) -> TestReport {
    let mut report = unittest::run(inputs, options);
    for file in &mut report.files {
        lint::keep_wanted(&file.file, &mut file.warnings, config);
    }
    report
}

/// A dry run is there for the changes; programs that read the result want nothing else on standard output.
fn show_changes(args: &TestArgs, format: TestFormat) -> update::Show {
    match format {
        _ if args.quiet && !args.dry_run => update::Show::Not,
        TestFormat::Full | TestFormat::Concise => update::Show::Stdout,
        TestFormat::Json | TestFormat::Github | TestFormat::Junit | TestFormat::Tap => update::Show::Stderr,
    }
}

fn run_options(args: &TestArgs, session: &Session) -> Result<RunOptions, Trouble> {
    let groups = match args.run.as_slice() {
        [] => None,
        patterns => Some(pattern(patterns)?),
    };
    Ok(RunOptions {
        selection: Selection {
            groups,
            words: args.filter.iter().map(|word| word.to_lowercase()).collect(),
            part: None,
        },
        fail_fast: args.fail_fast,
        coverage: args.coverage.wanted(),
        story: args.page.html.is_some(),
        ..args.language.run_options(session)?
    })
}

/// promtool joins the patterns with `|`.
fn pattern(patterns: &[String]) -> Result<Arc<SearchRegex>, Trouble> {
    let joined = patterns.join("|");
    SearchRegex::new(&joined)
        .map(Arc::new)
        .map_err(|error| Trouble::new(format!("--run `{joined}` is not a regular expression: {error}")))
}

/// The test files under the paths, in the order of their names, and what cannot be read.
pub(super) fn read_paths(paths: &[PathBuf]) -> (Vec<TestInput>, Vec<Trouble>) {
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(|path| path == Path::new("-"));
    let (found, errors) = if paths.is_empty() { (Vec::new(), Vec::new()) } else { discovery::discover(&paths) };
    let mut failures: Vec<Trouble> = errors.iter().map(|error| Trouble::new(error.to_string())).collect();
    let mut inputs = Vec::new();
    if !stdin.is_empty() {
        match super::read_stdin("<stdin>") {
            Ok(read) => inputs.extend(input(&read, Path::new(""), true)),
            Err(failure) => failures.push(Trouble::new(failure.to_string())),
        }
    }
    let read: Vec<Result<Option<TestInput>, Trouble>> = found.par_iter().map(read_input).collect();
    let mut files = Vec::new();
    for (found, result) in found.iter().zip(read) {
        match result {
            Ok(input) => files.extend(input.map(|input| (found, is_copy(input.test.file.text()), input))),
            Err(failure) => failures.push(failure),
        }
    }
    inputs.extend(without_copies(&paths, files));
    (inputs, failures)
}

fn read_input(found: &Found) -> Result<Option<TestInput>, Trouble> {
    let read = discovery::read(&found.path).map_err(|error| Trouble::new(error.to_string()))?;
    Ok(input(&read, found.path.parent().unwrap_or(Path::new("")), found.named))
}

/// The test file; `None` where the file is none. One that the user named is taken for a test file unless it is
/// plainly a rule file.
fn input(read: &Read, folder: &Path, named: bool) -> Option<TestInput> {
    if !named && !rules::may_hold_rules_or_tests(read.file.text()) {
        return None;
    }
    let parsed = yaml::parse(&read.file);
    let shape = rules::classify(&parsed, &read.file);
    if !(shape == FileShape::Tests || named && shape == FileShape::Other) {
        return None;
    }
    let mut test: TestFile = unittest::decode(&parsed, &read.file);
    test.problems.extend(read.problem.clone());
    Some(TestInput { test, folder: folder.to_owned() })
}

/// Leaves only files of which something is selected. Files with mistakes of their own stay: nobody knows what is in
/// them, and a run without them would pass where it proves nothing.
fn select(inputs: &mut Vec<TestInput>, selection: &Selection) -> Result<(), Trouble> {
    if selection.groups.is_none() && selection.words.is_empty() {
        return Ok(());
    }
    let broken = |input: &TestInput| input.test.problems.iter().any(|problem| problem.severity == Severity::Error);
    let selects = |input: &TestInput| input.test.groups.iter().any(|group| selection.selects(&input.test, group));
    let stays = |input: &TestInput| broken(input) || selects(input);
    if !inputs.is_empty() && !inputs.iter().any(stays) {
        let names = inputs.iter().flat_map(|input| &input.test.groups).filter(|group| group.name.is_some()).count();
        return Err(Trouble::new("the filter selects no test")
            .help(format!("test files: {}, named test groups: {names}; see `promproof test --list`", inputs.len())));
    }
    inputs.retain(stays);
    Ok(())
}

/// Lists the assertions. Whether all could be listed: what a broken file asserts nobody knows.
fn list(inputs: &[TestInput], selection: &Selection, as_json: bool, session: &Session) -> Result<bool, Trouble> {
    let files: Vec<ListedFile> = inputs.iter().map(|input| unittest::list(&input.test, selection)).collect();
    let mut stdout = session.stdout();
    let write = if as_json { output::write_list_json } else { output::write_list_text };
    write(&mut stdout, &files)?;
    stdout.flush()?;
    for error in files.iter().flat_map(|file| &file.errors) {
        let file = &error.primary.file;
        let Position { line, column } = file.position(error.primary.span.start);
        session.report(&Trouble::new(format!("{}:{line}:{column}: {}", file.name(), error.message)));
    }
    Ok(files.iter().all(|file| file.errors.is_empty()))
}

/// A run that tests nothing proves nothing.
fn nothing_to_test(paths: &[PathBuf]) -> Trouble {
    no_test_file(paths).help(
        "a test file has a `tests:` list at the top, as `promtool test rules` takes it; --allow-none accepts this",
    )
}

/// What to say where none of `paths` leads to a test file.
pub(super) fn no_test_file(paths: &[PathBuf]) -> Trouble {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    Trouble::new(format!("no test file in {}", paths.join(", ")))
}
