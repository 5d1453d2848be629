//! Operators on floats.

use crate::engine::column::{ABSENT, is_absent};
use crate::model::gomath;
use crate::promql::ast::BinaryOp;

/// Whether the operator trims native histograms.
pub(super) fn is_trim(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::TrimLower | BinaryOp::TrimUpper)
}

/// Whether the result is no longer what the metric's name says.
pub(super) fn changes_metric(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Pow | BinaryOp::Atan2
    )
}

/// The result of an operator on two scalars; comparisons yield 1 or 0.
pub(super) fn scalar(op: BinaryOp, a: f64, b: f64) -> f64 {
    if op.is_comparison() { f64::from(u8::from(compare(op, a, b))) } else { calculate(op, a, b) }
}

/// An arithmetic operator.
#[inline]
pub(super) fn calculate(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod => a % b,
        BinaryOp::Pow => gomath::pow(a, b),
        BinaryOp::Atan2 => gomath::atan2(a, b),
        _ => f64::NAN,
    }
}

/// A comparison.
#[inline]
pub(super) fn compare(op: BinaryOp, a: f64, b: f64) -> bool {
    match op {
        BinaryOp::Equal => a == b,
        BinaryOp::NotEqual => a != b,
        BinaryOp::Less => a < b,
        BinaryOp::LessEqual => a <= b,
        BinaryOp::Greater => a > b,
        BinaryOp::GreaterEqual => a >= b,
        _ => false,
    }
}

/// What a comparison puts into the result.
#[derive(Clone, Copy)]
pub(super) enum Comparison {
    /// `bool`: 1 or 0.
    Bool,
    /// The left value, where it holds.
    KeepLeft,
    /// The right value, where it holds.
    KeepRight,
}

/// Applies `op` to two columns without histograms, step by step, into `lhs`. `rhs` is asked for the value at a step.
pub(super) fn columns(op: BinaryOp, lhs: &mut [f64], rhs: impl Fn(usize) -> f64, comparison: Comparison) {
    match op {
        BinaryOp::Add => each(lhs, rhs, |a, b| a + b),
        BinaryOp::Sub => each(lhs, rhs, |a, b| a - b),
        BinaryOp::Mul => each(lhs, rhs, |a, b| a * b),
        BinaryOp::Div => each(lhs, rhs, |a, b| a / b),
        BinaryOp::Mod | BinaryOp::Pow | BinaryOp::Atan2 => each(lhs, rhs, |a, b| calculate(op, a, b)),
        _ => match comparison {
            Comparison::Bool => each(lhs, rhs, |a, b| scalar(op, a, b)),
            Comparison::KeepLeft => each(lhs, rhs, |a, b| if compare(op, a, b) { a } else { ABSENT }),
            Comparison::KeepRight => each(lhs, rhs, |a, b| if compare(op, a, b) { b } else { ABSENT }),
        },
    }
}

#[inline]
fn each(lhs: &mut [f64], rhs: impl Fn(usize) -> f64, f: impl Fn(f64, f64) -> f64) {
    for (step, value) in lhs.iter_mut().enumerate() {
        let other = rhs(step);
        if !is_absent(*value) {
            *value = if is_absent(other) { ABSENT } else { f(*value, other) };
        }
    }
}
