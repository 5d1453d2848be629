//! `annotations/allowed-values`: an annotation with a value that a policy does not list.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!(
    "annotations/allowed-values",
    Error,
    certain,
    "an annotation has a value that the configuration does not allow"
)
.waits_for("policy.annotation-values");

pub(super) struct AllowedValues;

impl LintRule for AllowedValues {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Annotations.values(&META, cx, out);
    }
}
