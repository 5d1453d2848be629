//! Assertions on the alerts that fire at a time.

use super::compare;
use crate::testfile::AlertTest;
use crate::unittest::report::{Alert, AlertFailure, Outcome};
use crate::unittest::run::Running;

/// How the assertion went; not decided where no rule is evaluated at its time.
pub(super) fn check(running: &Running<'_>, test: &AlertTest) -> Outcome {
    let Some(step) = running.step_of(test.eval_time.value) else { return Outcome::NotRun };
    let expected = compare::expected_alerts(test);
    let alerts = running.run.alerts_at(test.alertname.text(), running.since_epoch(test.eval_time.value));
    let firing = alerts.iter().filter(|alert| alert.state.is_firing());
    let mut actual: Vec<Alert> = firing.map(compare::actual_alert).collect();
    if compare::same_alerts(&expected, &actual) {
        return Outcome::Passed;
    }
    actual.sort();
    Outcome::Alerts(Box::new(AlertFailure {
        expected,
        actual,
        differences: Vec::new(),
        schedule: running.run.schedule,
        steps: running.run.steps,
        step,
        timelines: Vec::new(),
        notes: Vec::new(),
        why: None,
    }))
}
