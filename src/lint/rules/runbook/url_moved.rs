//! `runbook/url-moved`: the server of a link sends on to another address.

use super::answered::{Answered, tell_each};
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("runbook/url-moved", Info, opinion, "the server of a link to a runbook sends on to another address");

pub(super) struct UrlMoved;

impl LintRule for UrlMoved {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        tell_each(cx, out, moved);
    }
}

fn moved(answered: &Answered<'_>) -> Option<Diagnostic> {
    let moved = answered.answer.moved.as_ref()?;
    let (name, to) = (answered.alert, &moved.to);
    let (what, help) = match moved.is_permanent {
        true => ("has moved for good", format!("write `{to}`: the old address may go away")),
        false => ("leads to another host", format!("it leads to `{to}`: write that, unless the way to it is meant")),
    };
    let message = format!("the runbook of `{name}` {what}");
    Some(META.diagnostic(message, answered.at_link()).help(help))
}
