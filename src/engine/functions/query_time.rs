//! Scalars that need no data: `pi`, `time`, and what the outermost query spans.

use crate::engine::EvalError;
use crate::engine::column::{ScalarColumn, Value};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::source::Span;

/// `pi()`
pub(super) fn pi<'a>(_: &mut Evaluator<'a>, _: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    constant(std::f64::consts::PI)
}

/// `time()`: the evaluation time in seconds.
pub(super) fn time<'a>(eval: &mut Evaluator<'a>, _: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    Ok(Value::Scalar(ScalarColumn::Steps(eval.steps.times().map(|t_ms| t_ms as f64 / 1000.0).collect())))
}

/// `start()`: the start of the outermost query in seconds.
pub(super) fn start<'a>(eval: &mut Evaluator<'a>, _: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    constant(eval.query.start as f64 / 1000.0)
}

/// `end()`: its end in seconds.
pub(super) fn end<'a>(eval: &mut Evaluator<'a>, _: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    constant(eval.query.end as f64 / 1000.0)
}

/// `range()`: the seconds between them.
pub(super) fn range<'a>(eval: &mut Evaluator<'a>, _: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    constant(eval.query.range_seconds())
}

/// `step()`: the seconds between two steps; 0 for an instant query.
pub(super) fn step<'a>(eval: &mut Evaluator<'a>, _: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    constant(eval.query.step_seconds())
}

fn constant(value: f64) -> Result<Value, EvalError> {
    Ok(Value::Scalar(ScalarColumn::Constant(value)))
}
