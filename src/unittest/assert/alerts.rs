//! Assertions on the alerts that fire at a time.

use std::rc::Rc;

use super::compare;
use crate::model::duration::format_duration;
use crate::source::{Diagnostic, Severity};
use crate::testfile::AlertTest;
use crate::unittest::report::{Alert, AlertFailure, Outcome};
use crate::unittest::run::Running;

/// The labels and annotations of the alerts that one assertion compares may have so many bytes together.
const MAX_COMPARED_BYTES: usize = 128 << 20;

/// How the assertion went; not decided where no rule is evaluated at its time.
pub(super) fn check(running: &Running<'_>, test: &AlertTest) -> Outcome {
    let Some(step) = running.step_of(test.eval_time.value) else { return Outcome::NotRun };
    let expected = compare::expected_alerts(test);
    let Some(actual) = firing(running, test, step) else { return too_much(running, test) };
    if compare::same_alerts(&expected, &actual) {
        return Outcome::Passed;
    }
    Outcome::Alerts(Box::new(AlertFailure {
        expected,
        actual: actual.to_vec(),
        differences: Vec::new(),
        is_shortened: false,
        schedule: running.run.schedule,
        steps: running.run.steps,
        step,
        timelines: Vec::new(),
        notes: Vec::new(),
        why: None,
    }))
}

/// The alerts that fire at `step`, sorted; `None` where their texts are too long together.
fn firing(running: &Running<'_>, test: &AlertTest, step: usize) -> Option<Rc<[Alert]>> {
    let alertname = test.alertname.text();
    if let Some(known) = running.memo.firing(alertname, step) {
        return Some(known);
    }
    let mut actual = Vec::new();
    let mut bytes = 0_usize;
    for rule in running.run.alerting_rules(alertname) {
        for timeline in &rule.alerts {
            if !timeline.phase_at(step).is_some_and(|phase| phase.state.is_firing()) {
                continue;
            }
            let Some(alert) = rule.alert_at(timeline, step) else { continue };
            let alert = compare::actual_alert(&alert);
            bytes = bytes.saturating_add(alert.bytes());
            if bytes > MAX_COMPARED_BYTES {
                return None;
            }
            actual.push(alert);
        }
    }
    actual.sort();
    let actual = actual.into();
    running.memo.remember_firing(alertname, step, &actual, bytes);
    Some(actual)
}

fn too_much(running: &Running<'_>, test: &AlertTest) -> Outcome {
    let message = format!(
        "the alerts `{}` that fire at {} have more than {} MiB of labels and annotations",
        test.alertname.text(),
        format_duration(test.eval_time.value),
        MAX_COMPARED_BYTES >> 20,
    );
    let place = running.shared.test.head(test.span);
    let found = Diagnostic::new("test/too-much-output", Severity::Error, message, place)
        .help("give the test fewer series, or the rule shorter texts");
    Outcome::Error(Box::new(found))
}
