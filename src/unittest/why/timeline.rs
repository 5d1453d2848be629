//! What else is known where the life of alerts is not as expected.

use rustc_hash::FxHashSet;

use super::{Detail, alerts, parts};
use crate::alerting::{AlertTimeline, RuleTimeline};
use crate::model::gofmt::quote;
use crate::testfile::{Moment, TimelineTest};
use crate::unittest::assert::timeline::{self, Chosen};
use crate::unittest::report::{Life, TimelineFailure, Violation, ViolationKind};
use crate::unittest::run::Running;

/// More violations than this are not commented on one by one.
const MAX_NOTES: usize = 5;

/// Fills in what explains `failure`.
pub(super) fn explain(running: &Running<'_>, test: &TimelineTest, failure: &mut TimelineFailure, detail: Detail) {
    let chosen = timeline::choose(running, test);
    failure.timelines = timelines(running, test, &chosen, &failure.violations, detail);
    if detail == Detail::Short {
        failure.lives = lives_of_violations(running, &chosen, &mut failure.violations);
        return;
    }
    failure.lives = chosen.iter().map(|chosen| timeline::life_of(running, chosen)).collect();
    failure.notes = notes(running, test, &chosen, &failure.violations);
    failure.why =
        parts::alert(running, test.alertname.text(), failure.step.unwrap_or_else(|| telling_step(running, test)));
}

/// The lives that `violations` are about, each under its new number.
fn lives_of_violations(running: &Running<'_>, chosen: &[Chosen<'_>], violations: &mut [Violation]) -> Vec<Life> {
    let mut lives = Vec::new();
    for violation in violations {
        let Some(chosen) = violation.life.and_then(|life| chosen.get(life)) else { continue };
        violation.life = Some(lives.len());
        lives.push(timeline::life_of(running, chosen));
    }
    lives
}

/// The timelines that a picture shows: those of the alerts that the assertion is about, else all of the name.
fn timelines(
    running: &Running<'_>,
    test: &TimelineTest,
    chosen: &[Chosen<'_>],
    violations: &[Violation],
    detail: Detail,
) -> Vec<AlertTimeline> {
    if chosen.is_empty() {
        let all = running.run.alerting_rules(test.alertname.text()).flat_map(|rule| &rule.alerts);
        return all.take(detail.lives()).cloned().collect();
    }
    // Those that are not as expected come first.
    let wrong: FxHashSet<usize> = violations.iter().filter_map(|violation| violation.life).collect();
    let (first, rest): (Vec<usize>, Vec<usize>) = (0..chosen.len()).partition(|index| wrong.contains(index));
    let timelines = first.into_iter().chain(rest).filter_map(|index| chosen.get(index));
    timelines.take(detail.lives()).map(|chosen| chosen.timeline.clone()).collect()
}

/// The step at which the expression tells most of what concerns no certain time: the first that the test names, or
/// the last one.
fn telling_step(running: &Running<'_>, test: &TimelineTest) -> usize {
    let named = test.moments.iter().flat_map(|moments| &moments.times).map(|time| time.value).min();
    let step = named.and_then(|time| running.step_of(time));
    step.unwrap_or_else(|| running.run.steps.saturating_sub(1))
}

/// Whole sentences without a full stop.
fn notes(running: &Running<'_>, test: &TimelineTest, chosen: &[Chosen<'_>], violations: &[Violation]) -> Vec<String> {
    let alertname = test.alertname.text();
    let rules: Vec<&RuleTimeline> = running.run.alerting_rules(alertname).collect();
    if rules.is_empty() {
        return vec![alerts::no_such_rule(running, alertname)];
    }
    let mut notes: Vec<String> = Vec::new();
    for violation in violations.iter().take(MAX_NOTES) {
        let note = match &violation.kind {
            ViolationKind::NoAlert | ViolationKind::Count(0) => Some(no_alert(running, test, &rules)),
            ViolationKind::Missing { moment: Moment::Firing, expected_ms }
            | ViolationKind::Moved { moment: Moment::Firing, expected_ms, .. } => {
                let timeline = violation.life.and_then(|life| chosen.get(life)).map(|chosen| chosen.timeline);
                let step = running.step_of(*expected_ms);
                timeline.zip(step).and_then(|(timeline, step)| why_not(running, &rules, timeline, step, chosen.len()))
            }
            _ => None,
        };
        notes.extend(note.filter(|note| !notes.contains(note)));
    }
    notes
}

/// Why an alert does not fire at `step`.
fn why_not(
    running: &Running<'_>,
    rules: &[&RuleTimeline],
    timeline: &AlertTimeline,
    step: usize,
    count: usize,
) -> Option<String> {
    let firing = timeline.phase_at(step).is_some_and(|phase| phase.state.is_firing());
    (!firing).then(|| alerts::life_around(running, rules, timeline, step, count > 1))
}

/// Why no alert has the name and the labels: nothing is ever active, or what is has other labels.
fn no_alert(running: &Running<'_>, test: &TimelineTest, rules: &[&RuleTimeline]) -> String {
    let all = rules.iter().flat_map(|rule| &rule.alerts);
    let fits = |timeline: &AlertTimeline| {
        let accepted = test.labels.iter().filter(|(name, pattern)| pattern.accepts(value(timeline, name.text())));
        accepted.count()
    };
    let Some(nearest) = all.max_by_key(|timeline| fits(timeline)) else {
        return alerts::never_active(running, rules);
    };
    let other = test.labels.iter().find(|(name, pattern)| !pattern.accepts(value(nearest, name.text())));
    match other {
        Some((name, pattern)) => format!(
            "there is `{}`, of which `{}` is {} instead of {}{}",
            nearest.labels,
            name.text(),
            quote(value(nearest, name.text()).as_bytes()),
            pattern.kind.words(),
            quote(pattern.text.text().as_bytes()),
        ),
        None => format!("`{}` becomes active later than this timeline looks", nearest.labels),
    }
}

fn value<'t>(timeline: &'t AlertTimeline, name: &str) -> &'t str {
    timeline.labels.get(name).unwrap_or_default()
}
