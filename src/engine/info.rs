//! `info(v, {selector})`: adds the labels of info metrics (`target_info` unless the selector names others) to the
//! series that have the same `instance` and `job`.
//!
//! The info metrics are read as of the time at which the first selector of `v` reads, so `@` and `offset` there pin
//! them too. The rules follow Prometheus' `promql/info.go`.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use regex::Regex;
use rustc_hash::FxHashMap;

use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::source::Span;

use super::EvalError;
use super::column::{Column, SeriesColumn, Value, Vector};
use super::distinct::ensure_distinct;
use super::evaluate::Evaluator;
use super::plan::{CallNode, LabelMatcher, LabelTest, NodeId, NodeKind, Selector};
use super::select::{self, Found, Times, name_of};
use super::store::StoredSeries;

const TARGET_INFO: &str = "target_info";
/// The labels that say which series an info metric is about.
const IDENTIFYING: [&str; 2] = ["instance", "job"];

/// The values of the identifying labels; empty where one is missing.
type Identity = [String; 2];

/// Evaluates `info`.
pub(crate) fn info<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    let plan = eval.plan;
    let base_arg = call.args.first().copied().unwrap_or(plan.root);
    let base = eval.vector(base_arg)?;
    let selector = call.args.get(1).and_then(|arg| match &plan.unwrapped(*arg).kind {
        NodeKind::Selector(selector) => Some(selector),
        _ => None,
    });
    let wanted = Wanted::of(selector)?;
    let is_info: Vec<bool> = base.iter().map(|series| wanted.has_name(name_of(&series.labels))).collect();
    let enriched = || base.iter().zip(&is_info).filter(|(_, is_info)| !**is_info).map(|(series, _)| series);
    let times = reference_times(eval, base_arg)?;
    let sources = Sources::select(eval, &wanted, enriched(), &times, span)?;
    let mut output = Vector::new();
    for (series, is_info) in base.iter().zip(is_info) {
        if is_info {
            output.push(series.clone());
        } else {
            enrich(eval, series, &wanted, &sources, &mut output, span)?;
        }
    }
    eval.reserve(output.iter().map(|series| series.column.weight()).sum(), span)?;
    ensure_distinct(&output, span)?;
    Ok(Value::Vector(output))
}

/// What the second argument asks for.
struct Wanted<'a> {
    /// What the names of info metrics must pass.
    names: Vec<NameTest<'a>>,
    /// What their other labels must pass. Where there are any, only the labels that they name are added.
    data: Vec<&'a LabelMatcher>,
}

enum NameTest<'a> {
    Equal(&'a str),
    Matcher(&'a LabelMatcher),
    Info(Regex),
}

impl<'a> Wanted<'a> {
    fn of(selector: Option<&'a Selector>) -> Result<Self, EvalError> {
        let Some(selector) = selector else {
            return Ok(Wanted { names: vec![NameTest::Equal(TARGET_INFO)], data: Vec::new() });
        };
        let (names, data): (Vec<_>, Vec<_>) = selector.matchers.iter().partition(|matcher| matcher.name == METRIC_NAME);
        let is_positive = |matcher: &&LabelMatcher| matches!(matcher.test, LabelTest::Equal(_) | LabelTest::Regex(_));
        let has_positive = selector.name.is_some() || names.iter().any(is_positive);
        let mut tests: Vec<NameTest<'a>> = selector.name.as_deref().map(NameTest::Equal).into_iter().collect();
        tests.extend(names.into_iter().map(NameTest::Matcher));
        if tests.is_empty() {
            tests.push(NameTest::Equal(TARGET_INFO));
        } else if !has_positive {
            // Only told what not to take: of the rest, whatever is named like an info metric.
            let pattern = Regex::new("^(?s:.+_info)$").map_err(|error| EvalError::new(error.to_string(), None))?;
            tests.push(NameTest::Info(pattern));
        }
        Ok(Wanted { names: tests, data })
    }

    fn has_name(&self, name: &str) -> bool {
        self.names.iter().all(|test| match test {
            NameTest::Equal(wanted) => *wanted == name,
            NameTest::Matcher(matcher) => matcher.matches(name),
            NameTest::Info(pattern) => pattern.is_match(name),
        })
    }

    fn has_data(&self, labels: &Labels) -> bool {
        self.data.iter().all(|matcher| matcher.matches(labels.get(&matcher.name).unwrap_or_default()))
    }

    fn adds(&self, name: &str) -> bool {
        name != METRIC_NAME && (self.data.is_empty() || self.data.iter().any(|matcher| matcher.name == name))
    }

    /// Whether a series for which there is no info metric stays as it is.
    fn keeps_unmatched(&self) -> bool {
        self.data.iter().all(|matcher| matcher.matches(""))
    }
}

/// The info series that win at each step.
struct Sources<'a> {
    /// By name of the info metric, in order of creation, and by identity.
    metrics: Vec<FxHashMap<Identity, Winners<'a>>>,
    /// How many places the lists of winners have.
    cells: usize,
}

/// Of the info series with one name and identity, the one with the newest sample at each step, and its time.
type Winners<'a> = Vec<Option<(&'a Labels, i64)>>;

impl<'a> Sources<'a> {
    fn select<'b>(
        eval: &Evaluator<'a>,
        wanted: &Wanted<'_>,
        base: impl Iterator<Item = &'b SeriesColumn>,
        times: &Times,
        span: Span,
    ) -> Result<Self, EvalError> {
        let mut values: [BTreeSet<String>; 2] = Default::default();
        for series in base {
            for (values, value) in values.iter_mut().zip(identity(&series.labels)) {
                if !value.is_empty() {
                    values.insert(value);
                }
            }
        }
        let mut sources = Sources { metrics: Vec::new(), cells: 0 };
        if values.iter().all(BTreeSet::is_empty) {
            return Ok(sources);
        }
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        for series in eval.store.series() {
            let labels = series.labels();
            let identity = identity(labels);
            let is_asked_for = values.iter().zip(&identity).all(|(values, v)| values.is_empty() || values.contains(v));
            if !is_asked_for || !wanted.has_name(name_of(labels)) || !wanted.has_data(labels) {
                continue;
            }
            let place = *places.entry(name_of(labels)).or_insert_with(|| {
                sources.metrics.push(FxHashMap::default());
                sources.metrics.len() - 1
            });
            if let Some(metric) = sources.metrics.get_mut(place) {
                let winners = match metric.entry(identity) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        sources.cells = sources.cells.saturating_add(times.count());
                        eval.reserve(sources.cells, span)?;
                        new.insert(vec![None; times.count()])
                    }
                };
                compete(winners, series, times, span)?;
            }
        }
        Ok(sources)
    }
}

/// Lets a series win where its sample is newer.
fn compete<'a>(
    winners: &mut Winners<'a>,
    series: &'a StoredSeries,
    times: &Times,
    span: Span,
) -> Result<(), EvalError> {
    let mut error = None;
    select::walk(series, times, |step, found| {
        let Some(winner) = winners.get_mut(step) else { return };
        match (found, &winner) {
            (Found::Histogram(..), _) => error = Some("info sample should be float".to_owned()),
            (Found::Float(_, t_ms), Some((_, best))) if t_ms < *best => {}
            (Found::Float(_, t_ms), Some((_, best))) if t_ms == *best => {
                error = Some(format!("found duplicate series for info metric {}", name_of(series.labels())));
            }
            (Found::Float(_, t_ms), _) => *winner = Some((series.labels(), t_ms)),
        }
    });
    error.map_or(Ok(()), |message| Err(EvalError::new(message, Some(span))))
}

/// Adds to `output` what becomes of one series: one column for each set of labels that it has over the steps.
fn enrich(
    eval: &Evaluator<'_>,
    series: &SeriesColumn,
    wanted: &Wanted<'_>,
    sources: &Sources<'_>,
    output: &mut Vector,
    span: Span,
) -> Result<(), EvalError> {
    let identity = identity(&series.labels);
    let metrics: Vec<&Winners<'_>> = sources.metrics.iter().filter_map(|metric| metric.get(&identity)).collect();
    let mut places: FxHashMap<Labels, usize> = FxHashMap::default();
    let steps = series.column.len();
    for step in (0..steps).filter(|step| series.column.is_present(*step)) {
        let winners = metrics.iter().filter_map(|winners| winners.get(step)?.map(|(labels, _)| labels));
        let Some(labels) = enriched_labels(&series.labels, wanted, winners, span)? else { continue };
        let place = match places.entry(labels) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let place = output.len();
                let cells = place.saturating_add(1).saturating_mul(steps);
                eval.reserve(sources.cells.saturating_add(cells), span)?;
                let column = Column::absent(steps);
                output.push(SeriesColumn { labels: new.key().clone(), drop_name: series.drop_name, column });
                *new.insert(place)
            }
        };
        if let Some(target) = output.get_mut(place) {
            target.column.set(step, series.column.slot(step));
        }
    }
    Ok(())
}

/// The labels with those of the info metrics added; `None` where the series is to be dropped.
fn enriched_labels<'a>(
    base: &Labels,
    wanted: &Wanted<'_>,
    infos: impl Iterator<Item = &'a Labels>,
    span: Span,
) -> Result<Option<Labels>, EvalError> {
    let mut added: FxHashMap<&str, &str> = FxHashMap::default();
    let mut is_matched = false;
    for (name, value) in infos.inspect(|_| is_matched = true).flat_map(Labels::iter) {
        if !wanted.adds(name) {
            continue;
        }
        if added.get(name).is_some_and(|other| *other != value) {
            return Err(EvalError::new(format!("conflicting label: {name}"), Some(span)));
        }
        // What the series already says stays.
        if base.get(name).is_none() {
            added.insert(name, value);
        }
    }
    if !is_matched && !wanted.keeps_unmatched() {
        return Ok(None);
    }
    if added.is_empty() {
        return Ok(Some(base.clone()));
    }
    let mut builder = base.builder();
    for (name, value) in added {
        builder.set(name, value);
    }
    Ok(Some(builder.build()))
}

fn identity(labels: &Labels) -> Identity {
    IDENTIFYING.map(|name| labels.get(name).unwrap_or_default().to_owned())
}

/// When the first selector below `node` reads, for each step: subqueries around it shift or fix that too.
fn reference_times(eval: &Evaluator<'_>, node: NodeId) -> Result<Times, EvalError> {
    let plan = eval.plan;
    let mut pending: Vec<(NodeId, Option<i64>, i64)> = vec![(node, None, 0)];
    while let Some((id, fixed, offset)) = pending.pop() {
        let read = |at, own: i64| match eval.fixed_time(at) {
            Some(fixed) => (Some(fixed), own),
            None => (fixed, offset.saturating_add(own)),
        };
        match &plan.node(id).kind {
            NodeKind::Selector(selector) => {
                let (fixed, offset) = read(selector.at, selector.offset.resolve(&eval.query)?);
                return Ok(Times::reading(eval, fixed, offset));
            }
            NodeKind::Matrix(matrix) => {
                let (fixed, offset) = read(matrix.selector.at, matrix.selector.offset.resolve(&eval.query)?);
                return Ok(Times::reading(eval, fixed, offset));
            }
            NodeKind::Subquery(subquery) => {
                let (fixed, offset) = read(subquery.at, subquery.offset.resolve(&eval.query)?);
                pending.push((subquery.inner, fixed, offset));
            }
            NodeKind::Number(_) | NodeKind::String(_) => {}
            NodeKind::Negate(inner) | NodeKind::StepInvariant(inner) => pending.push((*inner, fixed, offset)),
            NodeKind::Binary(binary) => {
                pending.extend([(binary.rhs, fixed, offset), (binary.lhs, fixed, offset)]);
            }
            NodeKind::Aggregate(aggregate) => {
                pending.extend(aggregate.param.map(|param| (param, fixed, offset)));
                pending.push((aggregate.input, fixed, offset));
            }
            NodeKind::Call(call) => pending.extend(call.args.iter().rev().map(|arg| (*arg, fixed, offset))),
        }
    }
    Ok(Times::reading(eval, None, 0))
}
