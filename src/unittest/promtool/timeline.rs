//! `alert_timeline` in promtool's words: which alerts fire right before and at each change.
//!
//! promtool compares all alerts of a name at one time, so the alerts that the timeline does not name are written too.
//! Pending alerts are not among them; the series `ALERTS` has them. A timeline that does not hold becomes assertions
//! that do not hold.

use std::collections::BTreeSet;

use super::plain::{GroupTranslation, PlainAlertTest, PlainExprTest, PlainSample};
use crate::model::gofmt::quote;
use crate::model::labels::METRIC_NAME;
use crate::testfile::{Moment, PatternKind, TimelineTest};
use crate::unittest::assert::compare;
use crate::unittest::assert::timeline::{self, Chosen};
use crate::unittest::report::{Alert, Life, Outcome, Sample, TimelineFailure, Violation, ViolationKind};
use crate::unittest::run::Running;

/// So many alerts are written for one timeline; what is beyond is left out, with a warning.
const MAX_ALERTS: usize = 20_000;

/// Adds what `test`, which went as `outcome` says, becomes.
pub(super) fn translate(running: &Running<'_>, test: &TimelineTest, outcome: &Outcome, out: &mut GroupTranslation) {
    let mut writing = Writing { running, test, out, left: MAX_ALERTS, shortened: false };
    match outcome {
        Outcome::Timeline(failure) => writing.failed(failure),
        _ => writing.held(),
    }
    // Rules are evaluated as long as for the timeline.
    let last = timeline::end_of(running, test).saturating_sub(1);
    writing.left = writing.left.max(1);
    writing.firing(last, None);
    if writing.shortened {
        let message = "this timeline has too many changes to write them all for promtool".to_owned();
        out.warnings.push((test.alertname.span, message));
    }
}

/// So many differences of one timeline become assertions of their own.
const MAX_VIOLATIONS: usize = 20;

struct Writing<'a, 'r> {
    running: &'a Running<'r>,
    test: &'a TimelineTest,
    out: &'a mut GroupTranslation,
    left: usize,
    shortened: bool,
}

/// What an assertion says otherwise than what is.
enum Change<'a> {
    /// This alert fires too.
    With(Alert),
    /// The alert with these labels does not.
    Without(&'a [(String, String)]),
    /// An annotation of the alert with these labels is this one.
    Annotation(&'a [(String, String)], &'a str, &'a str),
}

impl Writing<'_, '_> {
    fn name(&self) -> &str {
        self.test.alertname.text()
    }

    /// What is, around each change.
    fn held(&mut self) {
        let chosen = timeline::choose(self.running, self.test);
        let end = timeline::end_of(self.running, self.test);
        let changes = |moments: &[Moment]| around(&chosen, moments, end);
        for step in changes(&[Moment::Firing, Moment::Resolved]) {
            self.firing(step, None);
        }
        let says_pending = self.test.moments.iter().any(|moments| moments.moment == Moment::Pending);
        if says_pending || self.test.count.is_some() {
            let mut steps = changes(&[Moment::Pending]);
            steps.insert(end.saturating_sub(1));
            for step in steps {
                self.pending(step, None);
            }
        }
    }

    /// For each difference an assertion that promtool finds wrong too.
    fn failed(&mut self, failure: &TimelineFailure) {
        for violation in failure.violations.iter().take(MAX_VIOLATIONS) {
            let comment = format!("{}: {}", self.test.subject(), violation.message);
            if !self.violation(failure, violation, &comment) {
                self.out.more_expr_tests.push(PlainExprTest::failing(comment, 0));
                break;
            }
        }
        // What is left out does not change that it fails.
        self.shortened = false;
    }

    /// Says whether an assertion could be written that does not hold.
    fn violation(&mut self, failure: &TimelineFailure, violation: &Violation, comment: &str) -> bool {
        let life = violation.life.and_then(|life| failure.lives.get(life));
        match (&violation.kind, life) {
            (ViolationKind::NoAlert, _) => self.no_alert(comment),
            (
                ViolationKind::Moved { moment, expected_ms, .. } | ViolationKind::Missing { moment, expected_ms },
                Some(life),
            ) => self.missing(*moment, *expected_ms, life, comment),
            (ViolationKind::Unexpected { moment, actual_ms }, Some(life)) => {
                self.unexpected(*moment, *actual_ms, life, comment)
            }
            (ViolationKind::Annotation { name, expected, at_ms, .. }, Some(life)) => {
                self.step(*at_ms).is_some_and(|step| {
                    self.firing(step, Some((Change::Annotation(&life.labels, name, expected), comment)))
                })
            }
            _ => false,
        }
    }

    fn step(&self, time_ms: i64) -> Option<usize> {
        self.running.step_of(time_ms)
    }

    /// An alert with the wanted labels at the first time that is named.
    fn no_alert(&mut self, comment: &str) -> bool {
        let exact = self.test.labels.iter().filter(|(_, pattern)| pattern.kind == PatternKind::Exact);
        let mut labels: Vec<(String, String)> =
            exact.map(|(name, pattern)| (name.text().to_owned(), pattern.text.text().to_owned())).collect();
        labels.push(("alertname".to_owned(), self.name().to_owned()));
        labels.sort();
        labels.dedup_by(|a, b| a.0 == b.0);
        let of = |moment: Moment| {
            let moments = self.test.moments.iter().find(|moments| moments.moment == moment);
            moments.and_then(|moments| moments.times.first()).and_then(|time| self.step(time.value))
        };
        let (fires, pending) = (of(Moment::Firing), of(Moment::Pending));
        match (fires, pending) {
            (Some(step), _) => {
                let alert = Alert { labels, annotations: Vec::new() };
                self.firing(step, Some((Change::With(alert), comment)))
            }
            (None, Some(step)) => {
                let alert = Alert { labels, annotations: Vec::new() };
                self.pending(step, Some((Change::With(alert), comment)))
            }
            (None, None) => false,
        }
    }

    /// A state that should begin at a time, and does not begin then.
    fn missing(&mut self, moment: Moment, expected_ms: i64, life: &Life, comment: &str) -> bool {
        let Some(step) = self.step(expected_ms) else { return false };
        let before = step.checked_sub(1);
        match moment {
            Moment::Firing if self.fires(step, life) => {
                before.is_some_and(|before| self.firing(before, Some((Change::Without(&life.labels), comment))))
            }
            Moment::Firing => self.firing(step, Some((Change::With(alert_of(self.running, self.test, life)), comment))),
            Moment::Resolved if self.fires(step, life) => {
                self.firing(step, Some((Change::Without(&life.labels), comment)))
            }
            Moment::Resolved => before.is_some_and(|before| {
                let alert = alert_of(self.running, self.test, life);
                self.firing(before, Some((Change::With(alert), comment)))
            }),
            Moment::Pending if self.is_pending(step, life) => {
                before.is_some_and(|before| self.pending(before, Some((Change::Without(&life.labels), comment))))
            }
            Moment::Pending => {
                let alert = Alert { labels: life.labels.clone(), annotations: Vec::new() };
                self.pending(step, Some((Change::With(alert), comment)))
            }
        }
    }

    /// A state that begins and should not.
    fn unexpected(&mut self, moment: Moment, actual_ms: i64, life: &Life, comment: &str) -> bool {
        let Some(step) = self.step(actual_ms) else { return false };
        match moment {
            Moment::Firing => self.firing(step, Some((Change::Without(&life.labels), comment))),
            Moment::Resolved => {
                let alert = alert_of(self.running, self.test, life);
                self.firing(step, Some((Change::With(alert), comment)))
            }
            Moment::Pending => self.pending(step, Some((Change::Without(&life.labels), comment))),
        }
    }

    fn fires(&self, step: usize, life: &Life) -> bool {
        self.all_firing(step).iter().any(|alert| alert.labels == life.labels)
    }

    fn is_pending(&self, step: usize, life: &Life) -> bool {
        let wanted = alerts_labels(&life.labels);
        self.all_pending(step).is_some_and(|samples| samples.iter().any(|sample| sample.labels == wanted))
    }

    fn all_firing(&self, step: usize) -> Vec<Alert> {
        let time_ms = self.running.run.schedule.time(step);
        let alerts = self.running.run.alerts_at(self.name(), time_ms);
        let mut firing: Vec<Alert> =
            alerts.iter().filter(|alert| alert.state.is_firing()).map(compare::actual_alert).collect();
        firing.sort();
        firing
    }

    fn pending_expr(&self) -> String {
        format!("ALERTS{{alertname={}, alertstate=\"pending\"}}", quote(self.name().as_bytes()))
    }

    fn all_pending(&self, step: usize) -> Option<Vec<Sample>> {
        self.running.samples_of(&self.pending_expr(), self.running.time_of(step))
    }

    /// Writes what fires at `step`, changed or not. Says whether the change makes a difference.
    fn firing(&mut self, step: usize, change: Option<(Change<'_>, &str)>) -> bool {
        if self.is_done(false, step, change.is_none()) {
            return false;
        }
        let actual = self.all_firing(step);
        let mut alerts = actual.clone();
        let comment = change.as_ref().map(|(_, comment)| (*comment).to_owned());
        match change.map(|(change, _)| change) {
            None => {}
            Some(Change::With(alert)) => alerts.push(alert),
            Some(Change::Without(labels)) => {
                if let Some(at) = alerts.iter().position(|alert| alert.labels == labels) {
                    alerts.remove(at);
                }
            }
            Some(Change::Annotation(labels, name, text)) => {
                if let Some(alert) = alerts.iter_mut().find(|alert| alert.labels == labels) {
                    alert.annotations.retain(|(known, _)| known != name);
                    alert.annotations.push((name.to_owned(), text.to_owned()));
                    alert.annotations.sort();
                }
            }
        }
        if comment.is_some() && compare::same_alerts(&alerts, &actual) {
            return false;
        }
        self.left = self.left.saturating_sub(alerts.len().max(1));
        let (alertname, eval_time_ms) = (self.name().to_owned(), self.running.time_of(step));
        self.out.alert_tests.push(PlainAlertTest { comment, eval_time_ms, alertname, alerts });
        true
    }

    /// Writes which alerts are pending at `step`, changed or not. Says whether the change makes a difference.
    fn pending(&mut self, step: usize, change: Option<(Change<'_>, &str)>) -> bool {
        if self.is_done(true, step, change.is_none()) {
            return false;
        }
        let Some(actual) = self.all_pending(step) else { return false };
        let mut samples = actual;
        let before = samples.len();
        let comment = change.as_ref().map(|(_, comment)| (*comment).to_owned());
        match change.map(|(change, _)| change) {
            Some(Change::With(alert)) => {
                let labels = alerts_labels(&alert.labels);
                samples.push(Sample { labels, value: 1.0, histogram: String::new(), tolerance: None });
            }
            Some(Change::Without(labels)) => {
                let labels = alerts_labels(labels);
                samples.retain(|sample| sample.labels != labels);
            }
            Some(Change::Annotation(..)) | None => {}
        }
        if comment.is_some() && samples.len() == before {
            return false;
        }
        self.left = self.left.saturating_sub(samples.len().max(1));
        let samples = samples.iter().map(PlainSample::of).collect();
        let test = PlainExprTest::new(comment, self.pending_expr(), self.running.time_of(step), samples);
        self.out.more_expr_tests.push(test);
        true
    }

    /// Whether nothing more is to be written for `step`: it is there already as it is, or there is enough.
    fn is_done(&mut self, pending: bool, step: usize, as_it_is: bool) -> bool {
        self.shortened |= self.left == 0;
        self.left == 0 || as_it_is && !self.out.written.insert((pending, self.name().to_owned(), step))
    }
}

/// The steps at which the states of alerts begin, and those before.
fn around(chosen: &[Chosen<'_>], moments: &[Moment], end: usize) -> BTreeSet<usize> {
    let mut steps = BTreeSet::new();
    for chosen in chosen {
        for step in moments.iter().flat_map(|moment| chosen.begins(*moment)) {
            steps.extend(step.checked_sub(1));
            steps.insert(*step);
        }
    }
    steps.retain(|step| *step < end);
    steps
}

/// An alert as it is when it begins to fire; without annotations where it never does.
fn alert_of(running: &Running<'_>, test: &TimelineTest, life: &Life) -> Alert {
    let chosen = timeline::choose(running, test);
    let chosen = chosen.iter().find(|chosen| compare::label_pairs(&chosen.timeline.labels) == life.labels);
    let annotations = chosen.and_then(|chosen| {
        let first = chosen.begins(Moment::Firing).first()?;
        chosen.rule.annotations_at(chosen.timeline, *first)
    });
    Alert { labels: life.labels.clone(), annotations: annotations.map_or_else(Vec::new, |all| all.to_vec()) }
}

/// The labels of the series `ALERTS` of a pending alert, sorted by name.
fn alerts_labels(labels: &[(String, String)]) -> Vec<(String, String)> {
    let kept = labels.iter().filter(|(name, _)| name != "alertstate").cloned();
    let own = [(METRIC_NAME, "ALERTS"), ("alertstate", "pending")];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut labels: Vec<(String, String)> = kept.chain(own).collect();
    labels.sort();
    labels
}
