//! Running a script against the engine.

use promproof::engine::{Engine, Options, Output, QueryValue, Store, VectorSample};
use promproof::promql::{self, Expr, ParseOptions};

use super::script::{self, CommandKind, Eval, Load, Range, Times};
use super::{classic, compare, variants};

const MINUTE: i64 = 60_000;

/// How a script went.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) total: usize,
    pub(crate) failures: Vec<String>,
}

/// Runs a script. `only` is `file` or `file:line` of the one evaluation to run.
pub(crate) fn run_script(name: &str, text: &str, only: Option<&str>) -> Report {
    let mut report = Report::default();
    let commands = match script::parse(text) {
        Ok(commands) => commands,
        Err(message) => {
            report.failures.push(format!("{name}: {message}"));
            return report;
        }
    };
    let engine = Engine::new(Options { delayed_name_removal: true, start_timestamps: true, ..Options::default() });
    let mut store = Store::new();
    for command in commands {
        let place = format!("{name}:{}", command.line);
        match command.kind {
            CommandKind::Clear => store = Store::new(),
            CommandKind::Load(load) => {
                if let Err(message) = append(&mut store, &load) {
                    report.failures.push(format!("{place}: load: {message}"));
                }
            }
            CommandKind::Eval(eval) if only.is_none_or(|only| only == place || only == name) => {
                report.total += 1;
                match evaluate(&engine, &store, &eval) {
                    Ok(()) => report.passed += 1,
                    Err(message) => report.failures.push(format!("{place}: {message}")),
                }
            }
            CommandKind::Eval(_) => {}
        }
    }
    report
}

fn append(store: &mut Store, load: &Load) -> Result<(), String> {
    for series in &load.series {
        for (index, value) in series.values.iter().enumerate() {
            let Some(value) = value else { continue };
            let t_ms = index as i64 * load.interval_ms;
            let start = series.starts.get(index).copied().flatten().map(|start| t_ms + start);
            if let Some(histogram) = value.as_histogram() {
                histogram.validate().map_err(|error| format!("{}: {error}", series.labels))?;
            }
            let appended = store.append(&series.labels, t_ms, value.clone(), start);
            appended.map_err(|error| format!("{} at {t_ms}ms: {error}", series.labels))?;
        }
    }
    if load.with_nhcb {
        for (labels, histograms) in classic::convert(&load.series)? {
            for (index, histogram) in histograms {
                let appended = store.append(&labels, index as i64 * load.interval_ms, histogram.into(), None);
                appended.map_err(|error| format!("{labels}: {error}"))?;
            }
        }
    }
    Ok(())
}

/// Runs all variants of one evaluation; the error names the first that differs.
fn evaluate(engine: &Engine, store: &Store, eval: &Eval) -> Result<(), String> {
    let expr = parse(&eval.query)?;
    match eval.time {
        Times::Range(range) => {
            let variant = format!("range from {}ms to {}ms step {}ms", range.start, range.end, range.step);
            let run = || {
                let prepared = engine.prepare(&expr)?;
                engine.range(store, &prepared, range.start, range.end, range.step)
            };
            let output = outcome(eval, run());
            let checked = output.and_then(|output| match output {
                Some(output) => {
                    compare::check_annotations(&eval.expect, &output, &eval.query)?;
                    compare::check(&eval.expect, &output.value, Some(range))
                }
                None => Ok(()),
            });
            checked.map_err(|message| format!("{variant}: {}\n  {message}", eval.query))
        }
        Times::Instant(t_ms) => {
            let instant = Instant { engine, store, eval };
            instant.check("as written", &eval.query, &expr, t_ms)?;
            let Some((fixed, times)) = variants::fixed_at(&expr, t_ms) else { return Ok(()) };
            let expr = parse(&fixed)?;
            times.into_iter().try_for_each(|t_ms| instant.check("with @", &fixed, &expr, t_ms))
        }
    }
}

fn parse(query: &str) -> Result<Expr, String> {
    promql::parse(query, &ParseOptions::all()).map_err(|errors| {
        let errors: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        format!("{query}\n  does not parse: {}", errors.join("; "))
    })
}

/// The output, or nothing where a failure was expected and came.
fn outcome(eval: &Eval, result: Result<Output, promproof::engine::EvalError>) -> Result<Option<Output>, String> {
    match (result, &eval.expect.fail) {
        (Ok(output), None) => Ok(Some(output)),
        (Ok(_), Some(text)) => Err(format!("expected to fail with {}, but it did not", text.describe())),
        (Err(error), None) => Err(format!("error: {error}")),
        (Err(error), Some(text)) if text.accepts(&error.message) => Ok(None),
        (Err(error), Some(text)) => Err(format!("expected to fail with\n    {}\n    got {error}", text.describe())),
    }
}

/// What the variants of an instant query share.
struct Instant<'a> {
    engine: &'a Engine,
    store: &'a Store,
    eval: &'a Eval,
}

impl Instant<'_> {
    fn check(&self, variant: &str, query: &str, expr: &Expr, t_ms: i64) -> Result<(), String> {
        self.check_instant(query, expr, t_ms).map_err(|message| format!("{variant} at {t_ms}ms: {query}\n  {message}"))
    }

    fn check_instant(&self, query: &str, expr: &Expr, t_ms: i64) -> Result<(), String> {
        let expect = &self.eval.expect;
        let prepared = self.engine.prepare(expr);
        let result = prepared.clone().and_then(|prepared| self.engine.instant(self.store, &prepared, t_ms));
        let Some(output) = outcome(self.eval, result)? else { return Ok(()) };
        compare::check_annotations(expect, &output, query)?;
        compare::check(expect, &output.value, expect.range_vector)?;
        let resolves_differently = ["start()", "end()", "range()", "step()"].iter().any(|f| query.contains(f));
        if expect.string.is_some() || expect.range_vector.is_some() || resolves_differently {
            return Ok(());
        }
        let range = Range { start: t_ms - MINUTE, end: t_ms + MINUTE, step: MINUTE };
        let result =
            prepared.and_then(|prepared| self.engine.range(self.store, &prepared, range.start, range.end, range.step));
        let output = result.map_err(|error| format!("in range mode: error: {error}"))?;
        if expect.ordered {
            return Ok(());
        }
        compare::check(expect, &middle(output.value, t_ms, expect.scalar.is_some()), None)
            .map_err(|message| format!("in range mode: {message}"))
    }
}

/// A range query's result at one time, as the instant query gives it.
fn middle(value: QueryValue, t_ms: i64, is_scalar: bool) -> QueryValue {
    let QueryValue::Matrix(series) = value else { return value };
    let samples: Vec<VectorSample> = series
        .into_iter()
        .filter_map(|series| {
            let value = series.points.at(t_ms)?;
            Some(VectorSample { labels: series.labels, t_ms, value })
        })
        .collect();
    match samples.first().and_then(|sample| sample.value.as_float()) {
        Some(value) if is_scalar => QueryValue::Scalar(value),
        _ => QueryValue::Vector(samples),
    }
}
