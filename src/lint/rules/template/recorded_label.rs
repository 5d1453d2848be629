//! `template/recorded-label`: a template prints a label that the recorded series it is about have lost.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::facts::{Branch, Cause, Facts, Premises, Presence, Recorded};
use crate::lint::alert_labels::{Given, SERVER_LABELS, may_be_external};
use crate::lint::context::{TemplateField, TemplatePlace, WorkspaceContext};
use crate::lint::recording::{Place, Recording};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::rules::{Dialect, RuleKind};
use crate::source::{Diagnostic, Span};
use crate::template::{LabelOwner, LabelReference};

static META: Meta =
    meta!("template/recorded-label", Warning, certain, "a template prints a label that recorded series do not have");

/// Definitions that read definitions that read … are followed so far.
const MAX_DEPTH: usize = 16;

pub(super) struct RecordedLabel;

impl LintRule for RecordedLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        // What has no colon may be scraped, too: then nothing is known of its labels.
        if !cx.recording().names().any(|name| name.contains(':')) {
            return;
        }
        let alerts: Vec<Place<'_>> = cx.places().filter(prints_something).collect();
        let mut definitions =
            Definitions { recording: cx.recording(), known: Recorded::default(), seen: FxHashSet::default() };
        for alert in alerts {
            let Some(expr) = &alert.rule.parsed else { continue };
            for name in reads(expr) {
                definitions.learn(name, 0);
            }
            if reads(expr).any(|name| definitions.known.contains_key(name)) {
                check(&alert, expr, &definitions, out);
            }
        }
    }
}

/// Whether a rule is an alert with a template that may print a label.
fn prints_something(place: &Place<'_>) -> bool {
    let mut texts = place.rule.labels.iter().chain(&place.rule.annotations).map(|(_, value)| value.text());
    place.rule.kind == RuleKind::Alerting && texts.any(|text| text.contains("{{"))
}

/// What recording rules say of their series' labels.
struct Definitions<'a, 'c> {
    recording: &'c Recording<'a>,
    known: Recorded,
    /// What was looked at, or is being looked at.
    seen: FxHashSet<&'a str>,
}

impl<'a> Definitions<'a, '_> {
    /// Finds out the labels of `name`, after those of what its definitions read. Nothing is learnt of what is recorded
    /// with labels that are not known, or in terms of itself.
    fn learn(&mut self, name: &'a str, depth: usize) {
        // What has no colon may be scraped, too.
        if depth > MAX_DEPTH || !name.contains(':') || !self.seen.insert(name) {
            return;
        }
        let Some(places) = self.recording.get(name) else { return };
        for expr in places.iter().filter_map(|place| place.rule.parsed.as_ref()) {
            reads(expr).for_each(|inner| self.learn(inner, depth + 1));
        }
        let mut labels = BTreeSet::new();
        for place in places.iter() {
            let Some(expr) = &place.rule.parsed else { return };
            let facts = Facts::under(expr, Premises { recorded: Some(&self.known), ..place.file.premises() });
            if facts.branches().is_empty() || !facts.branches().iter().all(Branch::is_closed) {
                return;
            }
            for (label, presence) in facts.branches().iter().flat_map(Branch::known_labels) {
                if !presence.is_impossible() {
                    labels.insert(label.to_owned());
                }
            }
            let group = place.file.rules.groups.get(place.group_at);
            let own = place.rule.labels.iter().chain(group.iter().flat_map(|group| &group.labels));
            let own = own.map(|(label, _)| label.text());
            // vmalert keeps a label that is covered.
            let covered = own.clone().filter(|_| place.file.rules.dialect == Dialect::Vmalert);
            labels.extend(covered.map(|label| format!("exported_{label}")));
            labels.extend(own.map(str::to_owned));
        }
        self.known.insert(name.to_owned(), labels);
    }
}

/// The names of the metrics that an expression reads.
fn reads(expr: &Expr) -> impl Iterator<Item = &str> {
    let mut names = Vec::new();
    expr.walk(&mut |part| names.extend(part.selector().and_then(|selector| selector.metric_name())));
    names.into_iter()
}

fn check(alert: &Place<'_>, expr: &Expr, definitions: &Definitions<'_, '_>, out: &mut Vec<Diagnostic>) {
    let rule = alert.rule;
    let labels = TemplateField::among(&rule.labels, TemplatePlace::Label);
    let templates: Vec<TemplateField<'_>> =
        labels.chain(TemplateField::among(&rule.annotations, TemplatePlace::Annotation)).collect();
    if templates.is_empty() {
        return;
    }
    let facts = Facts::under(expr, Premises { recorded: Some(&definitions.known), ..alert.file.premises() });
    let group = alert.file.rules.groups.get(alert.group_at);
    let given = group.and_then(|group| Given::by(alert.file, group, rule));
    let is_given = |label: &str, place| given.as_ref().is_some_and(|given| given.has(label, place));
    let mut reported = FxHashSet::default();
    for template in &templates {
        for reference in template.parsed.iter().flat_map(|parsed| parsed.label_references()) {
            if reference.owner == LabelOwner::Alert
                && !reference.guarded
                && let Some(span) = lost(&facts, &reference.name)
                && !is_given(&reference.name, template.place)
                && !may_be_added(alert, span, &reference.name, definitions)
                && reported.insert(reference.name.clone())
            {
                out.push(report(alert, template, reference, span, definitions));
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

/// Whether the series may come from other servers, which add the label: the alert stands in another file than what records
/// them. vmalert adds external labels to whatever it records.
fn may_be_added(alert: &Place<'_>, selector: Span, label: &str, definitions: &Definitions<'_, '_>) -> bool {
    if alert.file.rules.dialect == Dialect::Vmalert && may_be_external(&alert.file, label) {
        return true;
    }
    let name = recorded_name(alert.rule.expr.text(), selector);
    let places = definitions.recording.get(name).into_iter().flat_map(|places| places.iter());
    SERVER_LABELS.contains(&label) && !places.into_iter().any(|place| place.file_at == alert.file_at)
}

/// The metric of a selector.
fn recorded_name(expr: &str, selector: Span) -> &str {
    let text = selector.slice(expr);
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

fn report(
    alert: &Place<'_>,
    template: &TemplateField<'_>,
    reference: &LabelReference,
    selector: Span,
    definitions: &Definitions<'_, '_>,
) -> Diagnostic {
    let (file, expr, label) = (alert.file, &alert.rule.expr, &reference.name);
    let name = recorded_name(expr.text(), selector);
    let message = format!("{} prints `{label}`, which `{name}` is recorded without", template.describe());
    let found = META
        .diagnostic(message, file.inside(template.value, reference.span, "always empty"))
        .related(file.inside(expr, selector, format!("has no `{label}`")));
    let found = match definitions.recording.get(name).and_then(|places| places.first()) {
        Some(place) => found.related(place.file.field(&place.rule.name, "recorded here")),
        None => found,
    };
    found.help(format!("keep `{label}` where `{name}` is recorded, or do not print it"))
}
