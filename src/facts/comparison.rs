//! Comparisons whose outcome is known.

use super::follow::Branches;
use super::interval::Holds;
use super::{Branch, Interval, Known, KnownBy};
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, NodeId};
use crate::source::Span;

/// A comparison, without `bool`, whose outcome is the same for all data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The comparison.
    pub node: NodeId,
    /// Its operator's bytes in the expression.
    pub operator: Span,
    /// The alternative between `or`s of the left side that this is about, where there are several.
    pub branch: Option<Span>,
    /// Whether it always holds or never does.
    pub passes: Passes,
    /// The values of the left side.
    pub left: Interval,
    /// The values of the right side.
    pub right: Interval,
    /// What sets the bounds of the side that is not a number.
    pub known: Option<Known>,
    /// Whether that is the left side.
    pub known_left: bool,
}

/// What a comparison lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// It lets everything through.
    Always,
    /// It lets nothing through.
    Never,
}

/// The outcomes that are known. A made-up alternative (`or vector(0)`) that never passes is meant to do so, and nothing is
/// said of it where others may pass.
pub(super) fn judge(
    operation: &BinaryExpr,
    whole: &Expr,
    left: &Branches<'_>,
    right: &Branches<'_>,
) -> Vec<Comparison> {
    if !operation.op.is_comparison() || operation.bool_modifier.is_some() || (left.scalar && right.scalar) {
        return Vec::new();
    }
    let fills = operation.matching.as_ref().is_some_and(|m| m.fill_left.is_some() || m.fill_right.is_some());
    let (Some(left_values), Some(right_values), false) = (left.values(), right.values(), fills) else {
        return Vec::new();
    };
    let found = |outcome, branch, left: Interval, left_known: Option<Known>| {
        let of_left = left_known.filter(|known| known.by != KnownBy::Number);
        let known = of_left.or(right.known()).or(left_known);
        Comparison {
            node: whole.id,
            operator: operation.op_span,
            branch,
            passes: outcome,
            left,
            right: right_values,
            known,
            known_left: of_left.is_some(),
        }
    };
    let outcome = |values: Interval| match values.compare(operation.op, right_values) {
        Holds::Always => Some(Passes::Always),
        Holds::Never => Some(Passes::Never),
        Holds::Maybe => None,
    };
    let outcomes: Vec<Option<Passes>> = left.branches.iter().map(|branch| outcome(branch.values)).collect();
    if let Some(first) = outcomes.first().copied().flatten()
        && outcomes.iter().all(|outcome| *outcome == Some(first))
    {
        let known = left.branches.iter().find(|branch| !branch.made_up).or(left.branches.first());
        return vec![found(first, None, left_values, known.and_then(|branch| branch.known))];
    }
    // `(count(x) or vector(0)) < 1` is about the made-up one, which lives.
    let lives = |(branch, outcome): (&Branch<'_>, &Option<Passes>)| branch.made_up && *outcome != Some(Passes::Never);
    if left.branches.iter().zip(&outcomes).any(lives) {
        return Vec::new();
    }
    let of_branches = left.branches.iter().zip(outcomes);
    let dead = of_branches.filter(|(branch, outcome)| !branch.made_up && *outcome == Some(Passes::Never));
    dead.map(|(branch, _)| found(Passes::Never, Some(branch.span), branch.values, branch.known)).collect()
}

/// The values that `left op right` lets through, of the left side or else of the right one; `None` where it lets none
/// through.
pub(super) fn kept(operation: &BinaryExpr, left: Interval, right: Interval, of_left: bool) -> Option<Interval> {
    let op = operation.op;
    if !op.is_comparison() {
        // `</` and `>/` work on native histograms and leave floats out.
        return Some(if of_left { left } else { right });
    }
    if left.compare(op, right) == Holds::Never {
        return None;
    }
    let values = if of_left { left.passing(op, right) } else { right.passing(mirrored(op), left) };
    // Nothing is known to be left where rounding has emptied it.
    Some(if values.low > values.high && !values.nan { Interval::ANY } else { values })
}

/// 0 or 1.
pub(super) fn with_bool(op: BinaryOp, left: Interval, right: Interval) -> Interval {
    match left.compare(op, right) {
        Holds::Always => Interval::constant(1.0),
        Holds::Never => Interval::constant(0.0),
        Holds::Maybe => Interval::new(0.0, 1.0),
    }
}

/// The comparison with its sides exchanged.
fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        other => other,
    }
}
