//! `annotations/exclusive`: an alert with two annotations of which a policy allows one.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("annotations/exclusive", Error, certain, "an alert has annotations that exclude each other")
    .waits_for("policy.exclusive-annotations");

pub(super) struct Exclusive;

impl LintRule for Exclusive {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Annotations.exclusive(&META, cx, out);
    }
}
