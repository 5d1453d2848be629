//! Binary operators: which side the labels come from, and what matching does to them.

use super::follow::Branches;
use super::labels::LabelSet;
use super::{Branch, Cause, Dropped, Presence, conflict};
use crate::model::gomath;
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{BinaryExpr, BinaryOp, Cardinality, VectorMatching};
use crate::source::Span;

/// What `left op right` can yield.
pub(super) fn follow(operation: &BinaryExpr, span: Span, mut left: Branches, mut right: Branches) -> Branches {
    let mut conflicts = std::mem::take(&mut left.conflicts);
    conflicts.append(&mut right.conflicts);
    conflicts.extend(conflict::find(operation, &left, &right));
    Branches { conflicts, ..combine(operation, span, left, right) }
}

fn combine(operation: &BinaryExpr, span: Span, left: Branches, right: Branches) -> Branches {
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

fn or(mut left: Branches, right: Branches) -> Branches {
    for branch in right.branches {
        left.push(branch);
    }
    left
}

/// Elements of the left side that have a partner on the right one.
fn and(operation: &BinaryExpr, mut left: Branches, right: &Branches) -> Branches {
    let Some(partner) = right.joined() else {
        left.branches.clear();
        return left;
    };
    left.map_labels(|labels| agree(labels, operation, &partner))
}

/// Arithmetic or comparison with at least one number.
fn with_scalar(operation: &BinaryExpr, span: Span, left: Branches, right: Branches) -> Branches {
    let (vector, number, vector_is_left) = match left.scalar {
        true if right.scalar => {
            let value = compute(operation, left.common_value(), right.common_value()).unwrap_or(None);
            return Branches::without_labels(span, value, true);
        }
        true => (right, left.common_value(), false),
        false => (left, right.common_value(), true),
    };
    let new_values = makes_new_values(operation);
    let branches = vector.branches.into_iter().filter_map(|mut branch| {
        let (l, r) = if vector_is_left { (branch.value, number) } else { (number, branch.value) };
        // A comparison that keeps values keeps those of the vector, on whichever side it stands.
        branch.value =
            if new_values { compute(operation, l, r)? } else { compute(operation, l, r).and(Some(branch.value))? };
        if new_values {
            branch.labels.drop(METRIC_NAME, Dropped::at(span, Cause::Operator));
        }
        Some(branch)
    });
    Branches::vector(branches.collect())
}

/// Arithmetic or comparison of two vectors.
fn matched(operation: &BinaryExpr, matching: &VectorMatching, left: Branches, right: Branches) -> Branches {
    let (many, one, many_is_left) = match matching.cardinality {
        Cardinality::OneToMany => (right, left, false),
        _ => (left, right, true),
    };
    let Some(partner) = one.joined() else { return Branches::vector(Vec::new()) };
    let partner_value = one.common_value();
    let partner_made_up = one.branches.iter().all(|branch| branch.made_up);
    let branches = many.branches.into_iter().filter_map(|mut branch| {
        let (l, r) = if many_is_left { (branch.value, partner_value) } else { (partner_value, branch.value) };
        let value = compute(operation, l, r)?;
        // A comparison that keeps values keeps those of the left side.
        branch.value = if makes_new_values(operation) { value } else { l };
        agree(&mut branch.labels, operation, &partner);
        branch.labels = result_labels(operation, matching, &branch.labels, Some(&partner));
        branch.made_up &= partner_made_up;
        Some(branch)
    });
    Branches::vector(branches.collect())
}

/// With `fill`, an element of either side may stand alone: little is known.
fn filled(
    operation: &BinaryExpr,
    matching: &VectorMatching,
    span: Span,
    left: &Branches,
    right: &Branches,
) -> Branches {
    let joined = match (left.joined(), right.joined()) {
        (Some(left), Some(right)) => left.or(&right),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return Branches::vector(Vec::new()),
    };
    let labels = result_labels(operation, matching, &joined, None);
    let made_up = left.branches.iter().chain(&right.branches).all(|branch| branch.made_up);
    Branches::one(Branch { span, made_up, value: None, labels })
}

/// The labels of a result whose "many" side has `many` and whose "one" side has `one` (`None`: it may be missing).
fn result_labels(
    operation: &BinaryExpr,
    matching: &VectorMatching,
    many: &LabelSet,
    one: Option<&LabelSet>,
) -> LabelSet {
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
        let copied = one.map_or(Presence::Possible, |one| one.get(&label.value));
        labels.set(&label.value, copied);
    }
    labels
}

/// `labels` belong to elements whose matching labels equal those of an element with `partner`.
fn agree(labels: &mut LabelSet, operation: &BinaryExpr, partner: &LabelSet) {
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

/// Whether the result's value is a new one, so that the metric's name is dropped.
fn makes_new_values(operation: &BinaryExpr) -> bool {
    !is_comparison(operation.op) || operation.bool_modifier.is_some()
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual | TrimUpper | TrimLower)
}

/// The value of `left op right` where it is known; `None` where a comparison lets nothing through.
fn compute(operation: &BinaryExpr, left: Option<f64>, right: Option<f64>) -> Option<Option<f64>> {
    let (Some(l), Some(r)) = (left, right) else { return Some(None) };
    let holds = match operation.op {
        BinaryOp::Equal => l == r,
        BinaryOp::NotEqual => l != r,
        BinaryOp::Less => l < r,
        BinaryOp::LessEqual => l <= r,
        BinaryOp::Greater => l > r,
        BinaryOp::GreaterEqual => l >= r,
        op => return Some(arithmetic(op, l, r)),
    };
    match operation.bool_modifier {
        Some(_) => Some(Some(f64::from(u8::from(holds)))),
        None => holds.then_some(left),
    }
}

fn arithmetic(op: BinaryOp, l: f64, r: f64) -> Option<f64> {
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
