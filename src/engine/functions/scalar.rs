//! Between scalars and vectors: `scalar`, `vector`, `max_of`, `min_of`.

use crate::engine::EvalError;
use crate::engine::column::{Cell, Column, ScalarColumn, SeriesColumn, Value};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::model::Labels;
use crate::source::Span;

use super::clamp;

/// `scalar(v)`: the value of the only float; NaN where there is none or more than one.
pub(super) fn scalar<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    let vector = eval.vector(arg)?;
    let mut found = vec![None; eval.steps.count];
    for series in &vector {
        for (step, found) in found.iter_mut().enumerate() {
            if let Cell::Float(value) = series.column.get(step) {
                *found = Some(if found.is_some() { f64::NAN } else { value });
            }
        }
    }
    let values = found.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    Ok(Value::Scalar(ScalarColumn::Steps(values)))
}

/// `vector(s)`
pub(super) fn vector<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    let scalar = eval.scalar(arg)?;
    let column = Column::from_floats((0..eval.steps.count).map(|step| scalar.at(step)).collect());
    Ok(Value::Vector(vec![SeriesColumn { labels: Labels::empty(), drop_name: false, column }]))
}

/// `max_of(a, b)`
pub(super) fn max_of<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    pair(eval, call, clamp::max)
}

/// `min_of(a, b)`
pub(super) fn min_of<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    pair(eval, call, clamp::min)
}

fn pair<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, f: fn(f64, f64) -> f64) -> Result<Value, EvalError> {
    let [a, b] = call.args.as_slice() else {
        return Err(EvalError::new("two arguments are needed", Some(call.args_span)));
    };
    let (a, b) = (eval.scalar(*a)?, eval.scalar(*b)?);
    Ok(Value::Scalar(match (&a, &b) {
        (ScalarColumn::Constant(a), ScalarColumn::Constant(b)) => ScalarColumn::Constant(f(*a, *b)),
        _ => ScalarColumn::Steps((0..eval.steps.count).map(|step| f(a.at(step), b.at(step))).collect()),
    }))
}
