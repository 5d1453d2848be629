//! Operators whose two sides never match.

use super::follow::Branches;
use super::labels::{LabelFact, LabelSet};
use super::{Dropped, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{BinaryExpr, BinaryOp, NodeId, VectorMatching};
use crate::promql::regex::language::{Condition, is_contradiction};
use crate::source::Span;

/// An operator whose sides never match, so that it yields nothing (and `unless` removes nothing).
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The operator's bytes in the expression.
    pub operator: Span,
    /// Its right side.
    pub right: NodeId,
    /// The label that is compared.
    pub label: String,
    /// What is wrong with it.
    pub kind: ConflictKind,
    /// Whether `on (…)` lists the label; else it is compared because nothing says otherwise.
    pub listed: bool,
}

/// Why two sides never match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// Every element of one side has the label and no element of the other.
    Lacking {
        /// What drops it.
        dropped: Dropped,
        /// Whether it is the left side that lacks it.
        left_lacks: bool,
        /// Whether the other side has it because its series are scraped ([`Presence::Scraped`]).
        scraped: bool,
    },
    /// One side keeps the label where there is one, the other never has it: either nothing has it, or nothing matches.
    Idle {
        /// What drops it.
        dropped: Dropped,
        /// Whether it is the left side that lacks it.
        left_lacks: bool,
    },
    /// Both sides select values of the label that have none in common: the two matchers' bytes.
    Disjoint {
        /// The left side's matcher.
        left: Span,
        /// The right side's matcher.
        right: Span,
    },
}

/// What keeps the sides of `operation` from matching: the first label in the order of `on`, else by name.
///
/// `questions`: how many questions about regular expressions may be asked, each of which may take a millisecond.
pub(super) fn find(
    operation: &BinaryExpr,
    left: &Branches<'_>,
    right: &Branches<'_>,
    questions: &mut u32,
) -> Option<Conflict> {
    let matching = operation.matching.as_ref()?;
    // `or` and `fill` take elements without a partner.
    if operation.op == BinaryOp::Or || matching.fill_left.is_some() || matching.fill_right.is_some() {
        return None;
    }
    let listed = matching.clause.as_ref().is_some_and(|clause| clause.on);
    let single = left.branches.len() == 1 && right.branches.len() == 1;
    let (left, right) = (left.joined()?, right.joined()?);
    let labels = compared(matching, &left, &right);
    let facts = || labels.iter().map(|label| (*label, left.fact(label), right.fact(label)));
    // What the expression itself says comes before what is taken for granted.
    let mut sure = |l: &LabelFact<'_>, r: &LabelFact<'_>| {
        lacking(l, r)
            .filter(|kind| !matches!(kind, ConflictKind::Lacking { scraped: true, .. }))
            .or_else(|| disjoint(l, r, questions))
    };
    let certain = facts().find_map(|(label, l, r)| Some((label, sure(&l, &r)?)));
    let scraped = || facts().find_map(|(label, l, r)| Some((label, lacking(&l, &r)?)));
    let closed = left.rest().is_impossible() && right.rest().is_impossible();
    let idle =
        || facts().filter(|_| single && closed && !listed).find_map(|(label, l, r)| Some((label, idle(&l, &r)?)));
    let (label, kind) = certain.or_else(scraped).or_else(idle)?;
    let right = operation.rhs.id;
    Some(Conflict { operator: operation.op_span, right, label: label.to_owned(), kind, listed })
}

fn lacking(left: &LabelFact<'_>, right: &LabelFact<'_>) -> Option<ConflictKind> {
    use Presence::{Guaranteed, Impossible, Scraped};
    match (left.presence, right.presence) {
        (Impossible(dropped), there @ (Guaranteed | Scraped)) => {
            Some(ConflictKind::Lacking { dropped, left_lacks: true, scraped: there == Scraped })
        }
        (there @ (Guaranteed | Scraped), Impossible(dropped)) => {
            Some(ConflictKind::Lacking { dropped, left_lacks: false, scraped: there == Scraped })
        }
        _ => None,
    }
}

fn idle(left: &LabelFact<'_>, right: &LabelFact<'_>) -> Option<ConflictKind> {
    match (left.presence, right.presence) {
        (Presence::Impossible(dropped), Presence::Possible) => Some(ConflictKind::Idle { dropped, left_lacks: true }),
        (Presence::Possible, Presence::Impossible(dropped)) => Some(ConflictKind::Idle { dropped, left_lacks: false }),
        _ => None,
    }
}

/// Whether both sides name the values of the label, and none is the same. A missing label has the empty value.
fn disjoint(left: &LabelFact<'_>, right: &LabelFact<'_>, questions: &mut u32) -> Option<ConflictKind> {
    let (a, b) = (left.passes.first().copied().flatten()?, right.passes.first().copied().flatten()?);
    // Most often both sides ask for the same.
    let same = (a.op, &a.value.value) == (b.op, &b.value.value);
    if same || *questions == 0 {
        return None;
    }
    *questions -= 1;
    let conditions: Vec<Condition<'_>> =
        left.passes.iter().chain(&right.passes).flatten().map(|matcher| Condition::of(matcher)).collect();
    is_contradiction(&conditions).then_some(ConflictKind::Disjoint { left: a.span, right: b.span })
}

/// The labels that are compared and of which something is known, each once.
fn compared<'l>(matching: &'l VectorMatching, left: &LabelSet<'l>, right: &LabelSet<'l>) -> Vec<&'l str> {
    let listed = || matching.clause.iter().flat_map(|clause| &clause.labels).map(|label| label.value.as_str());
    if matching.clause.as_ref().is_some_and(|clause| clause.on) {
        return listed().collect();
    }
    let known = left.known().chain(right.known()).map(|(label, _)| label);
    let mut labels: Vec<&str> =
        known.filter(|label| *label != METRIC_NAME && !listed().any(|ignored| ignored == *label)).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}
