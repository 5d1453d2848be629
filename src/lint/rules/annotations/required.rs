//! `annotations/required`: an alert that lacks an annotation which `[annotations] required` names.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta =
    meta!("annotations/required", Error, on, "an alert lacks an annotation that the configuration requires");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.rule.kind != RuleKind::Alerting {
            return;
        }
        for annotation in &cx.config().annotations.required {
            let place = match cx.rule.annotations.iter().find(|(name, _)| name.text() == annotation) {
                Some((_, value)) if !value.text().trim().is_empty() => continue,
                Some((name, _)) => name,
                None => &cx.rule.name,
            };
            let message = format!("the alert `{}` has no annotation `{annotation}`", cx.rule.name.text());
            let help = format!("add `{annotation}: …` to its annotations: the configuration requires it");
            out.push(META.diagnostic(message, cx.file().field(place, "")).help(help));
        }
    }
}
