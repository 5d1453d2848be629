//! `labels/preserved`: an expression that loses a label which a policy wants to be preserved.

use crate::facts;
use crate::lint::context::RuleContext;
use crate::lint::policy::fields::subject;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("labels/preserved", Error, certain, "an expression loses a label that has to be preserved")
    .waits_for("policy.preserved-labels");

pub(super) struct Preserved;

impl LintRule for Preserved {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for policy in cx.policies().filter(|policy| !policy.preserved_labels.is_empty()) {
            let Some(facts) = cx.facts() else { return };
            let own = cx.static_labels();
            for label in &policy.preserved_labels {
                let is_set = own.iter().any(|(name, value)| name.text() == label && !value.text().is_empty());
                let Some(dropped) = facts::dropped(facts.branches(), label).filter(|_| !is_set) else { continue };
                let message = format!("{} has lost the label `{label}`", subject(cx));
                let at = cx.file().inside(&cx.rule.expr, dropped.span, "it is dropped here");
                let help = format!("keep `{label}`, or set it in the rule's labels");
                out.push(policy.finding(&META, message, at, help));
            }
        }
    }
}
