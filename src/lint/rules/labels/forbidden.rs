//! `labels/forbidden`: a label, or a value of one, that a policy forbids.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("labels/forbidden", Error, certain, "a label or its value that the configuration forbids")
    .waits_for("policy.forbidden-labels")
    .or_for(&["policy.forbidden-label-values"]);

pub(super) struct Forbidden;

impl LintRule for Forbidden {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Labels.forbidden(&META, cx, out);
    }
}
