//! `annotations/forbidden`: an annotation, or a value of one, that a policy forbids.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("annotations/forbidden", Error, certain, "an annotation or its value that the configuration forbids")
        .waits_for("policy.forbidden-annotations")
        .or_for(&["policy.forbidden-annotation-values"]);

pub(super) struct Forbidden;

impl LintRule for Forbidden {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Annotations.forbidden(&META, cx, out);
    }
}
