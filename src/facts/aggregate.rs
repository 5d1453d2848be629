//! Aggregations: `by` and `without`, and the bounds of their values.

use std::rc::Rc;

use super::follow::Branches;
use super::labels::LabelSet;
use super::{Cause, Dropped, Interval, Known, KnownBy, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{AggregateExpr, AggregateOp, ExprKind};

/// What the aggregation of `input` can yield.
pub(super) fn follow<'e>(aggregate: &'e AggregateExpr, mut input: Branches<'e>) -> Branches<'e> {
    let op = aggregate.op;
    if op.chooses() {
        return input;
    }
    // Elements of several alternatives may fall into one group. One that is made up is alone, or in the group of others.
    let mixed = input.branches.len() > 1;
    let all = input.values().unwrap_or(Interval::ANY);
    let some_real = input.branches.iter().any(|branch| !branch.made_up);
    for branch in &mut input.branches {
        branch.labels = Rc::new(group(aggregate, &branch.labels));
        let alone = branch.made_up && (some_real || !mixed);
        let inner = if mixed && !alone { all } else { branch.values };
        let (values, bounds) = values(op, inner, alone);
        branch.known = match bounds {
            true => Some(Known { span: aggregate.op_span, by: KnownBy::Aggregation(op) }),
            false => branch.known.filter(|_| !values.is_any()),
        };
        branch.values = values;
    }
    input
}

/// The values of groups of `inner`, and whether it is the aggregation that sets their bounds. `alone`: there is but one
/// element.
fn values(op: AggregateOp, inner: Interval, alone: bool) -> (Interval, bool) {
    const NUMBER: Interval = Interval::new(1.0, f64::MAX);
    match op {
        AggregateOp::Sum if alone => (inner, false),
        AggregateOp::Sum => (inner.summed(), false),
        AggregateOp::Avg => {
            let opposite = inner.low == f64::NEG_INFINITY && inner.high == f64::INFINITY;
            (inner.or_nan(opposite), false)
        }
        AggregateOp::Min | AggregateOp::Max => (inner, false),
        AggregateOp::Group => (Interval::constant(1.0), true),
        AggregateOp::Count | AggregateOp::CountValues => (NUMBER, true),
        AggregateOp::Stddev | AggregateOp::Stdvar => (Interval::new(0.0, f64::INFINITY).or_nan(true), true),
        _ => (Interval::ANY, false),
    }
}

/// The labels of a group whose elements have `inner`.
fn group<'e>(aggregate: &'e AggregateExpr, inner: &LabelSet<'e>) -> LabelSet<'e> {
    let op = aggregate.op;
    let listed = || aggregate.grouping.iter().flat_map(|grouping| &grouping.labels).map(|label| label.value.as_str());
    let mut labels = match &aggregate.grouping {
        None => LabelSet::closed(Dropped::at(aggregate.op_span, Cause::NoGrouping(op))),
        Some(by) if !by.without => inner.only(listed(), Dropped::at(by.span, Cause::NotInBy(op))),
        Some(without) => {
            let mut labels = inner.clone();
            for label in listed().chain([METRIC_NAME]) {
                labels.drop(label, Dropped::at(without.span, Cause::InWithout(op)));
            }
            labels
        }
    };
    if let (AggregateOp::CountValues, Some(ExprKind::String(label))) =
        (op, aggregate.param.as_ref().map(|param| &param.without_parens().kind))
        && let Ok(label) = std::str::from_utf8(&label.value)
        && !(aggregate.grouping.as_ref().is_some_and(|grouping| grouping.without) && listed().any(|l| l == label))
    {
        labels.set(label, Presence::Guaranteed);
    }
    labels
}
