//! `runbook/relative-url`: the link of an alert is a path, which nothing that shows the alert can open.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::url;
use crate::source::Diagnostic;

use super::invalid_url::written_links;

static META: Meta = meta!("runbook/relative-url", Warning, opinion, "the link to a runbook is a path without a host");

pub(super) struct RelativeUrl;

impl LintRule for RelativeUrl {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for (name, value) in written_links(cx) {
            let text = value.text().trim();
            let is_relative =
                !text.starts_with("{{") && !text.contains(':') && (text.contains('/') || text.contains('.'));
            if !is_relative || url::check(text).is_err() {
                continue;
            }
            let message = format!("the annotation `{}` is a path without a host", name.text());
            let help = "Alertmanager, Grafana and messages open a link as it is: write the whole address";
            out.push(META.diagnostic(message, cx.file().field(value, "")).help(help));
        }
    }
}
