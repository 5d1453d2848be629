//! Binary operators: which side the labels come from, what matching does to them, and the values.

use std::rc::Rc;

use super::comparison;
use super::conflict;
use super::follow::{Branches, Follower};
use super::labels::LabelSet;
use super::share;
use super::{Branch, Cause, ConflictKind, Dropped, Interval, Known, KnownBy, Presence};
use crate::model::gomath;
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, Cardinality, VectorMatching};
use crate::source::Span;

/// What `left op right` can yield.
pub(super) fn follow<'e>(
    follower: &mut Follower<'e>,
    operation: &'e BinaryExpr,
    whole: &'e Expr,
    left: Branches<'e>,
    right: Branches<'e>,
) -> Branches<'e> {
    if let Some(conflict) = conflict::find(operation, &left, &right, &mut follower.questions) {
        let empty = !matches!(conflict.kind, ConflictKind::Idle { .. }) && operation.op != BinaryOp::Unless;
        follower.conflicts.push(conflict);
        if empty {
            return Branches::vector(Vec::new());
        }
    }
    follower.comparisons.extend(comparison::judge(operation, whole, &left, &right));
    let special = special_values(operation, whole);
    let result = combine(operation, whole.span, left, right);
    match special {
        Some((values, known)) => result.map_values(Some(known), |_| values),
        None => result,
    }
}

/// Values that follow from the form of both sides.
fn special_values(operation: &BinaryExpr, whole: &Expr) -> Option<(Interval, Known)> {
    match operation.op {
        BinaryOp::Div => {
            let known = Known { span: whole.span, by: KnownBy::Share };
            Some((Interval::new(0.0, share::greatest(operation)?).or_nan(true), known))
        }
        BinaryOp::Sub => {
            let values = share::age(operation)?;
            Some((values, Known { span: whole.span, by: KnownBy::Age }))
        }
        _ => None,
    }
}

fn combine<'e>(operation: &'e BinaryExpr, span: Span, left: Branches<'e>, right: Branches<'e>) -> Branches<'e> {
    match (operation.op, &operation.matching) {
        (BinaryOp::Or, _) => or(left, right),
        (BinaryOp::Unless, _) => left,
        (BinaryOp::And, _) => and(operation, left, &right),
        (_, Some(matching)) if matching.fill_left.is_some() || matching.fill_right.is_some() => {
            filled(operation, matching, span, &left, &right)
        }
        (_, Some(matching)) => matched(operation, matching, left, right),
        (_, None) => with_scalar(operation, span, left, right),
    }
}

fn or<'e>(mut left: Branches<'e>, right: Branches<'e>) -> Branches<'e> {
    for branch in right.branches {
        left.push(branch);
    }
    left
}

/// Elements of the left side that have a partner on the right one.
fn and<'e>(operation: &'e BinaryExpr, mut left: Branches<'e>, right: &Branches<'e>) -> Branches<'e> {
    let Some(partner) = right.joined() else {
        left.branches.clear();
        return left;
    };
    left.map_labels(|labels| agree(labels, operation, &partner))
}

/// Arithmetic or comparison with at least one number.
fn with_scalar<'e>(operation: &'e BinaryExpr, span: Span, left: Branches<'e>, right: Branches<'e>) -> Branches<'e> {
    let (vector, number, vector_is_left) = match left.scalar {
        true if right.scalar => {
            let values = left.values().zip(right.values());
            let values = values.and_then(|(left, right)| new_values(operation, left, right)).unwrap_or(Interval::ANY);
            let known = left.known().and(right.known()).map(|known| Known { span, ..known });
            return Branches::without_labels(span, values, known.filter(|_| !values.is_any()), true);
        }
        true => (right, left, false),
        false => (left, right, true),
    };
    let (number, known) = (number.values().unwrap_or(Interval::ANY), number.known());
    let branches = vector.branches.into_iter().filter_map(|mut branch| {
        let (l, r) = if vector_is_left { (branch.values, number) } else { (number, branch.values) };
        // A comparison that keeps values keeps those of the vector, on whichever side it stands.
        let values = match makes_new_values(operation) {
            true => new_values(operation, l, r)?,
            false => comparison::kept(operation, l, r, vector_is_left)?,
        };
        settle(&mut branch, operation, values, known);
        if makes_new_values(operation) {
            Rc::make_mut(&mut branch.labels).drop(METRIC_NAME, Dropped::at(span, Cause::Operator));
        }
        Some(branch)
    });
    Branches::vector(branches.collect())
}

/// Arithmetic or comparison of two vectors.
fn matched<'e>(
    operation: &'e BinaryExpr,
    matching: &'e VectorMatching,
    left: Branches<'e>,
    right: Branches<'e>,
) -> Branches<'e> {
    let (many, one, many_is_left) = match matching.cardinality {
        Cardinality::OneToMany => (right, left, false),
        _ => (left, right, true),
    };
    let (Some(partner), Some(partner_values)) = (one.joined(), one.values()) else {
        return Branches::vector(Vec::new());
    };
    let known = one.known();
    let partner_made_up = one.branches.iter().all(|branch| branch.made_up);
    let branches = many.branches.into_iter().filter_map(|mut branch| {
        let (l, r) = if many_is_left { (branch.values, partner_values) } else { (partner_values, branch.values) };
        // A comparison that keeps values keeps those of the left side.
        let values = match makes_new_values(operation) {
            true => new_values(operation, l, r)?,
            false => comparison::kept(operation, l, r, true)?,
        };
        settle(&mut branch, operation, values, known);
        let labels = Rc::make_mut(&mut branch.labels);
        agree(labels, operation, &partner);
        branch.labels = Rc::new(result_labels(operation, matching, &branch.labels, Some(&partner)));
        branch.made_up &= partner_made_up;
        Some(branch)
    });
    Branches::vector(branches.collect())
}

/// With `fill`, an element of either side may stand alone: little is known.
fn filled<'e>(
    operation: &'e BinaryExpr,
    matching: &'e VectorMatching,
    span: Span,
    left: &Branches<'e>,
    right: &Branches<'e>,
) -> Branches<'e> {
    let joined = match (left.joined(), right.joined()) {
        (Some(left), Some(right)) => Rc::new(left.or(&right)),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return Branches::vector(Vec::new()),
    };
    let labels = Rc::new(result_labels(operation, matching, &joined, None));
    let made_up = left.branches.iter().chain(&right.branches).all(|branch| branch.made_up);
    Branches::one(Branch { span, made_up, values: Interval::ANY, known: None, labels })
}

/// The labels of a result whose "many" side has `many` and whose "one" side has `one` (`None`: it may be missing).
fn result_labels<'e>(
    operation: &'e BinaryExpr,
    matching: &'e VectorMatching,
    many: &LabelSet<'e>,
    one: Option<&LabelSet<'e>>,
) -> LabelSet<'e> {
    let mut labels = many.clone();
    if makes_new_values(operation) {
        labels.drop(METRIC_NAME, Dropped::at(operation.op_span, Cause::Operator));
    }
    if let (Cardinality::OneToOne, Some(clause)) = (matching.cardinality, &matching.clause) {
        let listed = clause.labels.iter().map(|label| label.value.as_str());
        if clause.on {
            return labels.only(listed, Dropped::at(clause.span, Cause::NotInOn));
        }
        for label in listed {
            labels.drop(label, Dropped::at(clause.span, Cause::InIgnoring));
        }
    }
    for label in matching.include.iter().flat_map(|include| &include.value) {
        let copied = one.map_or(Presence::Possible.into(), |one| one.fact(&label.value));
        labels.set(&label.value, copied);
    }
    labels
}

/// `labels` belong to elements whose matching labels equal those of an element with `partner`.
fn agree<'e>(labels: &mut LabelSet<'e>, operation: &'e BinaryExpr, partner: &LabelSet<'e>) {
    let across = operation.op_span;
    let clause = operation.matching.as_ref().and_then(|matching| matching.clause.as_ref());
    let listed: Vec<&str> = clause.iter().flat_map(|clause| &clause.labels).map(|label| label.value.as_str()).collect();
    if clause.is_some_and(|clause| clause.on) {
        for label in listed {
            labels.agree_on(label, partner, across);
        }
    } else {
        let free: Vec<&str> = listed.into_iter().chain([METRIC_NAME]).collect();
        labels.agree_on_all_but(&free, partner, across);
    }
}

/// Gives a branch its new values. What sets their bounds is what set those of the branch, else of the other side.
fn settle(branch: &mut Branch<'_>, operation: &BinaryExpr, values: Interval, other: Option<Known>) {
    let comparison = Known { span: operation.op_span, by: KnownBy::Comparison };
    let known = match operation.op.is_comparison() {
        true if values == branch.values => branch.known,
        true => Some(comparison),
        false => branch.known.or(other),
    };
    branch.known = known.filter(|_| !values.is_any());
    branch.values = values;
}

/// Whether the result's value is a new one, so that the metric's name is dropped.
fn makes_new_values(operation: &BinaryExpr) -> bool {
    let trims = matches!(operation.op, BinaryOp::TrimUpper | BinaryOp::TrimLower);
    !(operation.op.is_comparison() || trims) || operation.bool_modifier.is_some()
}

/// The values of `left op right`; `None` where there cannot be any.
fn new_values(operation: &BinaryExpr, left: Interval, right: Interval) -> Option<Interval> {
    match operation.op.is_comparison() {
        true => Some(comparison::with_bool(operation.op, left, right)),
        false => Some(left.arithmetic(operation.op, right)),
    }
}

/// The result of an arithmetic operator; `None` for another one.
pub(super) fn arithmetic(op: BinaryOp, l: f64, r: f64) -> Option<f64> {
    Some(match op {
        BinaryOp::Add => l + r,
        BinaryOp::Sub => l - r,
        BinaryOp::Mul => l * r,
        BinaryOp::Div => l / r,
        BinaryOp::Mod => l % r,
        BinaryOp::Pow => gomath::pow(l, r),
        BinaryOp::Atan2 => gomath::atan2(l, r),
        _ => return None,
    })
}
