//! `timestamp` and `start_timestamp`: of a selector the samples' own times, of anything else the evaluation time.

use crate::engine::EvalError;
use crate::engine::annotations::AnnotationKind;
use crate::engine::column::{Column, SeriesColumn, Slot, Value, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::{CallNode, NodeKind, Selector};
use crate::engine::select::{self, Found, Times};
use crate::engine::store::StoredSeries;
use crate::source::Span;

use super::math;

/// `timestamp(v)`, in seconds.
pub(super) fn timestamp<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    if let NodeKind::Selector(selector) = &eval.plan.unwrapped(arg).kind {
        note_forgotten_offset(eval, selector, eval.plan.unwrapped(arg).span)?;
        return of_samples(eval, call, selector, span, |_, found| match found {
            Found::Float(_, t_ms) | Found::Histogram(_, t_ms) => *t_ms,
        });
    }
    let mut vector = eval.vector(arg)?;
    for series in &mut vector {
        for step in 0..series.column.len() {
            if series.column.is_present(step) {
                series.column.set(step, Slot::Float(eval.steps.time(step) as f64 / 1000.0));
            }
        }
        eval.drop_name(series);
    }
    math::finish(eval, vector, call).map(Value::Vector)
}

/// `start_timestamp(v)`, in seconds; 0 where unknown. Nothing for what is not a selector.
pub(super) fn start_timestamp<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    span: Span,
) -> Result<Value, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    match &eval.plan.unwrapped(arg).kind {
        NodeKind::Selector(selector) if eval.options.start_timestamps => {
            of_samples(eval, call, selector, span, |series, found| {
                let start = match found {
                    Found::Float(index, _) => series.floats.starts.get(*index),
                    Found::Histogram(index, _) => series.histograms.starts.get(*index),
                };
                start.copied().unwrap_or(0)
            })
        }
        _ => Ok(Value::Vector(Vector::new())),
    }
}

/// Says that `timestamp(x @ t offset d)` is hardly what anybody wants.
fn note_forgotten_offset(eval: &mut Evaluator<'_>, selector: &Selector, span: Span) -> Result<(), EvalError> {
    if selector.at.is_some() && selector.offset.resolve(&eval.query)? != 0 {
        let message = "timestamp() looks at the time of the @ modifier and forgets the offset, but sees only the \
                       samples that the offset has loaded"
            .to_owned();
        eval.annotations.add(AnnotationKind::Info, message, span);
    }
    Ok(())
}

fn of_samples<'a>(
    eval: &mut Evaluator<'a>,
    call: &CallNode,
    selector: &'a Selector,
    span: Span,
    time: impl Fn(&StoredSeries, &Found) -> i64,
) -> Result<Value, EvalError> {
    let (times, earliest) = match eval.fixed_time(selector.at) {
        Some(at) => fixed(eval, at, selector.offset.resolve(&eval.query)?),
        None => (Times::of(eval, selector)?, i64::MIN),
    };
    let mut vector = Vector::new();
    let mut cells = 0usize;
    for series in select::matching(eval.store, selector) {
        cells = cells.saturating_add(times.count());
        eval.reserve(cells, span)?;
        let mut column = Column::absent(times.count());
        select::walk(series, &times, |step, found| {
            if let Found::Float(_, t_ms) | Found::Histogram(_, t_ms) = found
                && t_ms > earliest
            {
                column.set(step, Slot::Float(time(series, &found) as f64 / 1000.0));
            }
        });
        let mut output = SeriesColumn { labels: series.labels().clone(), drop_name: false, column };
        eval.drop_name(&mut output);
        vector.push(output);
    }
    math::finish(eval, vector, call).map(Value::Vector)
}

/// Where `timestamp(x @ at offset d)` looks, and the time before which and at which it sees nothing. As Prometheus does, it
/// looks at `at` and forgets the offset; but it has loaded the samples that the selector asks for, which ended at `at - d` and
/// began a lookback before that. All in milliseconds.
fn fixed(eval: &Evaluator<'_>, at: i64, offset: i64) -> (Times, i64) {
    let times = Times::reading(eval, Some(at), offset.max(0));
    let earliest = at.saturating_sub(times.lookback).saturating_sub(offset.min(0));
    (times, earliest)
}
