//! What a lint rule is.

use crate::source::Diagnostic;

pub(in crate::lint) use crate::source::meta;
pub use crate::source::{Confidence, Meta};

use super::context::{FileContext, GroupContext, RuleContext, WorkspaceContext};

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
