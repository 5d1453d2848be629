//! `annotations/pattern`: an annotation whose value is not of the form that a policy wants.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("annotations/pattern", Error, certain, "an annotation whose value is not of the form that is wanted")
        .waits_for("policy.annotation-patterns");

pub(super) struct AnnotationPattern;

impl LintRule for AnnotationPattern {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Annotations.patterns(&META, cx, out);
    }
}
