//! `labels/allowed-values`: a label with a value that `[labels] allowed-values` does not list.

use crate::lint::context::{FileContext, GroupContext, RuleContext};
use crate::lint::policy::fields::{Fields, allowed_instead};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::Field;
use crate::source::Diagnostic;

static META: Meta =
    meta!("labels/allowed-values", Error, certain, "a label has a value that the configuration does not allow")
        .waits_for("labels.allowed-values")
        .or_for(&["policy.label-values"]);

pub(super) struct AllowedValues;

impl LintRule for AllowedValues {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        check(&cx.file, &cx.group.labels, out);
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        check(&cx.file(), &cx.rule.labels, out);
        Fields::Labels.values(&META, cx, out);
    }
}

fn check(cx: &FileContext<'_>, labels: &[(Field, Field)], out: &mut Vec<Diagnostic>) {
    let policy = &cx.config.labels;
    if policy.allowed_values.is_empty() {
        return;
    }
    for (name, value) in labels {
        let text = value.text();
        // What a template yields is known only when the alert fires; an empty value means that there is no label.
        if text.is_empty() || text.contains("{{") || policy.allows(name.text(), text) {
            continue;
        }
        let allowed = policy.allowed_values.get(name.text()).map(Vec::as_slice).unwrap_or_default();
        let message = format!("the label `{}` has the value `{text}`, which is not allowed", name.text());
        let (hint, help) = allowed_instead(text, allowed);
        out.push(META.diagnostic(message, cx.field(value, hint)).help(help));
    }
}
