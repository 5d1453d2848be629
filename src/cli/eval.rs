//! `promproof eval`

use std::io::{Read as _, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::config::{self, ConfigArgs};
use super::inputs::Inputs;
use super::options::parse_timeout;
use super::{Error, ExitStatus, Session};
use crate::engine::{Engine, Options, Output, Prepared};
use crate::lint::Config;
use crate::model::{calendar, duration};
use crate::promql::{self, Expr};
use crate::report::query::{QueryFormat, QueryReport, TimeStyle, write_query};
use crate::report::text::one_line;
use crate::report::workflow::Syntax;
use crate::report::{self, Style};
use crate::rules::expression_problem;
use crate::source::{Diagnostic, Label, Severity, SourceFile};
use crate::testfile::{TestFile, TestGroup};
use crate::unittest::{Data, DataError, RunOptions};
use crate::workspace::{self, Purpose, TestInput, Workspace};

/// Without `--step`: as far apart as rules are evaluated by default.
const DEFAULT_STEP_MS: i64 = 60_000;
/// Data that ends before this (ten years) counts from the start of a test, later data from the Unix epoch.
const DATES_BEGIN_MS: i64 = 10 * 365 * 86_400_000;

/// The largest dump that is read, in bytes.
const MAX_DUMP_BYTES: u64 = 1 << 30;

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct EvalArgs {
    /// The PromQL expression
    pub expr: String,

    /// A series in the notation of test files, `up{job="a"} 1 1 0`; may be given several times
    #[arg(long, value_name = "SERIES")]
    pub series: Vec<String>,

    /// How far apart the samples of `--series` are
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = parse_positive_duration)]
    pub interval: i64,

    /// A test file (its input series, and what its rules record over them), or samples with timestamps in the Prometheus text format, as OpenMetrics or
    /// from `promtool tsdb dump`; `-` reads such samples from standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,

    /// Which test of the file, by its name or its number from 1
    #[arg(long, value_name = "NAME", requires = "from")]
    pub group: Option<String>,

    /// Evaluate at this time: a duration since the start, Unix seconds, or RFC 3339 [default: the last sample]
    #[arg(long, value_name = "TIME", value_parser = parse_time, conflicts_with_all = ["start", "end", "step"], allow_hyphen_values = true)]
    pub at: Option<i64>,

    /// Evaluate from this time on [default: the first sample]
    #[arg(long, value_name = "TIME", value_parser = parse_time, allow_hyphen_values = true)]
    pub start: Option<i64>,

    /// Evaluate up to and including this time [default: the last sample]
    #[arg(long, value_name = "TIME", value_parser = parse_time, allow_hyphen_values = true)]
    pub end: Option<i64>,

    /// How far apart the evaluations are [default: 1m]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration)]
    pub step: Option<i64>,

    /// How long the evaluation may take, for example 30s [default: any time]
    #[arg(long, value_name = "DURATION", value_parser = parse_timeout, overrides_with = "timeout")]
    pub timeout: Option<Duration>,

    /// How to print the result [default: table]
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = EvalFormat::Table, hide_default_value = true)]
    pub output_format: EvalFormat,

    #[command(flatten)]
    pub config: ConfigArgs,

    /// Say how long the evaluation alone took
    #[arg(long)]
    pub stats: bool,

    /// With --stats: evaluate N times and give the median
    #[arg(long, value_name = "N", requires = "stats", default_value = "1", hide_default_value = true)]
    pub repeat: NonZeroUsize,
}

const EXAMPLES: &str = "\
Examples:
  promproof eval 'sum by (job) (up)' --series 'up{job=\"a\"} 1 1 0' \\
      --series 'up{job=\"b\"} 1 1 1'
  promproof eval 'rate(traefik_backend_requests_total[5m])' \\
      --from testdata/traefik/traefik.test.yml --group 1 --output-format chart
  promtool tsdb dump data/ |
      promproof eval 'max_over_time(up[1h])' --from - --output-format json

Exit code: 0, or 2 where the expression, the data or the evaluation fails.";

/// The formats by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EvalFormat {
    /// Columns
    Table,
    /// What Prometheus' HTTP API answers
    Json,
    /// `{labels} values`, as test files write it; `_` where there is none
    Notation,
    /// A line chart over time
    Chart,
}

impl EvalFormat {
    /// How its text may be escaped.
    fn syntax(self) -> Syntax {
        if self == EvalFormat::Json { Syntax::Json } else { Syntax::Text }
    }
}

impl From<EvalFormat> for QueryFormat {
    fn from(format: EvalFormat) -> Self {
        match format {
            EvalFormat::Table => QueryFormat::Table,
            EvalFormat::Json => QueryFormat::Json,
            EvalFormat::Notation => QueryFormat::Notation,
            EvalFormat::Chart => QueryFormat::Chart,
        }
    }
}

/// Evaluates the expression and prints the result.
///
/// # Errors
/// The data or the expression cannot be used, the evaluation fails, or the output cannot be written.
pub(super) fn run(args: &EvalArgs, session: &Session) -> Result<ExitStatus, Error> {
    let config = config::load(&args.config, session)?;
    let source = Arc::new(SourceFile::new("<expression>", args.expr.as_str()));
    let Some(expr) = parse(&source, &config, session)? else { return Ok(ExitStatus::Failed) };
    let data = match load(args, &config, session) {
        Ok(data) => data,
        Err(Loading::Error(error)) => return Err(error),
        Err(Loading::Findings(findings)) => return show(&findings, session),
    };
    let delayed_name_removal = config.promql.delayed_name_removal();
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let engine = Engine::new(Options { delayed_name_removal, deadline, ..Options::default() });
    let prepared = engine.prepare(&expr);
    let times = Times::of(args, &data);
    let result = prepared.and_then(|prepared| measured(args.repeat, || times.evaluate(&engine, &data, &prepared)));
    match result {
        Ok((output, took)) => write(args, session, &output, &times, took),
        Err(error) => {
            let place = Label::new(&source, error.span.unwrap_or(expr.span), "");
            show(&[Diagnostic::new("promql/evaluation", Severity::Error, error.message, place)], session)
        }
    }
}

/// The result of evaluating `times` times, and the median of what that took.
fn measured<T, E>(times: NonZeroUsize, mut evaluate: impl FnMut() -> Result<T, E>) -> Result<(T, Duration), E> {
    let mut once = || {
        let started = Instant::now();
        evaluate().map(|result| (result, started.elapsed()))
    };
    let (mut result, first) = once()?;
    let mut took = vec![first];
    for _ in 1..times.get() {
        // The one before goes first, so that two are never held at a time.
        drop(result);
        let (again, elapsed) = once()?;
        result = again;
        took.push(elapsed);
    }
    took.sort();
    let median = took.get(took.len() / 2).copied().unwrap_or(first);
    Ok((result, median))
}

/// The parsed expression; `None` where its mistakes have been shown.
fn parse(source: &Arc<SourceFile>, config: &Config, session: &Session) -> Result<Option<Expr>, Error> {
    match promql::parse(source.text(), &config.parse_options()) {
        Ok(expr) => Ok(Some(expr)),
        Err(errors) => {
            let findings: Vec<Diagnostic> = errors
                .into_iter()
                .filter(|error| !error.is_consequence)
                .map(|error| expression_problem(source, error, |span| span))
                .collect();
            show(&findings, session)?;
            Ok(None)
        }
    }
}

fn write(
    args: &EvalArgs,
    session: &Session,
    output: &Output,
    times: &Times,
    took: Duration,
) -> Result<ExitStatus, Error> {
    let report = QueryReport {
        expr: &args.expr,
        output,
        start_ms: times.start_ms,
        end_ms: times.end_ms,
        step_ms: times.step_ms,
        times: times.style,
        evaluation: args.stats.then_some(took),
    };
    let mut out = session.stdout(args.output_format.syntax());
    write_query(&mut out, args.output_format.into(), &session.style, &report)?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}

/// When to evaluate.
struct Times {
    start_ms: i64,
    end_ms: i64,
    /// `None` for one time.
    step_ms: Option<i64>,
    style: TimeStyle,
}

impl Times {
    fn of(args: &EvalArgs, data: &Data) -> Self {
        let (first, last) = data.extent_ms.unwrap_or((0, 0));
        let style = if last < DATES_BEGIN_MS { TimeStyle::SinceStart } else { TimeStyle::Utc };
        let is_range = args.start.is_some() || args.end.is_some() || args.step.is_some();
        if is_range || (args.output_format == EvalFormat::Chart && args.at.is_none()) {
            let step_ms = Some(args.step.unwrap_or(DEFAULT_STEP_MS));
            return Times { start_ms: args.start.unwrap_or(first), end_ms: args.end.unwrap_or(last), step_ms, style };
        }
        let at = args.at.unwrap_or(last);
        Times { start_ms: at, end_ms: at, step_ms: None, style }
    }

    fn evaluate(&self, engine: &Engine, data: &Data, prepared: &Prepared) -> Result<Output, crate::engine::EvalError> {
        match self.step_ms {
            None => engine.instant(&data.store, prepared, self.start_ms),
            Some(step_ms) => engine.range(&data.store, prepared, self.start_ms, self.end_ms, step_ms),
        }
    }
}

/// Why there is no data.
enum Loading {
    /// A file cannot be read, or an argument is wrong.
    Error(Error),
    /// A file was read and something in it is wrong.
    Findings(Vec<Diagnostic>),
}

impl From<DataError> for Loading {
    fn from(error: DataError) -> Self {
        match error.place {
            None => Loading::Error(Error::new(error.message)),
            Some((file, span)) => {
                let place = Label::new(&file, span, "");
                Loading::Findings(vec![Diagnostic::new("test/invalid-series", Severity::Error, error.message, place)])
            }
        }
    }
}

impl From<Error> for Loading {
    fn from(error: Error) -> Self {
        Loading::Error(error)
    }
}

fn load(args: &EvalArgs, config: &Config, session: &Session) -> Result<Data, Loading> {
    let mut data = Data::default();
    for line in &args.series {
        data.add_line(line, args.interval)?;
    }
    let Some(path) = &args.from else { return Ok(data) };
    if is_yaml(path) {
        let (workspace, input) = read_test(args, config, path)?;
        let options = RunOptions { timeout: args.timeout, ..config::run_options(config) };
        let index = chosen_group(&input.test, args.group.as_deref())?;
        say_which(args, &input.test, index, session)?;
        if let Some(problem) = data.add_test(&workspace, &input, index, &options)? {
            note(session, &format!("nothing is known of what its rules record: {}", one_line(&problem.message)))?;
        }
        return Ok(data);
    }
    let read = open_dump(path)?;
    match read.problem {
        Some(problem) => Err(Loading::Findings(vec![problem])),
        None => {
            data.add_dump(&read.file)?;
            Ok(data)
        }
    }
}

/// The test file at `path`.
fn read_test(args: &EvalArgs, config: &Config, path: &PathBuf) -> Result<(Workspace, Arc<TestInput>), Loading> {
    let paths = std::slice::from_ref(path);
    let lookup = args.config.file.files.lookup(config, paths);
    let Inputs { workspace, failures } = Inputs::read(Purpose::Test, paths, "<stdin>", &lookup, config.settings());
    if let Some(failure) = failures.into_iter().next() {
        return Err(Loading::Error(Error::new(failure.to_string())));
    }
    let Some(input) = workspace.tests().next().cloned() else {
        let error = Error::new(format!("{} is no test file", path.display()));
        let help = "name a test file that loads its rules, or give series with --series";
        return Err(Loading::Error(error.help(help)));
    };
    if !input.test.problems.is_empty() {
        return Err(Loading::Findings(input.test.problems.clone()));
    }
    Ok((workspace, input))
}

/// Says which test the data is of, where nobody has chosen it.
fn say_which(args: &EvalArgs, test: &TestFile, index: usize, session: &Session) -> Result<(), Error> {
    let count = test.groups.len();
    if args.group.is_some() || count < 2 {
        return Ok(());
    }
    let name = test.groups.get(index).map_or("", TestGroup::name);
    let named = if name.is_empty() { String::new() } else { format!(" `{}`", one_line(name)) };
    note(session, &format!("the data is that of test {}{named}, of {count}; --group takes another", index + 1))
}

/// Says on standard error what the result alone does not tell.
fn note(session: &Session, text: &str) -> Result<(), Error> {
    writeln!(session.stderr(), "note: {text}")?;
    Ok(())
}

fn open_dump(path: &Path) -> Result<workspace::Read, Error> {
    let cannot = |error: std::io::Error| Error::new(format!("cannot read {}: {error}", path.display()));
    if path.as_os_str() == "-" {
        return read_dump("<stdin>", std::io::stdin());
    }
    if std::fs::metadata(path).map_err(cannot)?.is_dir() {
        return Err(Error::new(format!("{} is a directory", path.display())));
    }
    read_dump(&path.display().to_string(), std::fs::File::open(path).map_err(cannot)?)
}

/// Dumps are larger than anything that people write by hand, so they have a limit of their own.
fn read_dump(name: &str, input: impl std::io::Read) -> Result<workspace::Read, Error> {
    let mut bytes = Vec::new();
    input
        .take(MAX_DUMP_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::new(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > MAX_DUMP_BYTES {
        return Err(Error::new(format!("{name} is larger than {MAX_DUMP_BYTES} bytes")));
    }
    Ok(workspace::from_bytes(name, bytes))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml")
}

/// Which test the data is taken from.
fn chosen_group(test: &TestFile, wanted: Option<&str>) -> Result<usize, Error> {
    let names = || test.groups.iter().enumerate().map(|(i, g)| format!("{} {}", i + 1, g.name())).collect::<Vec<_>>();
    match wanted {
        None if test.groups.is_empty() => Err(Error::new(format!("{} has no tests", test.file.name()))),
        None => Ok(0),
        Some(wanted) => test
            .groups
            .iter()
            .enumerate()
            .find(|(index, group)| group.name() == wanted || (index + 1).to_string() == wanted)
            .map(|(index, _)| index)
            .ok_or_else(|| {
                Error::new(format!("{} has no test `{wanted}`", test.file.name()))
                    .help(format!("it has: {}", names().join(", ")))
            }),
    }
}

/// Shows mistakes of the input on standard error.
fn show(findings: &[Diagnostic], session: &Session) -> Result<ExitStatus, Error> {
    let mut stderr = session.stderr();
    let style: &Style = &session.error_style;
    for finding in findings {
        report::diagnostics::full::write_diagnostic(&mut stderr, style, finding)?;
    }
    Ok(ExitStatus::Failed)
}

/// A time on the command line, in milliseconds: a duration since the start, Unix seconds, or RFC 3339.
fn parse_time(text: &str) -> Result<i64, String> {
    let negative = text.strip_prefix('-');
    if let Ok(ms) = duration::parse_duration(negative.unwrap_or(text)) {
        return Ok(if negative.is_some() { -ms } else { ms });
    }
    if let Ok(seconds) = text.parse::<f64>()
        && seconds.abs() < 1e15
    {
        return Ok((seconds * 1000.0).round() as i64);
    }
    calendar::parse_rfc3339(text)
        .ok_or_else(|| "expected a duration (5m), Unix seconds (1700000000) or RFC 3339".to_owned())
}

fn parse_positive_duration(text: &str) -> Result<i64, String> {
    match duration::parse_duration(text) {
        Ok(ms) if ms > 0 => Ok(ms),
        Ok(_) => Err("expected a duration above zero".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
