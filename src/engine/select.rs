//! Selectors: which series of the store match, and their values at each step.

use crate::model::labels::METRIC_NAME;
use crate::promql::ast::RangeExtension;
use crate::source::Span;

use super::EvalError;
use super::column::{Column, SeriesColumn, Slot, Vector};
use super::detected_resets;
use super::evaluate::Evaluator;
use super::plan::Selector;
use super::store::{Samples, Store, StoredSeries};

/// The series of the store that match, in the order of their creation.
pub(crate) fn matching<'a>(store: &'a Store, selector: &'a Selector) -> impl Iterator<Item = &'a StoredSeries> {
    let named = selector.name.as_deref().map(|name| store.named(name));
    let count = named.map_or(store.series().len(), <[usize]>::len);
    (0..count).filter_map(move |position| {
        let index = match named {
            Some(named) => *named.get(position)?,
            None => position,
        };
        let series = store.series().get(index)?;
        let labels = series.labels();
        let matches = selector.matchers.iter().all(|matcher| matcher.passes(labels));
        matches.then_some(series)
    })
}

/// Evaluates an instant selector.
pub(crate) fn instant(eval: &mut Evaluator<'_>, selector: &Selector, span: Span) -> Result<Vector, EvalError> {
    let smoothed = selector.extension == Some(RangeExtension::Smoothed);
    let times = Times::of(eval, selector)?;
    let mut vector = Vector::new();
    let mut cells = 0usize;
    for series in matching(eval.store, selector) {
        let column = if smoothed {
            super::smooth::instant(eval, series, &times, span)
        } else {
            column(series, &times, selector.detects_resets)
        };
        if !column.is_empty() {
            cells = cells.saturating_add(column.weight());
            eval.reserve(cells, span)?;
            vector.push(SeriesColumn { labels: series.labels().clone(), drop_name: false, column });
        }
    }
    Ok(vector)
}

/// The times at which a selector looks, one for each step.
pub(crate) struct Times {
    fixed: Option<i64>,
    steps: super::steps::Steps,
    offset: i64,
    /// How far a sample may lie back.
    pub(crate) lookback: i64,
    /// How far it has to lie back, at least: 1 ms where what is written at the very time is not there yet.
    distance: i64,
}

impl Times {
    pub(crate) fn of(eval: &Evaluator<'_>, selector: &Selector) -> Result<Self, EvalError> {
        let times = Times::reading(eval, eval.fixed_time(selector.at), selector.offset.resolve(&eval.query)?);
        Ok(Times { distance: i64::from(selector.sees_only_before), ..times })
    }

    /// Looks at `fixed`, or else at each step, less `offset`.
    pub(crate) fn reading(eval: &Evaluator<'_>, fixed: Option<i64>, offset: i64) -> Self {
        Times {
            fixed,
            steps: eval.steps,
            offset,
            lookback: eval.options.lookback_ms.saturating_add(eval.options.closing_ms()),
            distance: 0,
        }
    }

    /// Number of steps.
    pub(crate) fn count(&self) -> usize {
        self.steps.count
    }

    /// Where the selector looks at `step`.
    #[inline]
    pub(crate) fn at(&self, step: usize) -> i64 {
        self.fixed.unwrap_or_else(|| self.steps.time(step)).saturating_sub(self.offset)
    }

    /// The time of the newest sample that may be seen from `at`.
    #[inline]
    fn newest(&self, at: i64) -> i64 {
        at.saturating_sub(self.distance)
    }
}

/// The newest sample of `samples` at or before the times of ascending steps.
struct Cursor<'a> {
    times: &'a [i64],
    /// How many samples lie at or before the current time.
    passed: usize,
}

impl<'a> Cursor<'a> {
    fn new(times: &'a [i64], first: i64) -> Self {
        Cursor { times, passed: times.partition_point(|t| *t <= first) }
    }

    /// Moves on to `t_ms`, which is not before the last one, and returns the newest sample's index and time.
    #[inline]
    fn advance(&mut self, t_ms: i64) -> Option<(usize, i64)> {
        while self.times.get(self.passed).is_some_and(|t| *t <= t_ms) {
            self.passed += 1;
        }
        let index = self.passed.checked_sub(1)?;
        self.times.get(index).map(|t| (index, *t))
    }
}

/// The values of a series at each step: its newest sample within the lookback, unless it went stale since.
fn column(series: &StoredSeries, times: &Times, detects_resets: bool) -> Column {
    if series.histograms.times.is_empty() && series.stale.is_empty() {
        return floats_only(&series.floats, times);
    }
    let detected = if detects_resets { detected_resets::detect(&series.histograms) } else { None };
    let histograms = detected.as_ref().unwrap_or(&series.histograms);
    let mut column = Column::absent(times.count());
    walk(series, times, |step, found| match found {
        Found::Float(index, _) => column.set(step, Slot::Float(value(&series.floats.values, index))),
        Found::Histogram(index, _) => {
            if let Some(histogram) = histograms.values.get(index) {
                column.set(step, Slot::Histogram(histogram.clone()));
            }
        }
    });
    column
}

fn value(values: &[f64], index: usize) -> f64 {
    values.get(index).copied().unwrap_or(super::column::ABSENT)
}

/// The common case: no histograms, no staleness markers.
fn floats_only(samples: &Samples<f64>, times: &Times) -> Column {
    let mut cursor = Cursor::new(&samples.times, times.newest(times.at(0)));
    let values = (0..times.count()).map(|step| {
        let at = times.at(step);
        match cursor.advance(times.newest(at)) {
            Some((index, t_ms)) if t_ms > at.saturating_sub(times.lookback) => value(&samples.values, index),
            _ => super::column::ABSENT,
        }
    });
    Column::from_floats(values.collect())
}

/// A sample that a selector finds: its index and its time.
pub(crate) enum Found {
    Float(usize, i64),
    Histogram(usize, i64),
}

/// Calls `visit` for each step at which the series has a sample.
pub(crate) fn walk(series: &StoredSeries, times: &Times, mut visit: impl FnMut(usize, Found)) {
    let first = times.newest(times.at(0));
    let mut floats = Cursor::new(&series.floats.times, first);
    let mut histograms = Cursor::new(&series.histograms.times, first);
    let mut stale = Cursor::new(&series.stale, first);
    for step in 0..times.count() {
        let at = times.at(step);
        let oldest = at.saturating_sub(times.lookback);
        let fresh = |found: &(usize, i64)| found.1 > oldest;
        let newest = times.newest(at);
        let float = floats.advance(newest).filter(fresh);
        let histogram = histograms.advance(newest).filter(fresh);
        let stale_since = stale.advance(newest).map_or(i64::MIN, |(_, t_ms)| t_ms);
        let found = match (float, histogram) {
            (Some((_, f)), Some((index, h))) if h > f => Found::Histogram(index, h),
            (Some((index, f)), _) => Found::Float(index, f),
            (None, Some((index, h))) => Found::Histogram(index, h),
            (None, None) => continue,
        };
        let (Found::Float(_, t_ms) | Found::Histogram(_, t_ms)) = found;
        if t_ms > stale_since {
            visit(step, found);
        }
    }
}

/// The series' name, empty where it has none.
pub(crate) fn name_of(labels: &crate::model::Labels) -> &str {
    labels.get(METRIC_NAME).unwrap_or_default()
}
