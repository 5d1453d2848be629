//! `labels/required`: an alert that lacks a label which `[labels] required` names.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("labels/required", Error, certain, "an alert lacks a label that the configuration requires")
    .waits_for("labels.required")
    .or_for(&["policy.required-labels"]);

pub(super) struct Required;

impl LintRule for Required {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        Fields::Labels.required(&META, cx, out);
        let required = &cx.config().labels.required;
        if required.is_empty() || cx.rule.kind != RuleKind::Alerting {
            return;
        }
        let own = cx.static_labels();
        for label in required {
            let place = match own.iter().find(|(name, _)| name.text() == label) {
                Some((_, value)) if !value.text().is_empty() => continue,
                // An empty value removes the label that the expression may have.
                Some((name, _)) => name,
                None if cx.facts().is_some_and(|facts| facts.guaranteed_labels().any(|known| known == label)) => {
                    continue;
                }
                None => &cx.rule.name,
            };
            let message = format!("the alert `{}` has no label `{label}`", cx.rule.name.text());
            let found = META.diagnostic(message, cx.file().field(place, ""));
            out.push(found.help(format!("add `{label}: …` to its labels")).because("the configuration requires it"));
        }
    }
}
