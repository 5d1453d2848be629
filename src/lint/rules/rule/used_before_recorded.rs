//! `rule/used-before-recorded`: a rule that reads what a later rule of its group records.

use super::recorded::{Place, metrics, places, recording};
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Span};

static META: Meta =
    meta!("rule/used-before-recorded", Info, certain, "a rule reads what a later rule of its group records");

pub(super) struct UsedBeforeRecorded;

impl LintRule for UsedBeforeRecorded {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let recording = recording(cx);
        for place in places(cx) {
            let Some(expr) = &place.rule.parsed else { continue };
            for (metric, span) in metrics(expr) {
                let Some(definitions) = recording.get(metric) else { continue };
                // Where another one stands before it, or elsewhere, the order may be meant.
                let all_later =
                    definitions.iter().all(|other| other.group() == place.group() && other.rule_at > place.rule_at);
                // Two rules that read each other have no order: `rule/cycle` says so.
                let is_mutual = |other: &Place<'_>| {
                    let read = other.rule.parsed.as_ref().map(metrics).unwrap_or_default();
                    read.iter().any(|(metric, _)| *metric == place.rule.name.text())
                };
                if let Some(definition) = definitions.first().filter(|first| all_later && !is_mutual(first)) {
                    out.push(report(&place, definition, span));
                }
            }
        }
    }
}

fn report(place: &Place<'_>, definition: &Place<'_>, span: Span) -> Diagnostic {
    let metric = definition.rule.name.text();
    let message = format!("`{metric}` is read before it is recorded: the value is one interval old");
    META.diagnostic(message, place.file.inside(&place.rule.expr, span, "read here"))
        .related(definition.file.field(&definition.rule.name, "recorded later in the same group"))
        .help("the rules of a group are evaluated in order: move the recording rule up")
}
