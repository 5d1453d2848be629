//! `runbook/url-dead`: the server of a link says that there is no such page.

use super::answered::{Answered, tell_each};
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::calendar::format_rfc3339;
use crate::online::Found;
use crate::source::Diagnostic;

static META: Meta =
    meta!("runbook/url-dead", Warning, likely, "the server of a link to a runbook says that there is no such page")
        .on_by_default();

pub(super) struct UrlDead;

impl LintRule for UrlDead {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        tell_each(cx, out, |answered| dead(answered, cx.config.now_ms()));
    }
}

fn dead(answered: &Answered<'_>, now_ms: Option<i64>) -> Option<Diagnostic> {
    let (name, asked) = (answered.alert, when(answered.answer.asked_ms, now_ms));
    match &answered.answer.found {
        Found::Gone(status) => {
            let message = format!("the runbook of `{name}` is not there: the server answers {status}");
            let help = format!("write the page, or the address that it has now{asked}");
            Some(META.diagnostic(message, answered.at_link()).help(help))
        }
        Found::NoAnchor => {
            let anchor = answered.link.split_once('#').map_or("", |(_, anchor)| anchor);
            let message = format!("the runbook of `{name}` leads to `#{anchor}`, which its page does not have");
            let help = format!("write the anchor of one of its headings{asked}");
            Some(META.diagnostic(message, answered.at_anchor()).help(help))
        }
        Found::Page(_) | Found::Unclear(_) => None,
    }
}

/// When the server was asked, if that was another day.
fn when(asked_ms: i64, now_ms: Option<i64>) -> String {
    const DAY_MS: i64 = 24 * 3600 * 1000;
    match now_ms {
        Some(now_ms) if now_ms.saturating_sub(asked_ms) >= DAY_MS => {
            let time = format_rfc3339(asked_ms);
            format!("; it was asked on {}", time.split('T').next().unwrap_or_default())
        }
        _ => String::new(),
    }
}
