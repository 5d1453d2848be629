//! `labels/reserved`: a label of an alert that Prometheus sets itself.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("labels/reserved", Warning, certain, "a label of an alert that Prometheus sets itself");

pub(super) struct Reserved;

impl LintRule for Reserved {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.rule.kind != RuleKind::Alerting {
            return;
        }
        for (name, value) in &cx.rule.labels {
            // `rules/alerting.go` sets the alert's name last, and the state on the series `ALERTS`.
            let effect = match name.text() {
                "alertname" if value.text() == cx.rule.name.text() => continue,
                "alertname" => "is replaced by the alert's name",
                "alertstate" => "is replaced by the alert's state in `ALERTS`",
                _ => continue,
            };
            let message = format!("the label `{}` {effect}", name.text());
            out.push(META.diagnostic(message, cx.file().field(name, "set by Prometheus")).help("give it another name"));
        }
    }
}
