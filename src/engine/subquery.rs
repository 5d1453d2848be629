//! Subqueries: an inner expression evaluated on a grid of its own, whose results are read as a range vector.

use std::sync::Arc;

use crate::model::histogram::CounterResetHint;
use crate::model::{FloatHistogram, Labels};
use crate::source::Span;

use super::EvalError;
use super::column::{Slot, Value};
use super::distinct::merge_equal;
use super::evaluate::Evaluator;
use super::plan::SubqueryNode;
use super::steps::Steps;
use super::store::Samples;

/// One series that a subquery yields.
pub(crate) struct ComputedSeries {
    pub(crate) labels: Labels,
    /// Whether the name is to be removed at the end.
    pub(crate) drop_name: bool,
    pub(crate) floats: Samples<f64>,
    pub(crate) histograms: Samples<Arc<FloatHistogram>>,
}

/// Evaluates the inner expression at each time that any of the outer steps needs, once.
pub(crate) fn evaluate(
    eval: &mut Evaluator<'_>,
    query: &SubqueryNode,
    span: Span,
) -> Result<Vec<ComputedSeries>, EvalError> {
    let outer = eval.steps;
    let inner = grid(eval, query, span)?;
    eval.reserve(inner.count, span)?;
    let live = eval.live();
    eval.steps = inner;
    let value = eval.eval(query.inner);
    eval.steps = outer;
    let vector = match value? {
        Value::Vector(vector) => {
            let mut vector = merge_equal(vector, span)?;
            // An order that does not depend on which series have a sample when.
            vector.sort_by(|a, b| a.labels.cmp(&b.labels));
            vector
        }
        _ => return Err(EvalError::new("subqueries are of instant vectors", Some(span))),
    };
    eval.set_live(live);
    let mut result = Vec::with_capacity(vector.len());
    for series in vector {
        let (mut floats, mut histograms) = (Samples::default(), Samples::default());
        for (step, t_ms) in inner.times().enumerate() {
            match series.column.slot(step) {
                Slot::Absent => {}
                Slot::Float(value) => floats.push_float(t_ms, value, None),
                Slot::Histogram(histogram) => histograms.push(t_ms, without_hint(histogram), None),
            }
        }
        result.push(ComputedSeries { labels: series.labels, drop_name: series.drop_name, floats, histograms });
    }
    Ok(result)
}

/// The inner evaluation times: multiples of the step, after the start of the first range and up to the end of the last.
fn grid(eval: &Evaluator<'_>, query: &SubqueryNode, span: Span) -> Result<Steps, EvalError> {
    let range = query.range.resolve_positive(&eval.query, span)?;
    let interval = match &query.step {
        Some(step) => step.resolve_positive(&eval.query, span)?,
        None => eval.options.default_subquery_step_ms.max(1),
    };
    let offset = query.offset.resolve(&eval.query)?;
    let fixed = eval.fixed_time(query.at);
    let first_end = fixed.unwrap_or(eval.steps.start).saturating_sub(offset);
    let last_end = fixed.unwrap_or(eval.steps.end()).saturating_sub(offset);
    let begin = first_end.saturating_sub(range);
    let mut start = begin / interval * interval;
    if start <= begin.saturating_sub(eval.options.closing_ms()) {
        start = start.saturating_add(interval);
    }
    Ok(Steps::between(start, last_end, interval))
}

/// The grid may skip or repeat histograms, so that what they know about resets does not hold.
fn without_hint(mut histogram: Arc<FloatHistogram>) -> Arc<FloatHistogram> {
    if matches!(histogram.counter_reset_hint, CounterResetHint::Reset | CounterResetHint::NotReset) {
        Arc::make_mut(&mut histogram).counter_reset_hint = CounterResetHint::Unknown;
    }
    histogram
}
