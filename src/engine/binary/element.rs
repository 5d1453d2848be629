//! Operators on one pair of samples, of which either may be a histogram.

use std::sync::Arc;

use crate::engine::column::{Cell, Slot};
use crate::engine::evaluate::Evaluator;
use crate::model::FloatHistogram;
use crate::model::histogram::{CounterResetHint, Keep};
use crate::promql::ast::BinaryOp;
use crate::source::Span;

use super::arithmetic;
use super::paired::Paired;

/// Applies `op`; annotations are about `span`, the whole operation.
pub(super) fn evaluate(eval: &mut Evaluator<'_>, op: BinaryOp, lhs: Cell<'_>, rhs: Cell<'_>, span: Span) -> Paired {
    match (lhs, rhs) {
        (Cell::Absent, _) | (_, Cell::Absent) => Paired::Filtered,
        (Cell::Float(a), Cell::Float(b)) if !arithmetic::is_trim(op) => floats(op, a, b),
        (Cell::Histogram(a), Cell::Histogram(b)) => histograms(eval, op, a, b, span),
        (Cell::Float(a), Cell::Histogram(b)) if op == BinaryOp::Mul => scaled(b, |h| h.mul(a)),
        (Cell::Histogram(a), Cell::Float(b)) => match op {
            BinaryOp::Mul => scaled(a, |h| h.mul(b)),
            BinaryOp::Div => scaled(a, |h| h.div(b)),
            BinaryOp::TrimUpper => Paired::Keep(a.trimmed(b, Keep::Below).into()),
            BinaryOp::TrimLower => Paired::Keep(a.trimmed(b, Keep::Above).into()),
            _ => incompatible(eval, op, lhs, rhs, span),
        },
        _ => incompatible(eval, op, lhs, rhs, span),
    }
}

fn floats(op: BinaryOp, a: f64, b: f64) -> Paired {
    if !op.is_comparison() {
        Paired::Keep(Slot::Float(arithmetic::calculate(op, a, b)))
    } else if arithmetic::compare(op, a, b) {
        Paired::Keep(Slot::Float(a))
    } else {
        Paired::Filtered
    }
}

fn scaled(histogram: &FloatHistogram, scale: impl FnOnce(&mut FloatHistogram)) -> Paired {
    let mut scaled = histogram.clone();
    scale(&mut scaled);
    scaled.compact();
    Paired::Keep(scaled.into())
}

fn histograms(
    eval: &mut Evaluator<'_>,
    op: BinaryOp,
    a: &Arc<FloatHistogram>,
    b: &Arc<FloatHistogram>,
    span: Span,
) -> Paired {
    match op {
        BinaryOp::Equal | BinaryOp::NotEqual => {
            if a.same_data(b) == (op == BinaryOp::Equal) {
                Paired::Keep(Slot::Histogram(a.clone()))
            } else {
                Paired::Filtered
            }
        }
        BinaryOp::Add | BinaryOp::Sub => sum(eval, op, a, b, span),
        _ => incompatible(eval, op, Cell::Histogram(a), Cell::Histogram(b), span),
    }
}

fn sum(eval: &mut Evaluator<'_>, op: BinaryOp, a: &FloatHistogram, b: &FloatHistogram, span: Span) -> Paired {
    let mut result = a.clone();
    let (word, combined) =
        if op == BinaryOp::Add { ("addition", result.add(b)) } else { ("subtraction", result.sub(b)) };
    let Ok(combined) = combined else {
        let op = op.symbol();
        eval.warn(format!("incompatible bucket layout encountered for binary operator {op}"), span);
        return Paired::Incompatible;
    };
    if op == BinaryOp::Sub {
        result.counter_reset_hint = CounterResetHint::Gauge;
    }
    if combined.counter_reset_collision {
        eval.warn(format!("conflicting counter resets during histogram {word}"), span);
    }
    if combined.bounds_reconciled {
        eval.info(format!("mismatched custom buckets were reconciled during {word}"), span);
    }
    result.compact();
    Paired::Keep(result.into())
}

fn incompatible(eval: &mut Evaluator<'_>, op: BinaryOp, lhs: Cell<'_>, rhs: Cell<'_>, span: Span) -> Paired {
    let kind = |cell| if matches!(cell, Cell::Histogram(_)) { "histogram" } else { "float" };
    let (lhs, rhs, op) = (kind(lhs), kind(rhs), op.symbol());
    eval.info(format!("incompatible sample types encountered for binary operator \"{op}\": {lhs} {op} {rhs}"), span);
    Paired::Incompatible
}
