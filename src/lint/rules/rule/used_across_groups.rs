//! `rule/used-across-groups`: a rule that reads what another group records.

use super::recorded::{Place, metrics, places, recording};
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::{Diagnostic, Span};

static META: Meta =
    meta!("rule/used-across-groups", Info, opinion, "a recording rule reads what another group records");

pub(super) struct UsedAcrossGroups;

impl LintRule for UsedAcrossGroups {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let recording = recording(cx);
        // An alert on what is recorded elsewhere is the common way; chains of recording rules add up.
        for place in places(cx).filter(|place| place.rule.kind == RuleKind::Recording) {
            let Some(expr) = &place.rule.parsed else { continue };
            for (metric, span) in metrics(expr) {
                let Some(definitions) = recording.get(metric) else { continue };
                let is_elsewhere =
                    definitions.iter().all(|other| other.group() != place.group() && reads_series(other));
                if let Some(definition) = definitions.first().filter(|_| is_elsewhere) {
                    out.push(report(&place, definition, span));
                }
            }
        }
    }
}

/// Whether what a rule records depends on series; the age of a constant does not matter.
fn reads_series(place: &Place<'_>) -> bool {
    let mut reads = false;
    place.rule.parsed.iter().for_each(|expr| expr.walk(&mut |part| reads |= part.selector().is_some()));
    reads
}

fn report(place: &Place<'_>, definition: &Place<'_>, span: Span) -> Diagnostic {
    let metric = definition.rule.name.text();
    let message = format!("`{metric}` is recorded by another group: its value may be up to an interval old");
    META.diagnostic(message, place.file.inside(&place.rule.expr, span, "read here"))
        .related(definition.file.field(&definition.rule.name, "recorded in another group"))
        .help("groups are evaluated at different times: put rules that depend on each other into one group")
}
