//! What a lint rule is.

use crate::source::{Diagnostic, Label, Severity};

use super::context::{FileContext, GroupContext, RuleContext, WorkspaceContext};

/// What there is to know of a lint rule without running it.
#[derive(Debug)]
pub struct Meta {
    /// The id, `category/name`: the same word in configuration, comments, output and `explain`.
    pub id: &'static str,
    /// What the rule finds, in one line without a full stop.
    pub summary: &'static str,
    /// The severity of its findings unless the configuration says otherwise.
    pub severity: Severity,
    /// Whether it runs without being asked for. A policy rule is on, but has nothing to say until its policy is
    /// configured.
    pub enabled_by_default: bool,
    /// Its page, Markdown.
    pub page: &'static str,
}

impl Meta {
    /// The part of the id before the slash.
    pub fn category(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(category, _)| category)
    }

    /// A finding of this rule.
    pub fn diagnostic(&self, message: impl Into<String>, primary: Label) -> Diagnostic {
        Diagnostic::new(self.id, self.severity, message, primary)
    }
}

/// A lint rule. Each hook sees one part of the input and adds what it finds to `out`; a rule implements those that it
/// needs. Hooks of different files run in parallel.
///
/// A rule that only names what a reader reports (`yaml/syntax`, `promql/type` …) implements no hook: it is here so that
/// configuration, suppressions, `rules` and `explain` know it.
pub trait LintRule: Sync {
    /// What there is to know of it.
    fn meta(&self) -> &'static Meta;

    /// Sees each rule file.
    fn check_file(&self, _cx: &FileContext<'_>, _out: &mut Vec<Diagnostic>) {}

    /// Sees each rule group.
    fn check_group(&self, _cx: &GroupContext<'_>, _out: &mut Vec<Diagnostic>) {}

    /// Sees each alerting and recording rule.
    fn check_rule(&self, _cx: &RuleContext<'_>, _out: &mut Vec<Diagnostic>) {}

    /// Sees all files at once, after the other hooks.
    fn check_workspace(&self, _cx: &WorkspaceContext<'_>, _out: &mut Vec<Diagnostic>) {}
}

/// A rule that a reader reports.
pub(in crate::lint) struct Reported(pub(in crate::lint) &'static Meta);

impl LintRule for Reported {
    fn meta(&self) -> &'static Meta {
        self.0
    }
}

/// A rule's [`Meta`] with its page embedded: id, severity, whether it runs by default (`on` or `off`), summary.
macro_rules! meta {
    ($id:literal, $severity:ident, $default:ident, $summary:literal) => {
        $crate::lint::Meta {
            id: $id,
            summary: $summary,
            severity: $crate::source::Severity::$severity,
            enabled_by_default: $crate::lint::rule::meta!(@$default),
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules/", $id, ".md")),
        }
    };
    (@on) => { true };
    (@off) => { false };
}
pub(in crate::lint) use meta;
