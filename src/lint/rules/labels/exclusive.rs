//! `labels/exclusive`: a rule with two labels of which a policy allows one.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("labels/exclusive", Error, certain, "a rule has labels that exclude each other")
    .waits_for("policy.exclusive-labels");

pub(super) struct Exclusive;

impl LintRule for Exclusive {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Labels.exclusive(&META, cx, out);
    }
}
