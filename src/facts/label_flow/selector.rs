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

/// What a matcher says of its label's presence, as far as that can be seen without running its regular expression.
fn presence(matcher: &Matcher) -> Option<Presence> {
    let value = &matcher.value.value;
    let empty = Presence::Impossible(Dropped::at(matcher.span, Cause::EmptyMatcher));
    match (matcher.op, value.as_slice()) {
        (MatchOp::Equal | MatchOp::Regex, b"") | (MatchOp::NotRegex, b".+") => Some(empty),
        (MatchOp::NotEqual | MatchOp::NotRegex, b"") | (MatchOp::Regex, b".+") => Some(Presence::Guaranteed),
        (MatchOp::Equal, _) => Some(Presence::Guaranteed),
        (MatchOp::Regex, words) if is_choice_of_words(words) => Some(Presence::Guaranteed),
        _ => None,
    }
}

/// Whether a regular expression is `one|two|three` with plain words.
fn is_choice_of_words(regex: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b':');
    regex.split(|byte| *byte == b'|').all(|word| !word.is_empty() && word.iter().all(plain))
}
