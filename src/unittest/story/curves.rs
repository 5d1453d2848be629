//! An expression's values over all steps of a test, as curves.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::comparisons::{Comparison, With};
use super::thin::Thinner;
use super::{Chart, Curve, MAX_EXPRESSION, Other, Threshold, cells, line};
use crate::engine::{Engine, Prepared, QueryValue};
use crate::facts::is_range_dependent;
use crate::model::{Labels, SampleValue};
use crate::promql::Expr;
use crate::unittest::run::Running;

/// So many curves are kept of one expression.
const MAX_CURVES: usize = 6;
/// So many elements of an expression are looked at to choose from; further ones are counted as far as they are known.
const MAX_ELEMENTS: usize = 1_000;
/// How many steps are evaluated in one go; bounds the memory that a result takes.
const STEPS_PER_PASS: usize = 4096;

/// The chart of `comparison`, a part of the expression `text`, evaluated `offset_ms` before each step.
pub(super) fn chart(running: &Running<'_>, text: &str, comparison: &Comparison<'_>, offset_ms: i64) -> Chart {
    let subject = |expr: &Expr| line(expr.span.slice(text), MAX_EXPRESSION);
    let threshold = match &comparison.with {
        With::Constant(threshold) => Some(threshold.clone()),
        With::Nothing | With::Other(..) => None,
    };
    let (curves, more_curves, mut failure) = split(curves(running, comparison.operand, threshold.as_ref(), offset_ms));
    let other = match &comparison.with {
        With::Other(op, expr) => {
            let (curves, more_curves, failed) = split(self::curves(running, expr, None, offset_ms));
            failure = failure.or(failed);
            Some(Other { op: *op, subject: subject(expr), curves, more_curves })
        }
        With::Nothing | With::Constant(_) => None,
    };
    Chart { subject: subject(comparison.operand), threshold, curves, more_curves, other, failure }
}

fn split(result: Result<(Vec<Curve>, usize), String>) -> (Vec<Curve>, usize, Option<String>) {
    match result {
        Ok((curves, more)) => (curves, more, None),
        Err(failure) => (Vec::new(), 0, Some(failure)),
    }
}

/// The curves of `expr`, sorted by labels, and how many more there are.
fn curves(
    running: &Running<'_>,
    expr: &Expr,
    threshold: Option<&Threshold>,
    offset_ms: i64,
) -> Result<(Vec<Curve>, usize), String> {
    let engine = &running.shared.set.options().engine;
    let prepared = engine.prepare(expr).map_err(|error| error.message)?;
    let (_, per_cell) = cells(running.run.steps);
    let mut gathering =
        Gathering { threshold, per_cell, elements: Vec::new(), by_labels: FxHashMap::default(), more: 0 };
    if is_range_dependent(expr) {
        // One evaluation over all steps would be another expression. One for each cell will do.
        for step in (0..running.run.steps).step_by(per_cell) {
            gathering.instant(running, engine, &prepared, step, offset_ms)?;
        }
    } else {
        for first in (0..running.run.steps).step_by(STEPS_PER_PASS) {
            let end = (first + STEPS_PER_PASS).min(running.run.steps);
            gathering.range(running, engine, &prepared, first..end, offset_ms)?;
        }
    }
    Ok(gathering.finish())
}

/// Curves in the making.
struct Gathering<'a> {
    threshold: Option<&'a Threshold>,
    per_cell: usize,
    elements: Vec<Thinner>,
    by_labels: FxHashMap<Labels, usize>,
    /// How many elements were not taken.
    more: usize,
}

impl Gathering<'_> {
    fn instant(
        &mut self,
        running: &Running<'_>,
        engine: &Engine,
        prepared: &Prepared,
        step: usize,
        offset_ms: i64,
    ) -> Result<(), String> {
        let t_ms = running.run.schedule.time(step).saturating_sub(offset_ms);
        let output = engine.instant(&running.store, prepared, t_ms).map_err(|error| error.message)?;
        match output.value {
            QueryValue::Scalar(value) => self.take(&Labels::empty(), [(step, value.into())]),
            QueryValue::Vector(samples) => {
                for sample in samples {
                    self.take(&sample.labels, [(step, sample.value)]);
                }
            }
            QueryValue::String(_) | QueryValue::Matrix(_) => {}
        }
        Ok(())
    }

    fn range(
        &mut self,
        running: &Running<'_>,
        engine: &Engine,
        prepared: &Prepared,
        steps: Range<usize>,
        offset_ms: i64,
    ) -> Result<(), String> {
        let schedule = &running.run.schedule;
        let interval_ms = schedule.interval_ms.max(1);
        let first_ms = schedule.time(steps.start).saturating_sub(offset_ms);
        let last_ms = schedule.time(steps.end.saturating_sub(1)).saturating_sub(offset_ms);
        let output = engine.range(&running.store, prepared, first_ms, last_ms, interval_ms);
        let QueryValue::Matrix(series) = output.map_err(|error| error.message)?.value else { return Ok(()) };
        for series in series {
            let step = |t_ms: i64| {
                let ahead = t_ms.saturating_sub(first_ms) / interval_ms;
                usize::try_from(ahead).map_or(steps.start, |ahead| steps.start + ahead)
            };
            self.take(&series.labels, series.points.into_iter().map(|point| (step(point.t_ms), point.value)));
        }
        Ok(())
    }

    fn take(&mut self, labels: &Labels, values: impl IntoIterator<Item = (usize, SampleValue)>) {
        let index = match self.by_labels.get(labels) {
            Some(index) => *index,
            None if self.elements.len() >= MAX_ELEMENTS => {
                self.more += 1;
                return;
            }
            None => {
                self.by_labels.insert(labels.clone(), self.elements.len());
                self.elements.push(Thinner::new(labels.clone(), 1));
                self.elements.len() - 1
            }
        };
        let Some(element) = self.elements.get_mut(index) else { return };
        for (step, value) in values {
            if let (Some(threshold), SampleValue::Float(number)) = (self.threshold, &value)
                && threshold.passes(*number)
            {
                element.pass();
            }
            element.add(step / self.per_cell, &value);
        }
    }

    fn finish(self) -> (Vec<Curve>, usize) {
        let mut curves: Vec<Curve> = self.elements.into_iter().map(Thinner::finish).collect();
        let more = self.more + curves.len().saturating_sub(MAX_CURVES);
        curves.sort_by(|a, b| b.passes.cmp(&a.passes).then_with(|| a.labels.cmp(&b.labels)));
        curves.truncate(MAX_CURVES);
        curves.sort_by(|a, b| a.labels.cmp(&b.labels));
        (curves, more)
    }
}
