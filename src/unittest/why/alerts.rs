//! What else is known about alerts that are not as expected: near misses in time, pending alerts, unknown names.

use super::{Detail, parts};
use crate::alerting::{AlertState, AlertTimeline, RuleTimeline};
use crate::model::duration::format_duration;
use crate::rules::RuleKind;
use crate::source::words;
use crate::testfile::AlertTest;
use crate::unittest::assert::compare;
use crate::unittest::report::{Alert, AlertFailure, Difference};
use crate::unittest::run::Running;

/// More differences than this are not commented on one by one.
const MAX_NOTES: usize = 5;

/// Fills in what explains `failure`.
pub(super) fn explain(running: &Running<'_>, test: &AlertTest, failure: &mut AlertFailure, detail: Detail) {
    let alertname = test.alertname.text();
    failure.differences = compare::alert_differences(test, &failure.expected, &failure.actual);
    let lives = running.run.alerting_rules(alertname).flat_map(|rule| &rule.alerts);
    failure.timelines = lives.take(detail.lives()).cloned().collect();
    if detail == Detail::Short {
        return;
    }
    failure.notes = notes(running, test, failure.step, &failure.expected, &failure.actual, &failure.differences);
    failure.why = parts::alert(running, alertname, failure.step);
}

/// Notes on an assertion about alerts at `step`.
fn notes(
    running: &Running<'_>,
    test: &AlertTest,
    step: usize,
    expected: &[Alert],
    actual: &[Alert],
    differences: &[Difference],
) -> Vec<String> {
    let alertname = test.alertname.text();
    let rules: Vec<&RuleTimeline> = running.run.alerting_rules(alertname).collect();
    if rules.is_empty() {
        return vec![no_such_rule(running, alertname)];
    }
    let mut notes = Vec::new();
    let time = running.time_of(step);
    if time != test.eval_time.value {
        notes.push(format!(
            "rules are evaluated every {}: at {} the alerts are those of the evaluation at {}",
            format_duration(running.run.schedule.interval_ms),
            format_duration(test.eval_time.value),
            format_duration(time),
        ));
    }
    let timelines: Vec<&AlertTimeline> = rules.iter().flat_map(|rule| &rule.alerts).collect();
    let several = timelines.len() > 1;
    for difference in differences.iter().take(MAX_NOTES) {
        let note = match difference {
            Difference::Missing { expected: index, .. } => {
                expected.get(*index).map(|alert| missing(running, &rules, &timelines, alert, step))
            }
            Difference::Unexpected { actual: index } => actual
                .get(*index)
                .and_then(|alert| timelines.iter().find(|timeline| same_labels(timeline, alert)))
                .and_then(|timeline| unexpected(running, timeline, step, several)),
            Difference::Differs { .. } => None,
        };
        notes.extend(note.filter(|note| !notes.contains(note)));
    }
    notes
}

pub(super) fn no_such_rule(running: &Running<'_>, alertname: &str) -> String {
    let alerts = running.run.rules.iter().filter(|rule| rule.kind == RuleKind::Alerting);
    let near = words::nearest(alertname, alerts.map(|rule| rule.name.as_str()));
    let hint = near.map_or_else(String::new, |name| format!("; {}", words::did_you_mean(name)));
    format!("no rule under test defines an alert `{alertname}`{hint}")
}

fn same_labels(timeline: &AlertTimeline, alert: &Alert) -> bool {
    let labels = alert.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    timeline.labels.iter().eq(labels)
}

/// Why an expected alert is not there: the life of the alert with these labels, or of the only one there is.
fn missing(
    running: &Running<'_>,
    rules: &[&RuleTimeline],
    timelines: &[&AlertTimeline],
    alert: &Alert,
    step: usize,
) -> String {
    let exact = timelines.iter().find(|timeline| same_labels(timeline, alert));
    let timeline = match (exact, timelines) {
        (Some(timeline), _) => timeline,
        (None, [only]) => only,
        (None, []) => return never_active(running, rules),
        (None, _) => return "no alert of this name ever has these labels".to_owned(),
    };
    life_around(running, rules, timeline, step, timelines.len() > 1)
}

/// Why an alert does not fire at `step`: what it does instead, before and after.
pub(super) fn life_around(
    running: &Running<'_>,
    rules: &[&RuleTimeline],
    timeline: &AlertTimeline,
    step: usize,
    several: bool,
) -> String {
    let name = if several { format!("`{}`", timeline.labels) } else { "it".to_owned() };
    let at = |step: usize| format_duration(running.time_of(step));
    if let Some(phase) = timeline.phase_at(step).filter(|phase| phase.state == AlertState::Pending) {
        let since = format_duration(phase.active_at_ms.saturating_sub(running.run.schedule.start_ms));
        let held = running.time_of(step).saturating_sub(phase.active_at_ms - running.run.schedule.start_ms);
        let pending = format!("{name} is pending since {since}");
        let fires = timeline.phases.iter().find(|next| next.first == phase.end && next.state.is_firing());
        return match fires {
            Some(next) => {
                format!("{pending} and fires {} later, at {}", evaluations(next.first - step), at(next.first))
            }
            None if phase.end >= running.run.steps => {
                let wanted = longest_for_ms(running, rules);
                let when = phase.active_at_ms.saturating_sub(running.run.schedule.start_ms).saturating_add(wanted);
                format!(
                    "{pending}; with `for: {}` it cannot fire before {}, and the test ends at {}",
                    format_duration(wanted),
                    format_duration(when),
                    at(running.run.steps.saturating_sub(1)),
                )
            }
            None => {
                let left = format_duration(longest_for_ms(running, rules).saturating_sub(held).max(0));
                format!("{pending}, {left} short of its `for`, and does not fire: it stops at {}", at(phase.end))
            }
        };
    }
    let firing = || timeline.phases.iter().filter(|phase| phase.state.is_firing());
    let before = firing().rfind(|phase| phase.end <= step);
    let after = firing().find(|phase| phase.first > step);
    match (before, after) {
        (Some(before), after) if after.is_none_or(|after| step - before.end < after.first - step) => {
            let ago = evaluations(step - before.end);
            let resolved = if before.end == step {
                "resolves at this evaluation".to_owned()
            } else {
                format!("resolved {ago} earlier, at {}", at(before.end))
            };
            format!("{name} fired until {} and {resolved}", at(before.end.saturating_sub(1)))
        }
        (_, Some(after)) => format!("{name} fires {} later, at {}", evaluations(after.first - step), at(after.first)),
        _ => match timeline.phases.first() {
            Some(phase) => {
                let last = at(phase.end.saturating_sub(1));
                let wanted = format_duration(longest_for_ms(running, rules));
                format!("{name} is pending from {} to {last} and never fires; its `for` is {wanted}", at(phase.first))
            }
            None => format!("{name} is never active"),
        },
    }
}

fn longest_for_ms(running: &Running<'_>, rules: &[&RuleTimeline]) -> i64 {
    rules.iter().filter_map(|rule| running.rule(rule.id)).map(|(_, rule)| rule.for_ms).max().unwrap_or(0)
}

pub(super) fn never_active(running: &Running<'_>, rules: &[&RuleTimeline]) -> String {
    let last = format_duration(running.time_of(running.run.steps.saturating_sub(1)));
    let expressions = if rules.len() > 1 { "the rules' expressions give" } else { "the rule's expression gives" };
    format!("it is never even pending: {expressions} nothing at any evaluation from 0s to {last}")
}

fn unexpected(running: &Running<'_>, timeline: &AlertTimeline, step: usize, several: bool) -> Option<String> {
    // Firing and kept firing are one stretch of time for whoever gets the alert.
    let at = timeline.phases.iter().position(|phase| phase.first <= step && step < phase.end)?;
    let mut first = at;
    while first > 0
        && timeline.phases[first - 1].state.is_firing()
        && timeline.phases[first - 1].end == timeline.phases[first].first
    {
        first -= 1;
    }
    let start = timeline.phases[first].first;
    let resolved = timeline.resolved_steps().find(|resolved| *resolved > step);
    let name = if several { format!("`{}`", timeline.labels) } else { "it".to_owned() };
    let since = match step - start {
        0 => "begins to fire at this evaluation".to_owned(),
        ago => {
            format!("has been firing since {}, {} earlier", format_duration(running.time_of(start)), evaluations(ago))
        }
    };
    let kept =
        if timeline.phases[at].state == AlertState::KeptFiring { ", and is kept by `keep_firing_for`" } else { "" };
    let end = match resolved.filter(|resolved| *resolved < running.run.steps) {
        Some(resolved) => format!(
            "resolves {} later, at {}",
            evaluations(resolved - step),
            format_duration(running.time_of(resolved))
        ),
        None => "does not resolve within this test".to_owned(),
    };
    Some(format!("{name} {since}{kept}; {end}"))
}

fn evaluations(count: usize) -> String {
    if count == 1 { "1 evaluation".to_owned() } else { format!("{count} evaluations") }
}
