//! `round` and the `clamp` family: one float of another and of scalars.

use crate::engine::EvalError;
use crate::engine::column::{ScalarColumn, Slot, Value};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::source::Span;

use super::math;

/// `round(v, to = 1)`: to the nearest multiple, halves up.
pub(super) fn round<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let to = scalar(eval, call, 1, 1.0)?;
    each(eval, call, |value, step| {
        // The inverse is more precise for the multiples that people use.
        let inverse = 1.0 / to.at(step);
        Some((value * inverse + 0.5).floor() / inverse)
    })
}

/// `clamp(v, min, max)`
pub(super) fn clamp<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let (low, high) = (scalar(eval, call, 1, f64::NAN)?, scalar(eval, call, 2, f64::NAN)?);
    each(eval, call, |value, step| {
        let (low, high) = (low.at(step), high.at(step));
        (high >= low || low.is_nan() || high.is_nan()).then(|| max(low, min(high, value)))
    })
}

/// `clamp_min(v, min)`
pub(super) fn clamp_min<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let low = scalar(eval, call, 1, f64::NAN)?;
    each(eval, call, |value, step| Some(max(low.at(step), value)))
}

/// `clamp_max(v, max)`
pub(super) fn clamp_max<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let high = scalar(eval, call, 1, f64::NAN)?;
    each(eval, call, |value, step| Some(min(high.at(step), value)))
}

/// Go's `math.Max`: NaN if either is, except beside `+Inf`; `+0` above `-0`.
pub(super) fn max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}

/// Go's `math.Min`, see [`max`].
pub(super) fn min(a: f64, b: f64) -> f64 {
    -max(-a, -b)
}

fn scalar<'a>(
    eval: &mut Evaluator<'a>,
    call: &CallNode,
    index: usize,
    default: f64,
) -> Result<ScalarColumn, EvalError> {
    match call.args.get(index) {
        Some(arg) => eval.scalar(*arg),
        None => Ok(ScalarColumn::Constant(default)),
    }
}

/// Applies `f` to every float and its step; histograms and names are dropped.
fn each<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    f: impl Fn(f64, usize) -> Option<f64>,
) -> Result<Value, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    let mut vector = eval.vector(arg)?;
    for series in &mut vector {
        for step in 0..series.column.len() {
            match series.column.slot(step) {
                Slot::Absent => {}
                Slot::Histogram(_) => series.column.set(step, Slot::Absent),
                Slot::Float(value) => series.column.set(step, f(value, step).map_or(Slot::Absent, Slot::Float)),
            }
        }
        eval.drop_name(series);
    }
    math::finish(eval, vector, call).map(Value::Vector)
}
