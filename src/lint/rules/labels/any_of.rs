//! `labels/any-of`: a rule that has none of some labels, of which a policy wants one.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("labels/any-of", Error, certain, "a rule has none of several labels of which one is required")
        .waits_for("policy.any-label");

pub(super) struct AnyOf;

impl LintRule for AnyOf {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Labels.any_of(&META, cx, out);
    }
}
