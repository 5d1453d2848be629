//! `runbook/missing`: an alert without a link to a runbook, where `[runbook] required` is set.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::runbook;
use crate::source::Diagnostic;

use super::invalid_url::is_placeholder;

static META: Meta =
    meta!("runbook/missing", Error, certain, "an alert has no link to a runbook, and the configuration requires one")
        .waits_for("runbook.required");

pub(super) struct Missing;

impl LintRule for Missing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let policy = &cx.config().runbook;
        if !policy.required || cx.rule.kind != RuleKind::Alerting {
            return;
        }
        if runbook::links(cx.rule, &policy.keys).any(|(_, value)| !is_placeholder(value.text())) {
            return;
        }
        let message = format!("the alert `{}` has no link to a runbook", cx.rule.name.text());
        let key = policy.keys.first().map_or("runbook_url", String::as_str);
        let help = format!("add the annotation `{key}` with the URL of the page that says what to do");
        out.push(META.diagnostic(message, cx.file().field(&cx.rule.name, "")).help(help));
    }
}
