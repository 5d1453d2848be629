//! Operators whose two sides never match.

use super::follow::Branches;
use super::labels::LabelSet;
use super::{Conflict, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{BinaryExpr, BinaryOp, VectorMatching};

/// A label that `operation` compares, that every element of one side has and no element of the other: the first one in
/// the order of `on`, else by name.
pub(super) fn find(operation: &BinaryExpr, left: &Branches, right: &Branches) -> Option<Conflict> {
    let matching = operation.matching.as_ref()?;
    // `or` and `fill` take elements without a partner.
    if operation.op == BinaryOp::Or || matching.fill_left.is_some() || matching.fill_right.is_some() {
        return None;
    }
    let listed = matching.clause.as_ref().is_some_and(|clause| clause.on);
    let (left, right) = (left.joined()?, right.joined()?);
    compared(matching, &left, &right).into_iter().find_map(|label| {
        let (dropped, left_lacks) = match (left.get(label), right.get(label)) {
            (Presence::Impossible(dropped), Presence::Guaranteed) => (dropped, true),
            (Presence::Guaranteed, Presence::Impossible(dropped)) => (dropped, false),
            _ => return None,
        };
        Some(Conflict { operator: operation.op_span, label: label.to_owned(), dropped, left_lacks, listed })
    })
}

/// The labels that are compared and of which something is known.
fn compared<'l>(matching: &'l VectorMatching, left: &'l LabelSet, right: &'l LabelSet) -> Vec<&'l str> {
    let listed = || matching.clause.iter().flat_map(|clause| &clause.labels).map(|label| label.value.as_str());
    if matching.clause.as_ref().is_some_and(|clause| clause.on) {
        return listed().collect();
    }
    let known = left.known().chain(right.known()).map(|(label, _)| label);
    known.filter(|label| *label != METRIC_NAME && !listed().any(|ignored| ignored == *label)).collect()
}
