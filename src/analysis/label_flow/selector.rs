//! Selectors: what matchers say of labels.

use super::follow::Branches;
use super::labels::LabelSet;
use super::{Branch, Cause, Dropped, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{MatchOp, Matcher, VectorSelector};
use crate::source::Span;

pub(super) fn follow(selector: &VectorSelector, span: Span) -> Branches {
    let mut labels = LabelSet::open();
    if selector.name.is_some() {
        labels.set(METRIC_NAME, Presence::Guaranteed);
    }
    for matcher in &selector.matchers {
        if let Some(presence) = presence(matcher) {
            labels.set(&matcher.name.value, presence);
        }
    }
    Branches::one(Branch { span, made_up: false, value: None, labels })
}

/// What a matcher says of its label's presence.
fn presence(matcher: &Matcher) -> Option<Presence> {
    let empty = matcher.value.value.is_empty();
    match matcher.op {
        MatchOp::Equal | MatchOp::Regex if empty => {
            Some(Presence::Impossible(Dropped::at(matcher.span, Cause::EmptyMatcher)))
        }
        MatchOp::Equal => Some(Presence::Guaranteed),
        MatchOp::NotEqual | MatchOp::NotRegex if empty => Some(Presence::Guaranteed),
        MatchOp::NotEqual | MatchOp::Regex | MatchOp::NotRegex => None,
    }
}
