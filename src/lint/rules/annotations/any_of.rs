//! `annotations/any-of`: an alert that has none of some annotations, of which a policy wants one.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("annotations/any-of", Error, certain, "an alert has none of several annotations of which one is required")
        .waits_for("policy.any-annotation");

pub(super) struct AnyOf;

impl LintRule for AnyOf {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Annotations.any_of(&META, cx, out);
    }
}
