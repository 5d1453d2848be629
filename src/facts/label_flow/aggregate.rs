//! Aggregations: `by` and `without`.

use super::follow::{Branches, follow as follow_expr};
use super::labels::LabelSet;
use super::{Cause, Dropped, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{AggregateExpr, AggregateOp, ExprKind};

pub(super) fn follow(aggregate: &AggregateExpr) -> Branches {
    let mut result = follow_expr(&aggregate.expr);
    let op = aggregate.op;
    // These select elements and leave them as they are.
    if matches!(op, AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK | AggregateOp::LimitRatio) {
        return result;
    }
    for branch in &mut result.branches {
        branch.labels = group(aggregate, &branch.labels);
        branch.value = match op {
            // One element alone is its own sum. Where elements of several branches fall into one group, the group's
            // labels are possible in each of those branches.
            AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max => branch.value,
            AggregateOp::Group => Some(1.0),
            _ => None,
        };
    }
    result
}

/// The labels of a group whose elements have `inner`.
fn group(aggregate: &AggregateExpr, inner: &LabelSet) -> LabelSet {
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
