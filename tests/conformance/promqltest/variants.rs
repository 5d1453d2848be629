//! The ways in which one instant query is asked.
//!
//! Prometheus' suite runs each instant query as written, and again with `@ <time>` on every selector at other
//! evaluation times: the result must be the same.

use promproof::promql::Expr;
use promproof::promql::ast::{AtModifier, ExprKind, Modifiers};
use promproof::source::{Span, Spanned};

/// Functions that look at the evaluation time itself, so that `@` does not fix their result.
const AT_UNSAFE: [&str; 15] = [
    "days_in_month",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "end",
    "hour",
    "minute",
    "month",
    "year",
    "predict_linear",
    "range",
    "start",
    "step",
    "time",
    "timestamp",
];

/// The query with every selector fixed at `t_ms`, and the times to ask it at. Nothing where that could change the
/// result.
pub(crate) fn fixed_at(expr: &Expr, t_ms: i64) -> Option<(String, Vec<i64>)> {
    let mut is_unsafe = false;
    expr.walk(&mut |expr| {
        if let ExprKind::Call(call) = &expr.kind {
            is_unsafe |= AT_UNSAFE.contains(&call.function.name);
        }
    });
    if is_unsafe {
        return None;
    }
    let mut fixed = expr.clone();
    fix(&mut fixed, t_ms);
    let times = if t_ms == 0 { vec![-1000, 0, 1000] } else { vec![-10 * t_ms, 0, t_ms / 5, t_ms, 10 * t_ms] };
    Some((fixed.to_string(), times))
}

fn set(modifiers: &mut Modifiers, t_ms: i64) {
    let is_fixed = modifiers.at.as_ref().is_some_and(|at| matches!(at.value, AtModifier::Timestamp(_)));
    if !is_fixed {
        modifiers.at = Some(Box::new(Spanned::new(AtModifier::Timestamp(t_ms), Span::at(0))));
    }
}

fn fix(expr: &mut Expr, t_ms: i64) {
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::String(_) => {}
        ExprKind::Vector(selector) => set(&mut selector.modifiers, t_ms),
        ExprKind::Matrix(matrix) => set(&mut matrix.selector.value.modifiers, t_ms),
        // What is inside is evaluated at the subquery's own, now fixed, times.
        ExprKind::Subquery(subquery) => set(&mut subquery.modifiers, t_ms),
        ExprKind::Unary(unary) => fix(&mut unary.operand, t_ms),
        ExprKind::Paren(inner) => fix(inner, t_ms),
        ExprKind::Binary(binary) => {
            fix(&mut binary.lhs, t_ms);
            fix(&mut binary.rhs, t_ms);
        }
        ExprKind::Aggregate(aggregate) => {
            aggregate.param.iter_mut().for_each(|param| fix(param, t_ms));
            fix(&mut aggregate.expr, t_ms);
        }
        ExprKind::Call(call) => call.args.iter_mut().for_each(|arg| fix(arg, t_ms)),
    }
}
