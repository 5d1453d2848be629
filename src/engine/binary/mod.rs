//! Binary operators and unary minus.

mod arithmetic;
mod element;
mod matching;
mod paired;
mod scalar;
mod set;
mod signature;

use std::sync::Arc;

use crate::promql::ast::BinaryOp;
use crate::source::Span;

use super::EvalError;
use super::column::{ScalarColumn, Slot, Value, Vector};
use super::distinct::ensure_distinct;
use super::evaluate::Evaluator;
use super::plan::BinaryNode;

/// Evaluates one operator whose operands are evaluated.
pub(crate) fn evaluate(
    eval: &mut Evaluator<'_>,
    node: &BinaryNode,
    span: Span,
    lhs: Value,
    rhs: Value,
) -> Result<Value, EvalError> {
    match (lhs, rhs) {
        (Value::Scalar(lhs), Value::Scalar(rhs)) => Ok(Value::Scalar(scalars(node.op, &lhs, &rhs))),
        (Value::Vector(vector), Value::Scalar(scalar)) => {
            let operation = scalar::Operation { node, span, scalar: &scalar, scalar_left: false };
            let result = scalar::evaluate(eval, &operation, vector);
            finish(eval, result, span)
        }
        (Value::Scalar(scalar), Value::Vector(vector)) => {
            let operation = scalar::Operation { node, span, scalar: &scalar, scalar_left: true };
            let result = scalar::evaluate(eval, &operation, vector);
            finish(eval, result, span)
        }
        (Value::Vector(lhs), Value::Vector(rhs)) => {
            let result = match node.op {
                BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => set::evaluate(eval, node, lhs, rhs),
                _ => matching::evaluate(eval, node, span, lhs, rhs)?,
            };
            finish(eval, result, span)
        }
        _ => Err(EvalError::new("binary operators work on numbers and instant vectors only", Some(span))),
    }
}

fn finish(eval: &Evaluator<'_>, mut vector: Vector, span: Span) -> Result<Value, EvalError> {
    vector.retain(|series| !series.column.is_empty());
    if !eval.options.delayed_name_removal {
        ensure_distinct(&vector, span)?;
    }
    Ok(Value::Vector(vector))
}

fn scalars(op: BinaryOp, lhs: &ScalarColumn, rhs: &ScalarColumn) -> ScalarColumn {
    let steps = lhs.distinct().len().max(rhs.distinct().len());
    match (lhs, rhs) {
        (ScalarColumn::Constant(a), ScalarColumn::Constant(b)) => {
            ScalarColumn::Constant(arithmetic::scalar(op, *a, *b))
        }
        _ => ScalarColumn::Steps((0..steps).map(|step| arithmetic::scalar(op, lhs.at(step), rhs.at(step))).collect()),
    }
}

/// Unary minus.
pub(crate) fn negate(eval: &mut Evaluator<'_>, value: Value, span: Span) -> Result<Value, EvalError> {
    Ok(match value {
        Value::Scalar(ScalarColumn::Constant(value)) => Value::Scalar(ScalarColumn::Constant(-value)),
        Value::Scalar(ScalarColumn::Steps(values)) => {
            Value::Scalar(ScalarColumn::Steps(values.into_iter().map(|value| -value).collect()))
        }
        Value::Vector(mut vector) => {
            for series in &mut vector {
                eval.drop_name(series);
                if series.column.has_histograms() {
                    for step in 0..series.column.len() {
                        let negated = match series.column.slot(step) {
                            Slot::Float(value) => Slot::Float(-value),
                            Slot::Histogram(mut histogram) => {
                                Arc::make_mut(&mut histogram).mul(-1.0);
                                Slot::Histogram(histogram)
                            }
                            Slot::Absent => continue,
                        };
                        series.column.set(step, negated);
                    }
                } else {
                    series.column.map_floats(|value| -value);
                }
            }
            if !eval.options.delayed_name_removal {
                ensure_distinct(&vector, span)?;
            }
            Value::Vector(vector)
        }
        text => text,
    })
}
