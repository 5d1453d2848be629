//! Renders the alerts of a group that has been run.

use std::sync::Arc;

use super::{AlertRendering, RenderOptions, RenderedField, Rendering, RulePlace, RuleRendering, problems};
use crate::alerting::{AlertAt, AlertTimeline, CompiledRule, RuleTimeline};
use crate::model::Labels;
use crate::rules::{Field, Rule, RuleGroup, RuleKind};
use crate::source::Span;
use crate::unittest::run::Running;
use crate::unittest::why::value_text;

/// So many alerts of one rule are rendered at most.
const MAX_ALERTS: usize = 1_000;

/// Renders the chosen alerts of a group.
pub(super) fn gather(running: &Running<'_>, options: &RenderOptions) -> Rendering {
    let file = running.shared.test.file.name();
    let chosen =
        |rule: &&RuleTimeline| rule.kind == RuleKind::Alerting && options.chooses(file, running.group, &rule.name);
    let chosen: Vec<&RuleTimeline> = running.run.rules.iter().filter(chosen).collect();
    let known =
        if running.index == 0 { chosen.iter().filter_map(|rule| place(running, rule)).collect() } else { Vec::new() };
    let active = chosen.into_iter().filter(|rule| !rule.alerts.is_empty());
    Rendering { known, rules: active.filter_map(|rule| rendering(running, options, rule)).collect() }
}

fn place(running: &Running<'_>, timeline: &RuleTimeline) -> Option<RulePlace> {
    let (file, rule) = running.rule(timeline.id)?;
    Some(RulePlace { name: timeline.name.clone(), file: Arc::clone(file), span: rule.name.span })
}

fn rendering(running: &Running<'_>, options: &RenderOptions, rule: &RuleTimeline) -> Option<RuleRendering> {
    let first = |fires: bool| {
        let of = |alert: &AlertTimeline| first_step(alert, fires);
        rule.alerts.iter().filter_map(of).min().map(|step| running.time_of(step))
    };
    // Firing ones first, then by time; alerts of the same time stay in the order of their appearance.
    let mut steps: Vec<(bool, usize, &AlertTimeline)> = Vec::new();
    for alert in &rule.alerts {
        let step = match options.at_ms {
            Some(at_ms) => running.step_of(at_ms).filter(|step| alert.phase_at(*step).is_some()),
            None => first_step(alert, true).or_else(|| first_step(alert, false)),
        };
        if let Some((step, phase)) = step.and_then(|step| Some((step, alert.phase_at(step)?))) {
            steps.push((!phase.state.is_firing(), step, alert));
        }
    }
    steps.sort_by_key(|(pending, step, _)| (*pending, *step));
    let shown = if options.all { MAX_ALERTS } else { 1 };
    let alert = |(_, step, timeline): &(bool, usize, &AlertTimeline)| {
        let at = rule.alert_at(timeline, *step)?;
        alert_rendering(running, rule, &at, *step)
    };
    Some(RuleRendering {
        rule: place(running, rule)?,
        first_pending_ms: first(false),
        first_firing_ms: first(true),
        alerts: steps.iter().take(shown).filter_map(alert).collect(),
        more: steps.len().saturating_sub(shown),
    })
}

/// The first step at which an alert fires, or is pending.
fn first_step(alert: &AlertTimeline, fires: bool) -> Option<usize> {
    alert.phases.iter().find(|phase| phase.state.is_firing() == fires).map(|phase| phase.first)
}

fn alert_rendering(
    running: &Running<'_>,
    timeline: &RuleTimeline,
    alert: &AlertAt<'_>,
    step: usize,
) -> Option<AlertRendering> {
    let (_, compiled) = running.shared.set.rule(timeline.id)?;
    let group = running.rule_group(timeline.id)?;
    let (_, rule) = running.rule(timeline.id)?;
    let element = alert.timeline.element_at(step)?;
    Some(AlertRendering {
        state: alert.state,
        at_ms: running.time_of(step),
        active_at_ms: alert.active_at_ms.saturating_sub(running.run.schedule.start_ms),
        value: value_text(alert.value),
        labels: labels(compiled, group, rule, alert, element),
        annotations: annotations(compiled, rule, alert, element),
    })
}

fn labels(
    compiled: &CompiledRule,
    group: &RuleGroup,
    rule: &Rule,
    alert: &AlertAt<'_>,
    element: &Labels,
) -> Vec<RenderedField> {
    let own = |name: &str| compiled.labels.iter().find(|field| field.name == name);
    let span = |name: &str| span_of(&rule.labels, name).or_else(|| span_of(&group.labels, name));
    let there = alert.timeline.labels.iter().map(|(name, text)| RenderedField {
        name: name.to_owned(),
        text: text.to_owned(),
        problems: own(name).map_or_else(Vec::new, |field| problems::of(field, text, element)),
        span: span(name),
    });
    // A label that renders to nothing is none.
    let empty = compiled.labels.iter().filter(|field| alert.timeline.labels.get(&field.name).is_none());
    let empty = empty.map(|field| RenderedField {
        name: field.name.clone(),
        text: String::new(),
        problems: problems::of(field, "", element),
        span: span(&field.name),
    });
    let mut fields: Vec<RenderedField> = there.chain(empty).collect();
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    fields
}

fn annotations(compiled: &CompiledRule, rule: &Rule, alert: &AlertAt<'_>, element: &Labels) -> Vec<RenderedField> {
    let field = |(name, text): &(String, String)| RenderedField {
        name: name.clone(),
        text: text.clone(),
        problems: compiled
            .annotations
            .iter()
            .find(|field| field.name == *name)
            .map_or_else(Vec::new, |field| problems::of(field, text, element)),
        span: span_of(&rule.annotations, name),
    };
    alert.annotations.iter().map(field).collect()
}

/// Of two fields with the same name the later one counts.
fn span_of(fields: &[(Field, Field)], name: &str) -> Option<Span> {
    fields.iter().rev().find(|(field, _)| field.text() == name).map(|(_, value)| value.span)
}
