//! Operators between an instant vector and a scalar.

use crate::engine::column::{Cell, ScalarColumn, SeriesColumn, Slot, Vector, is_absent};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::BinaryNode;
use crate::source::Span;

use super::arithmetic::{self, Comparison};
use super::element;
use super::paired::Paired;

/// An operator with a scalar on one side.
pub(super) struct Operation<'a> {
    pub(super) node: &'a BinaryNode,
    pub(super) span: Span,
    pub(super) scalar: &'a ScalarColumn,
    pub(super) scalar_left: bool,
}

/// Evaluates the operator for each series of `vector`.
pub(super) fn evaluate(eval: &mut Evaluator<'_>, operation: &Operation<'_>, mut vector: Vector) -> Vector {
    let node = operation.node;
    for series in &mut vector {
        match series.column.floats_mut() {
            Some(values) if !arithmetic::is_trim(node.op) => floats(operation, values),
            _ => mixed(eval, operation, series),
        }
        if arithmetic::changes_metric(node.op) || node.return_bool {
            eval.drop_name(series);
        }
    }
    vector
}

fn floats(operation: &Operation<'_>, values: &mut [f64]) {
    let node = operation.node;
    let scalar = operation.scalar;
    if operation.scalar_left && !node.op.is_comparison() {
        for (step, value) in values.iter_mut().enumerate() {
            if !is_absent(*value) {
                *value = arithmetic::calculate(node.op, scalar.at(step), *value);
            }
        }
        return;
    }
    let op = if operation.scalar_left { node.op.mirrored() } else { node.op };
    let comparison = if node.return_bool { Comparison::Bool } else { Comparison::KeepLeft };
    match scalar {
        ScalarColumn::Constant(constant) => arithmetic::columns(op, values, |_| *constant, comparison),
        ScalarColumn::Steps(_) => arithmetic::columns(op, values, |step| scalar.at(step), comparison),
    }
}

fn mixed(eval: &mut Evaluator<'_>, operation: &Operation<'_>, series: &mut SeriesColumn) {
    let node = operation.node;
    for step in 0..series.column.len() {
        if !series.column.is_present(step) {
            continue;
        }
        let scalar = Cell::Float(operation.scalar.at(step));
        let sample = series.column.get(step);
        let (lhs, rhs) = if operation.scalar_left { (scalar, sample) } else { (sample, scalar) };
        let paired = element::evaluate(eval, node.op, lhs, rhs, operation.span);
        let slot = match paired {
            Paired::Incompatible => Slot::Absent,
            paired if node.return_bool => Slot::Float(f64::from(u8::from(matches!(paired, Paired::Keep(_))))),
            Paired::Keep(_) if node.op.is_comparison() => continue,
            paired => paired.into_slot(),
        };
        series.column.set(step, slot);
    }
}
