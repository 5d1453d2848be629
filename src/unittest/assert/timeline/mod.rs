//! `alert_timeline`: when the alerts of one name become pending, fire and resolve.
//!
//! An assertion is about every alert, by its labels, that has the name and the labels that the item gives, and that is
//! pending or firing at some evaluation of the test. All of them must comply, and there must be one unless only
//! something is said that never happens.

mod life;

use std::rc::Rc;

use super::compare;
use crate::alerting::{AlertTimeline, RuleTimeline};
use crate::model::duration::format_duration;
use crate::source::Span;
use crate::testfile::{Moment, Moments, TimelineTest};
use crate::unittest::report::{Life, Outcome, TimelineFailure, Violation, ViolationKind};
use crate::unittest::run::Running;

pub(super) use life::{Begins, begins};

/// More violations than this are only counted.
const MAX_VIOLATIONS: usize = 200;

/// An alert that an assertion is about.
pub(in crate::unittest) struct Chosen<'a> {
    pub(in crate::unittest) rule: &'a RuleTimeline,
    pub(in crate::unittest) timeline: &'a AlertTimeline,
    begins: Rc<Begins>,
    /// One past the last step that counts.
    end: usize,
}

impl Chosen<'_> {
    /// The steps at which a state begins, within the time that counts.
    pub(in crate::unittest) fn begins(&self, moment: Moment) -> &[usize] {
        self.begins.of(moment, self.end)
    }
}

/// One past the last step that counts for `test`.
pub(in crate::unittest) fn end_of(running: &Running<'_>, test: &TimelineTest) -> usize {
    let until = test.until.and_then(|until| running.step_of(until.value));
    until.map_or(running.run.steps, |step| step.saturating_add(1).min(running.run.steps))
}

/// The alerts that `test` is about, in the order of their labels.
pub(in crate::unittest) fn choose<'a>(running: &'a Running<'_>, test: &TimelineTest) -> Vec<Chosen<'a>> {
    let end = end_of(running, test);
    let mut chosen = Vec::new();
    for known in running.memo.lives(&running.run, test.alertname.text()).iter() {
        let Some(rule) = running.run.rules.get(known.rule) else { continue };
        let Some(timeline) = rule.alerts.get(known.alert) else { continue };
        let is_there = timeline.phases.first().is_some_and(|phase| phase.first < end);
        if is_there && has_labels(test, timeline) {
            chosen.push(Chosen { rule, timeline, begins: Rc::clone(&known.begins), end });
        }
    }
    chosen
}

/// Whether the alert has the labels that `test` chooses by.
pub(in crate::unittest) fn has_labels(test: &TimelineTest, timeline: &AlertTimeline) -> bool {
    test.labels.iter().all(|(name, pattern)| pattern.accepts(timeline.labels.get(name.text()).unwrap_or_default()))
}

/// Checks `test`.
pub(in crate::unittest) fn check(running: &Running<'_>, test: &TimelineTest) -> Outcome {
    let chosen = choose(running, test);
    let mut found = Found { running, violations: Vec::new(), count: 0 };
    found.number(test, &chosen);
    for (index, chosen) in chosen.iter().enumerate() {
        for moments in &test.moments {
            found.moments(index, moments, chosen.begins(moments.moment));
        }
        found.annotations(test, index, chosen);
    }
    if found.count == 0 {
        return Outcome::Passed;
    }
    Outcome::Timeline(Box::new(found.failure(test, &chosen)))
}

/// What is not as expected.
struct Found<'a> {
    running: &'a Running<'a>,
    violations: Vec<Violation>,
    count: usize,
}

impl Found<'_> {
    fn push(&mut self, life: Option<usize>, kind: ViolationKind, span: Span, message: impl FnOnce(&Self) -> String) {
        self.count += 1;
        if self.violations.len() < MAX_VIOLATIONS {
            let message = message(self);
            self.violations.push(Violation { life, kind, message, span });
        }
    }

    /// Whether there are as many alerts as there should be, and whether one of them fires if it has to.
    fn number(&mut self, test: &TimelineTest, chosen: &[Chosen<'_>]) {
        let there = chosen.len();
        if let Some(count) = test.count.filter(|count| count.value != there) {
            let are =
                if there == 1 { "there is 1 such alert".to_owned() } else { format!("there are {there} such alerts") };
            self.push(None, ViolationKind::Count(there), count.span, |_| format!("{are}, not {}", count.value));
        } else if there == 0 && test.needs_an_alert() {
            let message = |_: &Self| "no such alert is ever pending or firing".to_owned();
            self.push(None, ViolationKind::NoAlert, test.alertname.span, message);
        }
        let fires = chosen.iter().any(|chosen| !chosen.begins(Moment::Firing).is_empty());
        if let Some((name, _)) = test.annotations.first().filter(|_| there > 0 && !fires) {
            let message = |_: &Self| "it never fires, so it has no annotations to compare".to_owned();
            self.push(None, ViolationKind::NeverFires, name.span, message);
        }
    }

    /// Compares when a state begins with when it should.
    fn moments(&mut self, life: usize, moments: &Moments, actual: &[usize]) {
        let moment = moments.moment;
        let (expected, actual) = self.unequal(moments, actual);
        let verb = moment.verb();
        for index in 0..expected.len().max(actual.len()) {
            match (expected.get(index).copied(), actual.get(index).copied()) {
                (Some((expected_ms, span)), Some(actual_ms)) => {
                    let kind = ViolationKind::Moved { moment, expected_ms, actual_ms };
                    self.push(Some(life), kind, span, |found| {
                        format!("{verb} at {}, {}", format_duration(actual_ms), found.shift(expected_ms, actual_ms))
                    });
                }
                (Some((expected_ms, span)), None) => {
                    let message = |_: &Self| format!("{} at {}", negative(moment), format_duration(expected_ms));
                    self.push(Some(life), ViolationKind::Missing { moment, expected_ms }, span, message);
                }
                (None, Some(actual_ms)) => {
                    let and = if moments.times.is_empty() { "and never should" } else { "too" };
                    let message = |_: &Self| format!("{verb} at {} {and}", format_duration(actual_ms));
                    self.push(Some(life), ViolationKind::Unexpected { moment, actual_ms }, moments.span, message);
                }
                (None, None) => {}
            }
        }
    }

    /// What is only on one of the two sides, in milliseconds.
    fn unequal(&self, moments: &Moments, actual: &[usize]) -> (Vec<(i64, Span)>, Vec<i64>) {
        let actual: Vec<i64> = actual.iter().map(|step| self.running.time_of(*step)).collect();
        if moments.times.is_empty() {
            return (Vec::new(), actual);
        }
        let missing = moments.times.iter().filter(|time| actual.binary_search(&time.value).is_err());
        let missing = missing.map(|time| (time.value, time.span)).collect();
        let is_expected = |time: &i64| moments.times.binary_search_by_key(time, |expected| expected.value).is_ok();
        (missing, actual.iter().copied().filter(|time| !is_expected(time)).collect())
    }

    /// `1 evaluation later`
    fn shift(&self, expected_ms: i64, actual_ms: i64) -> String {
        let evaluations = expected_ms.abs_diff(actual_ms) / self.running.run.schedule.interval_ms.max(1).unsigned_abs();
        let direction = if actual_ms > expected_ms { "later" } else { "earlier" };
        let word = if evaluations == 1 { "evaluation" } else { "evaluations" };
        format!("{evaluations} {word} {direction}")
    }

    /// Annotations as they are at each evaluation at which the alert begins to fire.
    fn annotations(&mut self, test: &TimelineTest, life: usize, chosen: &Chosen<'_>) {
        if test.annotations.is_empty() {
            return;
        }
        for step in chosen.begins(Moment::Firing) {
            let Some(actual) = chosen.rule.annotations_at(chosen.timeline, *step) else { continue };
            for (name, pattern) in &test.annotations {
                let is = actual.iter().find(|(known, _)| known == name.text()).map_or("", |(_, text)| text.as_str());
                if pattern.accepts(is) {
                    continue;
                }
                let kind = ViolationKind::Annotation {
                    name: name.text().to_owned(),
                    expected: pattern.text.text().to_owned(),
                    pattern: pattern.kind,
                    actual: is.to_owned(),
                    at_ms: self.running.time_of(*step),
                };
                let message = |_: &Self| format!("the annotation `{}` is not as expected", name.text());
                self.push(Some(life), kind, pattern.text.span, message);
            }
        }
    }

    fn failure(self, test: &TimelineTest, chosen: &[Chosen<'_>]) -> TimelineFailure {
        let running = self.running;
        let step = self.first_step(test, chosen);
        TimelineFailure {
            notes: Vec::new(),
            why: None,
            lives: Vec::new(),
            alerts: chosen.len(),
            more: self.count - self.violations.len(),
            violations: self.violations,
            schedule: running.run.schedule,
            steps: running.run.steps,
            step,
            timelines: Vec::new(),
        }
    }

    /// The first step at which something is not as expected; `None` if it concerns no certain time, as an alert does
    /// that is missing.
    fn first_step(&self, test: &TimelineTest, chosen: &[Chosen<'_>]) -> Option<usize> {
        let time = |violation: &Violation| match violation.kind {
            ViolationKind::Moved { expected_ms, actual_ms, .. } => Some(expected_ms.min(actual_ms)),
            ViolationKind::Missing { expected_ms, .. } => Some(expected_ms),
            ViolationKind::Unexpected { actual_ms, .. } => Some(actual_ms),
            ViolationKind::Annotation { at_ms, .. } => Some(at_ms),
            ViolationKind::NoAlert | ViolationKind::Count(_) | ViolationKind::NeverFires => None,
        };
        let first = self.violations.iter().filter_map(time).min().and_then(|time| self.running.step_of(time));
        // One alert too many is there from when it became active.
        let surplus = test.count.and_then(|count| {
            let mut begin: Vec<usize> =
                chosen.iter().filter_map(|one| Some(one.timeline.phases.first()?.first)).collect();
            begin.sort_unstable();
            begin.get(count.value).copied()
        });
        first.into_iter().chain(surplus).min()
    }
}

fn negative(moment: Moment) -> &'static str {
    match moment {
        Moment::Pending => "does not become pending",
        Moment::Firing => "does not fire",
        Moment::Resolved => "does not resolve",
    }
}

/// When the states of `chosen` begin.
pub(in crate::unittest) fn life_of(running: &Running<'_>, chosen: &Chosen<'_>) -> Life {
    let times = |moment| chosen.begins(moment).iter().map(|step| running.time_of(*step)).collect();
    Life {
        labels: compare::label_pairs(&chosen.timeline.labels),
        pending_at_ms: times(Moment::Pending),
        fires_at_ms: times(Moment::Firing),
        resolves_at_ms: times(Moment::Resolved),
    }
}
