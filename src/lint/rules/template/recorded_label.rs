//! `template/recorded-label`: a template prints a label that the recorded series it is about have lost.

use rustc_hash::FxHashSet;

use crate::facts::{Cause, Facts, Presence, RecordedSeries};
use crate::lint::alert_labels::Given;
use crate::lint::context::{TemplateField, TemplatePlace, WorkspaceContext};
use crate::lint::recorded_series;
use crate::lint::recording::{Place, Recording};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::{Diagnostic, Span};
use crate::template::{LabelOwner, LabelReference};

static META: Meta =
    meta!("template/recorded-label", Warning, certain, "a template prints a label that recorded series do not have");

pub(super) struct RecordedLabel;

impl LintRule for RecordedLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for alert in cx.recorded().readers(cx).filter(prints_something) {
            if let Some(facts) = cx.recorded().of_reader(&alert, RecordedSeries::says_of_labels) {
                check(&alert, &facts, cx.recording(), out);
            }
        }
    }
}

/// Whether a rule is an alert with a template that may print a label.
fn prints_something(place: &Place<'_>) -> bool {
    let mut texts = place.rule.labels.iter().chain(&place.rule.annotations).map(|(_, value)| value.text());
    place.rule.kind == RuleKind::Alerting && texts.any(|text| text.contains("{{"))
}

fn check(alert: &Place<'_>, facts: &Facts<'_>, recording: &Recording<'_>, out: &mut Vec<Diagnostic>) {
    let rule = alert.rule;
    let labels = TemplateField::among(&rule.labels, TemplatePlace::Label);
    let templates: Vec<TemplateField<'_>> =
        labels.chain(TemplateField::among(&rule.annotations, TemplatePlace::Annotation)).collect();
    if templates.is_empty() {
        return;
    }
    let group = alert.file.rules.groups.get(alert.group_at);
    let given = group.and_then(|group| Given::by(alert.file, group, rule));
    let is_given = |label: &str, place| given.as_ref().is_some_and(|given| given.has(label, place));
    let mut reported = FxHashSet::default();
    for template in &templates {
        for reference in template.parsed.iter().flat_map(|parsed| parsed.label_references()) {
            if reference.owner == LabelOwner::Alert
                && !reference.guarded
                && let Some(span) = lost(facts, &reference.name)
                && !is_given(&reference.name, template.place)
                && !recorded_series::may_be_added(
                    recording,
                    alert,
                    recorded_series::name_at(alert.rule.expr.text(), span),
                    &reference.name,
                )
                && reported.insert(reference.name.clone())
            {
                out.push(report(alert, template, reference, span, recording));
            }
        }
    }
}

/// The selector of recorded series that lacks the label, where the whole expression lacks it because of that.
fn lost(facts: &Facts<'_>, label: &str) -> Option<Span> {
    let mut lost = None;
    for branch in facts.branches() {
        match branch.presence(label) {
            Presence::Impossible(dropped) if dropped.cause == Cause::Recorded => lost = lost.or(Some(dropped.span)),
            Presence::Impossible(_) if branch.made_up => {}
            // Something else drops it: `template/missing-label` says so.
            _ => return None,
        }
    }
    lost
}

fn report(
    alert: &Place<'_>,
    template: &TemplateField<'_>,
    reference: &LabelReference,
    selector: Span,
    recording: &Recording<'_>,
) -> Diagnostic {
    let (file, expr, label) = (alert.file, &alert.rule.expr, &reference.name);
    let name = recorded_series::name_at(expr.text(), selector);
    let message = format!("{} prints `{label}`, which `{name}` is recorded without", template.describe());
    let found = META
        .diagnostic(message, file.inside(template.value, reference.span, "always empty"))
        .related(file.inside(expr, selector, format!("has no `{label}`")));
    let found = match recording.get(name).and_then(|places| places.first()) {
        Some(place) => found.related(place.file.field(&place.rule.name, "recorded here")),
        None => found,
    };
    found.help(format!("keep `{label}` where `{name}` is recorded, or do not print it"))
}
