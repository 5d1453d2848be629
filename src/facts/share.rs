//! Values that follow from the form of an operation: the share of a whole, the age of a sample.
//!
//! `x{m} / x` with the same function, window and grouping on both sides lies between 0 and 1 if `x` is never negative:
//! whatever the numerator adds up, the denominator does too. So does `a / (a + b)`.

use std::cell::OnceCell;

use super::Interval;
use crate::promql::Expr;
use crate::promql::ast::{
    AggregateExpr, AggregateOp, BinaryExpr, BinaryOp, Cardinality, ExprKind, MatchingClause, VectorSelector,
};
use crate::promql::functions::Values;

/// How long a sample is found after its time, in seconds: Prometheus' default.
const LOOKBACK_SECONDS: f64 = 300.0;
/// Longer terms are not compared: it would cost their length at each division around them.
const MAX_TERM_BYTES: usize = 1000;
/// Endings of the names of metrics that are counters, and so never negative.
const COUNTERS: [&str; 4] = ["_total", "_count", "_bucket", "_created"];

/// How much more than in exact arithmetic a multiple of a share may be, where a sum is multiplied term by term.
const ROUNDING: f64 = 1e-9;

/// The greatest value of `operation`, a division that yields the share of a part in the whole, perhaps times a number: 1 for
/// `part / whole`, and a little more than 100 for `100 * part / whole`, where rounding comes in. `None` where it is no share.
pub(super) fn greatest(operation: &BinaryExpr) -> Option<f64> {
    if operation.matching.as_ref().is_none_or(|matching| {
        matching.cardinality == Cardinality::OneToMany || matching.fill_left.is_some() || matching.fill_right.is_some()
    }) {
        return None;
    }
    let (of_part, part) = scaled(operation.lhs.without_parens());
    let (of_whole, whole) = scaled(at_least(operation.rhs.without_parens()));
    let whole = at_least(whole);
    if !is_part_of(part, whole) && !is_term_of(part, whole, clause(operation)) {
        return None;
    }
    let factor = of_part / of_whole;
    if of_part == 1.0 && of_whole == 1.0 {
        return Some(1.0);
    }
    (factor > 0.0 && factor.is_finite()).then_some(factor * (1.0 + ROUNDING))
}

/// What an expression is a multiple of, and how many times it is that: 100 and `x` for `100 * x`. A sum stays as it is, and
/// is so many times the sum of what its terms are multiples of ([`unscaled`]).
fn scaled(expr: &Expr) -> (f64, &Expr) {
    let (mut factor, mut rest) = (1.0, expr);
    // Goes down the left side in a loop, as it may be long.
    loop {
        match &rest.kind {
            ExprKind::Binary(binary) if matches!(binary.op, BinaryOp::Mul | BinaryOp::Div) => {
                let (left, right) = (binary.lhs.without_parens(), binary.rhs.without_parens());
                (factor, rest) = match (binary.op, &left.kind, &right.kind) {
                    (BinaryOp::Mul, ExprKind::Number(number), _) => (factor * number.value, right),
                    (BinaryOp::Mul, _, ExprKind::Number(number)) => (factor * number.value, left),
                    (_, _, ExprKind::Number(number)) => (factor / number.value, left),
                    _ => return (factor, rest),
                };
            }
            ExprKind::Aggregate(sum) if sum.op == AggregateOp::Sum => {
                let term = sum.expr.without_parens();
                let of_term = if matches!(term.kind, ExprKind::Binary(_)) { scaled(term).0 } else { 1.0 };
                return (factor * of_term, rest);
            }
            _ => return (factor, rest),
        }
    }
}

/// What the elements of an aggregation are multiples of, where that is told by [`scaled`].
fn unscaled(aggregate: &AggregateExpr) -> &Expr {
    let element = aggregate.expr.without_parens();
    if aggregate.op == AggregateOp::Sum { scaled(element).1 } else { element }
}

/// What an expression is never below: the `x` of `clamp_min(x, 1)`.
fn at_least(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Call(call) if call.function.name == "clamp_min" => {
            call.args.first().map_or(expr, |inner| at_least(inner.without_parens()))
        }
        _ => expr,
    }
}

/// The values of `time() - timestamp(x)`.
pub(super) fn age(operation: &BinaryExpr) -> Option<Interval> {
    let (ExprKind::Call(now), ExprKind::Call(then)) =
        (&operation.lhs.without_parens().kind, &operation.rhs.without_parens().kind)
    else {
        return None;
    };
    let selector = match &then.args.first()?.without_parens().kind {
        ExprKind::Vector(selector) if then.function.name == "timestamp" => selector,
        _ => return None,
    };
    let modifiers = &selector.modifiers;
    let plain = modifiers.at.is_none() && modifiers.offset.is_none() && modifiers.extension.is_none();
    (now.function.name == "time" && plain).then_some(Interval::new(0.0, LOOKBACK_SECONDS))
}

fn clause(operation: &BinaryExpr) -> Option<&MatchingClause> {
    operation.matching.as_ref().and_then(|matching| matching.clause.as_ref())
}

/// Whether what `part` counts is counted by `whole` too.
fn is_part_of(part: &Expr, whole: &Expr) -> bool {
    match (&part.kind, &whole.kind) {
        (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) => {
            let sums = a.op == AggregateOp::Sum && is_never_negative(unscaled(b));
            a.op == b.op
                && (sums || a.op == AggregateOp::Count)
                && groups_within(a, b)
                && is_selected_by(unscaled(a), unscaled(b))
        }
        // One element of a sum.
        (_, ExprKind::Aggregate(b)) if b.op == AggregateOp::Sum => {
            let by = b.grouping.as_ref().is_none_or(|grouping| !grouping.without);
            by && is_never_negative(unscaled(b)) && is_selected_by(part, unscaled(b))
        }
        _ => false,
    }
}

/// Whether each group of `a` lies in a group of `b`.
fn groups_within(a: &AggregateExpr, b: &AggregateExpr) -> bool {
    let labels = |aggregate: &AggregateExpr| -> Vec<String> {
        let mut labels: Vec<String> =
            aggregate.grouping.iter().flat_map(|by| &by.labels).map(|label| label.value.clone()).collect();
        labels.sort_unstable();
        labels
    };
    let without = |aggregate: &AggregateExpr| aggregate.grouping.as_ref().is_some_and(|by| by.without);
    match (without(a), without(b)) {
        (false, false) => {
            let a = labels(a);
            labels(b).iter().all(|label| a.binary_search(label).is_ok())
        }
        (true, true) => labels(a) == labels(b),
        _ => false,
    }
}

/// Whether every element of `part` is an element of `whole`, with the same value.
fn is_selected_by(part: &Expr, whole: &Expr) -> bool {
    match (&part.kind, &whole.kind) {
        (ExprKind::Vector(a), ExprKind::Vector(b)) => selects_within(a, b),
        (ExprKind::Matrix(a), ExprKind::Matrix(b)) => {
            a.range.kind == b.range.kind && selects_within(&a.selector.value, &b.selector.value)
        }
        (ExprKind::Call(a), ExprKind::Call(b)) => match (a.args.as_slice(), b.args.as_slice()) {
            ([a_arg], [b_arg]) => {
                !a.function.from_nothing
                    && a.function == b.function
                    && is_selected_by(a_arg.without_parens(), b_arg.without_parens())
            }
            _ => false,
        },
        // What a comparison leaves of the same: `count(x == 0) / count(x)`.
        (ExprKind::Binary(a), _) if a.op.is_comparison() && a.bool_modifier.is_none() => {
            a.matching.is_none() && is_selected_by(a.lhs.without_parens(), whole)
        }
        _ => false,
    }
}

/// Whether `part` has every matcher of `whole`, at the same times.
fn selects_within(part: &VectorSelector, whole: &VectorSelector) -> bool {
    let name = |selector: &VectorSelector| selector.metric_name().map(str::to_owned);
    let has = |wanted: &crate::promql::ast::Matcher| {
        part.matchers.iter().any(|own| {
            own.name.value == wanted.name.value && own.op == wanted.op && own.value.value == wanted.value.value
        })
    };
    let plain = |selector: &VectorSelector| {
        let modifiers = &selector.modifiers;
        modifiers.at.is_none() && modifiers.offset.is_none() && modifiers.extension.is_none()
    };
    name(part).is_some() && name(part) == name(whole) && whole.matchers.iter().all(has) && plain(part) && plain(whole)
}

/// Whether no value can be negative: a rate, a number of elements, a counter as its name says.
fn is_never_negative(expr: &Expr) -> bool {
    match &expr.without_parens().kind {
        ExprKind::Number(number) => number.value >= 0.0,
        ExprKind::Vector(selector) => {
            selector.metric_name().is_some_and(|name| COUNTERS.iter().any(|ending| name.ends_with(ending)))
        }
        ExprKind::Call(call) => {
            let bounded = match call.function.values {
                Values::Between(low, _) | Values::OfCounter(low, _) | Values::Constant(low) => low >= 0.0,
                _ => false,
            };
            bounded || (call.function.name.ends_with("_over_time") && call.args.iter().all(is_never_negative_range))
        }
        ExprKind::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Count | AggregateOp::CountValues | AggregateOp::Group => true,
            AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max => {
                is_never_negative(&aggregate.expr)
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_never_negative_range(expr: &Expr) -> bool {
    match &expr.without_parens().kind {
        ExprKind::Matrix(matrix) => {
            let name = matrix.selector.value.metric_name();
            name.is_some_and(|name| COUNTERS.iter().any(|ending| name.ends_with(ending)))
        }
        _ => false,
    }
}

/// Whether `part` is one of the terms that `whole` adds up, none of which is negative.
fn is_term_of(part: &Expr, whole: &Expr, outer: Option<&MatchingClause>) -> bool {
    let is_sum = matches!(&whole.without_parens().kind, ExprKind::Binary(sum) if sum.op == BinaryOp::Add);
    if !is_sum || part.span.len() > MAX_TERM_BYTES {
        return false;
    }
    let (fingerprint, printed) = (part.fingerprint(), OnceCell::new());
    let is_part = |term: &Expr| {
        let term = term.without_parens();
        term.span.len() <= MAX_TERM_BYTES
            && term.fingerprint() == fingerprint
            && term.to_string() == *printed.get_or_init(|| part.to_string())
    };
    let mut found = false;
    let mut rest = whole;
    while let ExprKind::Binary(sum) = &rest.without_parens().kind {
        let same_matching = match (sum.matching.as_ref(), clause(sum)) {
            (None, _) => true,
            (Some(matching), inner) => {
                matching.cardinality == Cardinality::OneToOne
                    && matching.fill_left.is_none()
                    && matching.fill_right.is_none()
                    && same_clause(inner, outer)
            }
        };
        if sum.op != BinaryOp::Add || !same_matching || !is_never_negative(&sum.rhs) {
            return false;
        }
        found |= is_part(&sum.rhs);
        rest = &sum.lhs;
    }
    // A whole of one term is no sum.
    !std::ptr::eq(rest, whole) && is_never_negative(rest) && (found || is_part(rest))
}

/// Whether two operators compare the same labels.
pub(super) fn same_clause(a: Option<&MatchingClause>, b: Option<&MatchingClause>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            let labels = |clause: &MatchingClause| {
                let mut labels: Vec<String> = clause.labels.iter().map(|label| label.value.clone()).collect();
                labels.sort_unstable();
                labels
            };
            a.on == b.on && labels(a) == labels(b)
        }
        _ => false,
    }
}
