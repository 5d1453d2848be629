//! What the assertions of a test group look at.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alerting::{AlertTimeline, RuleId};
use crate::promql;
use crate::source::Span;
use crate::testfile::{Moment, TimelineTest};
use crate::unittest::assert::timeline;
use crate::unittest::report::{Assertion, AssertionKind, GroupReport, Outcome};
use crate::unittest::run::Running;

use super::looked_at::ByName;

/// An assertion that looks at an alert at one time.
#[derive(Clone, Copy)]
pub(super) struct Glance {
    /// The evaluation that it looks at.
    pub(super) step: usize,
    /// Whether it compares annotations: it does not where it reads `ALERTS`.
    pub(super) annotations: bool,
}

/// An assertion that looks at the whole life of alerts.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) test: &'a TimelineTest,
    /// One past the last evaluation that it looks at.
    pub(super) end: usize,
}

impl Watch<'_> {
    /// Whether it says when this begins.
    pub(super) fn tells(&self, moment: Moment) -> bool {
        self.test.moments.iter().any(|moments| moments.moment == moment)
    }

    /// Whether it is about this alert.
    pub(super) fn sees(&self, alert: &AlertTimeline) -> bool {
        timeline::has_labels(self.test, alert) && alert.phases.first().is_some_and(|phase| phase.first < self.end)
    }

    /// Whether it says what this label or annotation is like.
    pub(super) fn names(&self, annotation: bool, name: &str) -> bool {
        let fields = if annotation { &self.test.annotations } else { &self.test.labels };
        fields.iter().any(|(field, _)| field.text() == name)
    }

    /// The evaluation at which the alert begins to fire, where it looks at annotations.
    pub(super) fn first_firing(&self, alert: &AlertTimeline) -> Option<usize> {
        let firing = alert.phases.iter().find(|phase| phase.state.is_firing()).map(|phase| phase.first);
        firing.filter(|step| *step < self.end && self.sees(alert))
    }
}

/// What the assertions of a group look at.
#[derive(Default)]
pub(super) struct Looks<'a> {
    pub(super) glances: FxHashMap<RuleId, Vec<Glance>>,
    pub(super) watches: FxHashMap<RuleId, Vec<Watch<'a>>>,
    /// All rules that an assertion looks at, directly or through another rule.
    pub(super) rules: FxHashSet<RuleId>,
}

/// Whether the assertion held or did not.
fn is_decided(assertion: &Assertion) -> bool {
    !matches!(assertion.outcome, Outcome::Error(_) | Outcome::NotRun)
}

/// What the assertions of a finished test group look at.
pub(super) fn looks<'a>(running: &Running<'a>, report: &GroupReport) -> Looks<'a> {
    let mut names = ByName::default();
    running.run.rules.iter().for_each(|rule| names.add(rule.kind, &rule.name, rule.id));
    let timelines: FxHashMap<Span, &TimelineTest> =
        running.group.timelines.iter().map(|test| (test.span, test)).collect();
    let mut looks = Looks::default();
    for assertion in report.assertions.iter().filter(|assertion| is_decided(assertion)) {
        let Some(step) = running.step_of(assertion.eval_time_ms) else { continue };
        match &assertion.kind {
            AssertionKind::Alert(name) => {
                for id in names.alerts(name) {
                    looks.glances.entry(*id).or_default().push(Glance { step, annotations: true });
                }
            }
            AssertionKind::Timeline(_) => {
                let Some(test) = timelines.get(&assertion.span) else { continue };
                let watch = Watch { test, end: timeline::end_of(running, test) };
                for id in names.alerts(test.alertname.text()) {
                    looks.watches.entry(*id).or_default().push(watch);
                }
            }
            AssertionKind::Expr(text) => {
                let Ok(expr) = promql::parse(text, running.shared.parse) else { continue };
                for id in names.alerts_read(&expr) {
                    looks.glances.entry(id).or_default().push(Glance { step, annotations: false });
                }
                looks.rules.extend(names.recorded(&expr));
            }
        }
    }
    looks.rules.extend(looks.glances.keys().chain(looks.watches.keys()).copied());
    names.follow(&mut looks.rules, |id| running.shared.set.rule(id).map(|(_, rule)| &rule.expr));
    looks
}
