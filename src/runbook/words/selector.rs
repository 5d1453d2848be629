//! Selectors in words, and what all selectors of an expression have in common.

use super::Speaker;
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{ExprKind, MatchOp, Matcher, VectorSelector};
use crate::source::words;

impl Speaker<'_> {
    /// `` `http_requests_total` where `code` matches `5..` ``.
    pub(super) fn selected(&self, selector: &VectorSelector) -> String {
        let name = match &selector.name {
            Some(name) => format!("`{}`", name.value),
            None => "any series".to_owned(),
        };
        let is_told = |matcher: &&Matcher| !self.hidden.iter().any(|hidden| is_same(hidden, matcher));
        let matchers = matchers_in_words(selector.matchers.iter().filter(is_told));
        let ago = selector.modifiers.offset.as_ref().and_then(|offset| offset.value.literal_ms());
        let ago = ago.map(|ms| format!(" ({} before)", format_duration(ms))).unwrap_or_default();
        if matchers.is_empty() { format!("{name}{ago}") } else { format!("{name} where {matchers}{ago}") }
    }
}

/// The matchers that all selectors of an expression have, where there are several.
pub(super) fn shared(expr: &Expr) -> Vec<&Matcher> {
    let mut selectors: Vec<&VectorSelector> = Vec::new();
    expr.walk(&mut |part| match &part.kind {
        ExprKind::Vector(selector) => selectors.push(selector),
        ExprKind::Matrix(matrix) => selectors.push(&matrix.selector.value),
        _ => {}
    });
    let [first, others @ ..] = selectors.as_slice() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let has = |selector: &&VectorSelector, wanted: &Matcher| selector.matchers.iter().any(|own| is_same(own, wanted));
    first.matchers.iter().filter(|wanted| others.iter().all(|other| has(other, wanted))).collect()
}

fn is_same(a: &Matcher, b: &Matcher) -> bool {
    a.name.value == b.name.value && a.op == b.op && a.value.value == b.value.value
}

/// The matchers, without those that say nothing.
pub(super) fn matchers_in_words<'m>(matchers: impl Iterator<Item = &'m Matcher>) -> String {
    matchers.filter_map(in_words).collect::<Vec<_>>().join(" and ")
}

fn in_words(matcher: &Matcher) -> Option<String> {
    let (label, value) = (&matcher.name.value, String::from_utf8_lossy(&matcher.value.value).into_owned());
    Some(match (matcher.op, value.as_str()) {
        (MatchOp::Equal | MatchOp::Regex, "") | (MatchOp::NotRegex, ".+") => format!("there is no label `{label}`"),
        (MatchOp::NotEqual | MatchOp::NotRegex, "") | (MatchOp::Regex, ".+") => format!("there is a label `{label}`"),
        (MatchOp::Regex, ".*") => return None,
        (MatchOp::Equal, value) => format!("`{label}` is `{value}`"),
        (MatchOp::NotEqual, value) => format!("`{label}` is not `{value}`"),
        (MatchOp::Regex, value) => match literals(value) {
            Some(values) => format!("`{label}` is {}", words::choice(values)),
            None => format!("`{label}` matches `{value}`"),
        },
        (MatchOp::NotRegex, value) => match literals(value) {
            Some(values) => format!(
                "`{label}` is neither {}",
                values.map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" nor ")
            ),
            None => format!("`{label}` does not match `{value}`"),
        },
    })
}

/// The values that a pattern lists, if it does nothing else.
fn literals(pattern: &str) -> Option<impl Iterator<Item = &str>> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '|' | '/' | ' ');
    (pattern.contains('|') && pattern.chars().all(is_plain) && pattern.split('|').all(|value| !value.is_empty()))
        .then(|| pattern.split('|'))
}
