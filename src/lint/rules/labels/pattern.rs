//! `labels/pattern`: a label whose value is not of the form that a policy wants.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("labels/pattern", Error, certain, "a label whose value is not of the form that is wanted")
    .waits_for("policy.label-patterns");

pub(super) struct LabelPattern;

impl LintRule for LabelPattern {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Labels.patterns(&META, cx, out);
    }
}
