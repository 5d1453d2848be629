//! `runbook/invalid-url`: a link to a runbook that leads nowhere because of how it is written.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Field, RuleKind};
use crate::runbook::{self, url};
use crate::source::Diagnostic;

static META: Meta = meta!("runbook/invalid-url", Error, certain, "the link to a runbook is not a URL");

pub(super) struct InvalidUrl;

impl LintRule for InvalidUrl {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for (name, value) in written_links(cx) {
            let Err(problem) = url::check(value.text()) else { continue };
            let message = format!("the annotation `{}` is not a link: {}", name.text(), problem.message);
            let place = match problem.span.is_empty() {
                true => cx.file().field(value, ""),
                false => cx.file().inside(value, problem.span, ""),
            };
            out.push(META.diagnostic(message, place).help(problem.help));
        }
    }
}

/// The links to runbooks of an alert, with the names of their annotations, without those that only say that there is none.
pub(super) fn written_links<'r>(cx: &RuleContext<'r>) -> impl Iterator<Item = (&'r Field, &'r Field)> {
    let is_alert = cx.rule.kind == RuleKind::Alerting;
    let links = is_alert.then(|| runbook::links(cx.rule, &cx.config().runbook.keys));
    links.into_iter().flatten().filter(|(_, value)| !is_placeholder(value.text()))
}

/// Whether the text says that there is no page yet. `runbook/missing` speaks of that, where a link is required.
pub(super) fn is_placeholder(text: &str) -> bool {
    const PLACEHOLDERS: [&str; 6] = ["", "todo", "tbd", "none", "null", "-"];
    PLACEHOLDERS.contains(&text.trim().to_ascii_lowercase().as_str())
}
