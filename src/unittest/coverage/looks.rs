//! What the assertions of a test group look at.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alerting::{AlertTimeline, RuleId};
use crate::promql::ast::{MatchOp, VectorSelector};
use crate::promql::regex::AnchoredRegex;
use crate::promql::{self, Expr};
use crate::rules::RuleKind;
use crate::source::Span;
use crate::testfile::{Moment, TimelineTest};
use crate::unittest::assert::timeline;
use crate::unittest::reads::metric_name;
use crate::unittest::report::{Assertion, AssertionKind, GroupReport, Outcome};
use crate::unittest::run::Running;

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
    let mut names: FxHashMap<(RuleKind, &str), Vec<RuleId>> = FxHashMap::default();
    for rule in &running.run.rules {
        names.entry((rule.kind, &rule.name)).or_default().push(rule.id);
    }
    let timelines: FxHashMap<Span, &TimelineTest> =
        running.group.timelines.iter().map(|test| (test.span, test)).collect();
    let mut looks = Looks::default();
    for assertion in report.assertions.iter().filter(|assertion| is_decided(assertion)) {
        let Some(step) = running.step_of(assertion.eval_time_ms) else { continue };
        match &assertion.kind {
            AssertionKind::Alert(name) => {
                for id in names.get(&(RuleKind::Alerting, name.as_str())).into_iter().flatten() {
                    looks.glances.entry(*id).or_default().push(Glance { step, annotations: true });
                }
            }
            AssertionKind::Timeline(_) => {
                let Some(test) = timelines.get(&assertion.span) else { continue };
                let watch = Watch { test, end: timeline::end_of(running, test) };
                for id in names.get(&(RuleKind::Alerting, test.alertname.text())).into_iter().flatten() {
                    looks.watches.entry(*id).or_default().push(watch);
                }
            }
            AssertionKind::Expr(text) => {
                let Ok(expr) = promql::parse(text, running.shared.parse) else { continue };
                read_alerts(&expr, running, step, &mut looks);
                looks.rules.extend(recorded(&expr, &names));
            }
        }
    }
    looks.rules.extend(looks.glances.keys().chain(looks.watches.keys()).copied());
    // What those rules read is looked at, too.
    let mut pending: Vec<RuleId> = looks.rules.iter().copied().collect();
    while let Some(id) = pending.pop() {
        let Some((_, rule)) = running.shared.set.rule(id) else { continue };
        for read in recorded(&rule.expr, &names) {
            if looks.rules.insert(read) {
                pending.push(read);
            }
        }
    }
    looks
}

/// The recording rules whose series `expr` reads by name.
fn recorded(expr: &Expr, names: &FxHashMap<(RuleKind, &str), Vec<RuleId>>) -> Vec<RuleId> {
    let mut read = Vec::new();
    expr.walk(&mut |part| {
        let Some(name) = part.selector().and_then(metric_name) else { return };
        read.extend(names.get(&(RuleKind::Recording, name.as_str())).into_iter().flatten());
    });
    read
}

/// Notes the alerts whose `ALERTS` an expression reads.
fn read_alerts(expr: &Expr, running: &Running<'_>, step: usize, looks: &mut Looks<'_>) {
    expr.walk(&mut |part| {
        let Some(selector) = part.selector() else { return };
        if !metric_name(selector).is_some_and(|name| name == "ALERTS" || name == "ALERTS_FOR_STATE") {
            return;
        }
        for rule in running.run.rules.iter().filter(|rule| rule.kind == RuleKind::Alerting) {
            if selects_alert(selector, &rule.name) {
                looks.glances.entry(rule.id).or_default().push(Glance { step, annotations: false });
            }
        }
    });
}

/// Whether all matchers for `alertname` match the name.
fn selects_alert(selector: &VectorSelector, name: &str) -> bool {
    selector.matchers.iter().filter(|matcher| matcher.name.value == "alertname").all(|matcher| {
        let value = String::from_utf8_lossy(&matcher.value.value);
        match matcher.op {
            MatchOp::Equal => value == name,
            MatchOp::NotEqual => value != name,
            MatchOp::Regex => AnchoredRegex::new(&value).is_ok_and(|regex| regex.is_match(name)),
            MatchOp::NotRegex => AnchoredRegex::new(&value).is_ok_and(|regex| !regex.is_match(name)),
        }
    })
}
