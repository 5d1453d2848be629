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
    /// Whether it always holds or never does.
    pub passes: Passes,
    /// The values of the left side.
    pub left: Interval,
    /// The values of the right side.
    pub right: Interval,
    /// What sets the bounds of the side that is not a number, or of the left one.
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

/// The outcome, if it is known and the same for all alternatives between `or`s of the left side. One of several that never
/// passes is meant to do so: in `(count(x < 95) or 0 * count(x)) == 0` the first keeps the second from being compared.
pub(super) fn judge(
    operation: &BinaryExpr,
    whole: &Expr,
    left: &Branches<'_>,
    right: &Branches<'_>,
) -> Option<Comparison> {
    if !operation.op.is_comparison() || operation.bool_modifier.is_some() || (left.scalar && right.scalar) {
        return None;
    }
    if operation.matching.as_ref().is_some_and(|m| m.fill_left.is_some() || m.fill_right.is_some()) {
        return None;
    }
    let (left_values, right_values) = (left.values()?, right.values()?);
    let outcome = |branch: &Branch<'_>| match branch.values.compare(operation.op, right_values) {
        Holds::Always => Some(Passes::Always),
        Holds::Never => Some(Passes::Never),
        Holds::Maybe => None,
    };
    let mut outcomes = left.branches.iter().map(outcome);
    let passes = outcomes.next()??;
    if !outcomes.all(|outcome| outcome == Some(passes)) {
        return None;
    }
    let decides = left.branches.iter().find(|branch| !branch.made_up).or(left.branches.first());
    let left_known = decides.and_then(|branch| branch.known);
    let is_no_number = |known: &Known| known.by != KnownBy::Number;
    let (of_left, of_right) = (left_known.filter(is_no_number), right.known().filter(is_no_number));
    Some(Comparison {
        node: whole.id,
        operator: operation.op_span,
        passes,
        left: left_values,
        right: right_values,
        known: of_left.or(of_right).or(left_known),
        known_left: of_left.is_some() || (of_right.is_none() && !left.scalar),
    })
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
    let values = if of_left { left.passing(op, right) } else { right.passing(op.mirrored(), left) };
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
