//! What a range vector argument is: series of the store, or those that a subquery computed.

use std::sync::Arc;

use crate::model::{FloatHistogram, Labels};
use crate::promql::ast::RangeExtension;

use super::clock::Clock;
use super::evaluate::Evaluator;
use super::plan::{MatrixNode, NodeId, NodeKind};
use super::steps::Steps;
use super::store::{Samples, StoredSeries};
use super::subquery::{self, ComputedSeries};
use super::{EvalError, detected_resets, select};

/// A range vector argument over all steps.
pub(crate) struct RangeInput<'a> {
    source: Source<'a>,
    fixed: Option<i64>,
    offset: i64,
    /// The evaluation times.
    pub(crate) steps: Steps,
    /// The length of the range in milliseconds.
    pub(crate) range: i64,
    /// How far before the range samples are needed.
    pub(crate) reach_back: i64,
    /// How far behind the range samples are needed.
    pub(crate) reach_ahead: i64,
    pub(crate) extension: Option<RangeExtension>,
    /// Says when reading it has taken too long.
    pub(crate) clock: Clock,
}

enum Source<'a> {
    Stored(Vec<Stored<'a>>),
    Computed(Vec<ComputedSeries>),
}

struct Stored<'a> {
    series: &'a StoredSeries,
    /// The histograms with the resets found between them, where that is asked for.
    histograms: Option<Samples<Arc<FloatHistogram>>>,
}

/// One series of a range vector.
pub(crate) struct RangeSeries<'a> {
    pub(crate) labels: &'a Labels,
    /// Whether the name is to be removed at the end.
    pub(crate) drop_name: bool,
    pub(crate) floats: &'a Samples<f64>,
    pub(crate) histograms: &'a Samples<Arc<FloatHistogram>>,
}

impl<'a> RangeInput<'a> {
    /// Selects the series of a range selector, or evaluates a subquery.
    pub(crate) fn of(eval: &mut Evaluator<'a>, id: NodeId) -> Result<Self, EvalError> {
        let node = eval.plan.unwrapped(id);
        match &node.kind {
            NodeKind::Matrix(matrix) => Self::stored(eval, matrix, node.span),
            NodeKind::Subquery(query) => {
                let range = query.range.resolve_positive(&eval.query, node.span)?;
                let (steps, fixed) = (eval.steps, eval.fixed_time(query.at));
                let offset = query.offset.resolve(&eval.query)?;
                let series = subquery::evaluate(eval, query, node.span)?;
                let source = Source::Computed(series);
                let reach_back = eval.options.closing_ms();
                let clock = eval.clock.clone();
                let (reach_ahead, extension) = (0, None);
                Ok(RangeInput { source, fixed, offset, steps, range, reach_back, reach_ahead, extension, clock })
            }
            _ => Err(EvalError::new("expected a range vector", Some(node.span))),
        }
    }

    fn stored(eval: &mut Evaluator<'a>, matrix: &'a MatrixNode, span: crate::source::Span) -> Result<Self, EvalError> {
        let selector = &matrix.selector;
        let lookback = eval.options.lookback_ms;
        let (reach_back, reach_ahead) = match selector.extension {
            Some(RangeExtension::Anchored) => (lookback, 0),
            Some(RangeExtension::Smoothed) => (lookback, lookback),
            None => (eval.options.closing_ms(), 0),
        };
        let stored = select::matching(eval.store, selector).map(|series| {
            let histograms = if selector.detects_resets { detected_resets::detect(&series.histograms) } else { None };
            Stored { series, histograms }
        });
        Ok(RangeInput {
            source: Source::Stored(stored.collect()),
            fixed: eval.fixed_time(selector.at),
            offset: selector.offset.resolve(&eval.query)?,
            steps: eval.steps,
            range: matrix.range.resolve_positive(&eval.query, span)?,
            reach_back,
            reach_ahead,
            extension: selector.extension,
            clock: eval.clock.clone(),
        })
    }

    /// The end of the range at `step`.
    #[inline]
    pub(crate) fn end(&self, step: usize) -> i64 {
        self.fixed.unwrap_or_else(|| self.steps.time(step)).saturating_sub(self.offset)
    }

    /// Which of the samples at `times` any of the ranges holds, and those between.
    pub(crate) fn seen(&self, times: &[i64]) -> std::ops::Range<usize> {
        let ends = self.ends();
        let Some(last) = self.steps.count.checked_sub(1) else { return 0..0 };
        let (start, end) = (ends.at(0).0.saturating_sub(self.reach_back), ends.at(last).1);
        let from = times.partition_point(|t| *t <= start);
        from..times.partition_point(|t| *t <= end).max(from)
    }

    /// Both ends of the ranges.
    pub(crate) fn ends(&self) -> RangeEnds<'_, 'a> {
        let (first, last) = (self.end(0), self.end(self.steps.count.saturating_sub(1)));
        let steps = i64::try_from(self.steps.count).unwrap_or(i64::MAX).saturating_sub(1);
        let interval = if self.fixed.is_some() { 0 } else { self.steps.interval };
        let is_even = interval.checked_mul(steps).and_then(|span| first.checked_add(span)) == Some(last)
            && first.checked_sub(self.range).is_some();
        RangeEnds { input: self, first, interval, is_even }
    }

    /// The series, in order.
    pub(crate) fn series(&self) -> impl Iterator<Item = RangeSeries<'_>> {
        let (stored, computed) = match &self.source {
            Source::Stored(stored) => (stored.as_slice(), &[][..]),
            Source::Computed(computed) => (&[][..], computed.as_slice()),
        };
        let stored = stored.iter().map(|Stored { series, histograms }| RangeSeries {
            labels: series.labels(),
            drop_name: false,
            floats: &series.floats,
            histograms: histograms.as_ref().unwrap_or(&series.histograms),
        });
        let computed = computed.iter().map(|series| RangeSeries {
            labels: &series.labels,
            drop_name: series.drop_name,
            floats: &series.floats,
            histograms: &series.histograms,
        });
        stored.chain(computed)
    }
}

/// Both ends of the ranges at each step.
pub(crate) struct RangeEnds<'i, 'a> {
    input: &'i RangeInput<'a>,
    first: i64,
    interval: i64,
    /// Whether all ends lie within the times that there are, so that nothing need be kept from overflowing.
    is_even: bool,
}

impl RangeEnds<'_, '_> {
    /// How far apart neighbouring ranges are, where that is always the same.
    pub(crate) fn even_interval(&self) -> Option<i64> {
        self.is_even.then_some(self.interval)
    }

    /// Where the range begins (exclusive) and ends (inclusive) at `step`, which must be one of the input's.
    #[inline]
    pub(crate) fn at(&self, step: usize) -> (i64, i64) {
        if self.is_even {
            let end = self.first.wrapping_add((step as i64).wrapping_mul(self.interval));
            (end.wrapping_sub(self.input.range), end)
        } else {
            let end = self.input.end(step);
            (end.saturating_sub(self.input.range), end)
        }
    }
}
