//! Regular expressions.

use super::ast::{MatchOp, Matcher};
use super::error::ParseError;

/// Whether the matcher's regular expression is valid.
pub(super) fn check_matcher(matcher: &Matcher) -> Result<(), ParseError> {
    if !matcher.op.is_regex() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&matcher.value.value);
    ::regex::Regex::new(&text).map(|_| ()).map_err(|error| ParseError::new(matcher.span, error.to_string()))
}

/// Whether the matcher matches the empty text, that is, a label that is not there.
pub(super) fn matches_empty(matcher: &Matcher) -> bool {
    let text = String::from_utf8_lossy(&matcher.value.value);
    let matched = || ::regex::Regex::new(&format!("^(?:{text})$")).is_ok_and(|regex| regex.is_match(""));
    match matcher.op {
        MatchOp::Equal => matcher.value.value.is_empty(),
        MatchOp::NotEqual => !matcher.value.value.is_empty(),
        MatchOp::Regex => matched(),
        MatchOp::NotRegex => !matched(),
    }
}
