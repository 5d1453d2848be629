//! Suppressions in runbook pages: comments of HTML, which speak for the whole page.

use super::comment::{self, Directive};
use crate::lint::naming::Name;
use crate::source::Diagnostic;

/// The rules that the comments of a page name: `<!-- promproof: ignore[runbook/section-empty] reason -->`.
pub(in crate::lint) struct PageSuppressions {
    names: Vec<Name>,
}

impl PageSuppressions {
    /// Reads the comments of a page that hold at the moment `now_ms`.
    pub(in crate::lint) fn read(text: &str, now_ms: Option<i64>) -> Self {
        let comments = text.split("<!--").skip(1).filter_map(|rest| rest.split_once("-->"));
        let ours = comments.map(|(comment, _)| comment.trim()).filter(|comment| comment.starts_with("promproof"));
        let holds = |directive: &Directive| {
            directive.until.as_ref().is_none_or(|until| now_ms.is_none_or(|now| now < until.value.0))
        };
        let directives = ours.filter_map(comment::parse).map(|(directive, _)| directive).filter(holds);
        let names = directives.flat_map(|directive| directive.patterns);
        PageSuppressions { names: names.map(|name| name.value).collect() }
    }

    /// Whether a finding in the page is not wanted.
    pub(in crate::lint) fn silences(&self, found: &Diagnostic) -> bool {
        self.names.iter().any(|name| name.covers(found.rule))
    }
}
