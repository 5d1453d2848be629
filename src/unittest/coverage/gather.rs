//! Which points a test group reaches, and which it covers.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Collector;
use super::collect::RuleHits;
use super::model::What;
use super::sites::{RuleSites, Source};
use crate::alerting::{AlertState, AlertTimeline, CompiledRule, RuleId, RuleTimeline};
use crate::promql::ast::{MatchOp, VectorSelector};
use crate::promql::regex::AnchoredRegex;
use crate::promql::{self, Expr};
use crate::rules::RuleKind;
use crate::source::Span;
use crate::template::TakenBranches;
use crate::unittest::group::Running;
use crate::unittest::reads::metric_name;
use crate::unittest::report::{Assertion, AssertionKind, GroupReport, Outcome};

/// An assertion that looks at an alert.
#[derive(Clone, Copy)]
struct Glance {
    /// The evaluation that it looks at.
    step: usize,
    /// Whether it compares annotations: it does not where it reads `ALERTS`.
    annotations: bool,
}

/// What the assertions of a group look at.
#[derive(Default)]
struct Looks {
    alerts: FxHashMap<RuleId, Vec<Glance>>,
    /// All rules that an assertion looks at, directly or through another rule.
    rules: FxHashSet<RuleId>,
}

/// Adds what a finished test group covers.
pub(in crate::unittest) fn gather(running: &Running<'_>, report: &GroupReport, collector: &Collector) {
    let looks = looks(running, report);
    let mut by_file: FxHashMap<usize, Vec<RuleHits>> = FxHashMap::default();
    let files: Vec<_> = running.shared.rules.files.iter().map(|file| collector.file(file)).collect();
    for timeline in &running.run.rules {
        let Some((group, compiled)) = running.shared.set.rule(timeline.id) else { continue };
        let counts = files.get(group.file).and_then(|file| file.get());
        let Some(sites) = counts.and_then(|file| file.sites.get(group.index)?.get(compiled.index)) else { continue };
        let rule = Rule { running, timeline, compiled, sites, looks: &looks };
        if rule.happened() {
            let hits = RuleHits { rule: (group.index, compiled.index), tested: rule.tested(), points: rule.points() };
            by_file.entry(group.file).or_default().push(hits);
        }
    }
    for (file, hits) in by_file {
        if let Some(counts) = files.get(file).and_then(|file| file.get()) {
            counts.add(hits);
        }
    }
}

/// Whether the assertion held or did not.
fn is_decided(assertion: &Assertion) -> bool {
    match assertion.outcome {
        Outcome::Error(_) | Outcome::NotRun => false,
        Outcome::Passed | Outcome::Alerts(_) | Outcome::Samples(_) => true,
    }
}

fn looks(running: &Running<'_>, report: &GroupReport) -> Looks {
    let mut names: FxHashMap<(RuleKind, &str), Vec<RuleId>> = FxHashMap::default();
    for rule in &running.run.rules {
        names.entry((rule.kind, &rule.name)).or_default().push(rule.id);
    }
    let mut looks = Looks::default();
    for assertion in report.assertions.iter().filter(|assertion| is_decided(assertion)) {
        let Some(step) = running.step_of(assertion.eval_time_ms) else { continue };
        match &assertion.kind {
            AssertionKind::Alert(name) => {
                for id in names.get(&(RuleKind::Alerting, name.as_str())).into_iter().flatten() {
                    looks.alerts.entry(*id).or_default().push(Glance { step, annotations: true });
                }
            }
            AssertionKind::Expr(text) => {
                let Ok(expr) = promql::parse(text, &running.shared.options.load.parse) else { continue };
                read_alerts(&expr, running, step, &mut looks);
                looks.rules.extend(recorded(&expr, &names));
            }
        }
    }
    looks.rules.extend(looks.alerts.keys().copied());
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
fn read_alerts(expr: &Expr, running: &Running<'_>, step: usize, looks: &mut Looks) {
    expr.walk(&mut |part| {
        let Some(selector) = part.selector() else { return };
        if !metric_name(selector).is_some_and(|name| name == "ALERTS" || name == "ALERTS_FOR_STATE") {
            return;
        }
        for rule in running.run.rules.iter().filter(|rule| rule.kind == RuleKind::Alerting) {
            if selects_alert(selector, &rule.name) {
                looks.alerts.entry(rule.id).or_default().push(Glance { step, annotations: false });
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

/// A rule in a finished run.
struct Rule<'a> {
    running: &'a Running<'a>,
    timeline: &'a RuleTimeline,
    compiled: &'a CompiledRule,
    sites: &'a RuleSites,
    looks: &'a Looks,
}

/// A fact about a rule: whether it is covered, and whether it was reached.
type Hit = [bool; 2];

impl Rule<'_> {
    fn tested(&self) -> bool {
        self.looks.rules.contains(&self.timeline.id)
    }

    /// Whether there is anything to say about the rule.
    fn happened(&self) -> bool {
        let acted = |outcomes: &[bool; 2]| outcomes.contains(&true);
        self.tested()
            || !self.timeline.elements.is_empty()
            || self.timeline.operators.iter().any(|operator| acted(&operator.outcomes))
    }

    fn glances(&self) -> &[Glance] {
        self.looks.alerts.get(&self.timeline.id).map_or(&[], Vec::as_slice)
    }

    fn points(&self) -> Vec<Hit> {
        let taken = self.taken_branches();
        let states = States::of(self);
        let fields = (self.fields(false), self.fields(true));
        let operators: FxHashMap<Span, [bool; 2]> =
            self.timeline.operators.iter().map(|operator| (operator.span, operator.outcomes)).collect();
        let points = self.sites.rule.points.iter().zip(&self.sites.sources);
        let hit = |(point, source): (&super::Point, &Source)| match source {
            Source::State => states.get(point.what),
            Source::Operator { span, which } => {
                let seen = operators.get(span).and_then(|outcomes| outcomes.get(*which)).copied().unwrap_or(false);
                [seen && self.tested(), seen]
            }
            Source::Field { annotation } => {
                if *annotation {
                    fields.1
                } else {
                    fields.0
                }
            }
            Source::Branch { annotation, name, span, body } => {
                let taken = self.field_index(*annotation, name).and_then(|index| taken.get(index));
                [taken.is_some_and(|taken| taken.has(*span, *body)); 2]
            }
        };
        points.map(hit).collect()
    }

    /// Whether labels (or annotations) are expanded, and whether an assertion compares them.
    fn fields(&self, annotations: bool) -> Hit {
        let compares = |glance: &&Glance| glance.annotations || !annotations;
        let fires = |glance: &Glance| self.timeline.alerts.iter().any(|alert| fires(alert, glance.step));
        [self.glances().iter().filter(compares).any(fires), !self.timeline.alerts.is_empty()]
    }

    /// The number of a label or annotation, labels first.
    fn field_index(&self, annotation: bool, name: &str) -> Option<usize> {
        let (fields, before) = match annotation {
            true => (&self.compiled.annotations, self.compiled.labels.len()),
            false => (&self.compiled.labels, 0),
        };
        fields.iter().position(|field| field.name == name).map(|index| before + index)
    }

    /// The branches of templates that are taken in what assertions compare.
    fn taken_branches(&self) -> Vec<TakenBranches> {
        let is_branch = |source: &Source| matches!(source, Source::Branch { .. });
        if !self.sites.sources.iter().any(is_branch) {
            return Vec::new();
        }
        let mut taken = Vec::new();
        let fields = self.compiled.labels.len() + self.compiled.annotations.len();
        taken.resize_with(fields, TakenBranches::default);
        let steps: FxHashSet<usize> = self.glances().iter().filter(|g| g.annotations).map(|g| g.step).collect();
        for step in steps {
            for alert in self.timeline.alerts.iter().filter(|alert| fires(alert, step)) {
                self.timeline.observe_templates(alert, step, &self.running.store, &taken);
            }
        }
        taken
    }
}

fn fires(alert: &AlertTimeline, step: usize) -> bool {
    alert.phase_at(step).is_some_and(|phase| phase.state.is_firing())
}

/// The states of a rule in one run.
#[derive(Default)]
struct States {
    hits: FxHashMap<What, Hit>,
}

impl States {
    fn of(rule: &Rule<'_>) -> States {
        let mut states = States::default();
        if rule.timeline.kind == RuleKind::Recording {
            let gave = !rule.timeline.elements.is_empty();
            states.add(What::Recorded, [gave && rule.tested(), gave]);
            return states;
        }
        for alert in &rule.timeline.alerts {
            for phase in &alert.phases {
                states.add(state(phase.state), [false, true]);
            }
            if alert.resolved_steps().any(|step| step < rule.running.run.steps) {
                states.add(What::Resolved, [false, true]);
            }
        }
        for glance in rule.glances() {
            states.look(&rule.timeline.alerts, glance.step);
        }
        states
    }

    /// An assertion looks at the alerts of a rule at `step`.
    fn look(&mut self, alerts: &[AlertTimeline], step: usize) {
        let (mut active, mut resolved) = (false, false);
        for alert in alerts {
            match alert.phase_at(step) {
                Some(phase) => {
                    active = true;
                    self.add(state(phase.state), [true; 2]);
                }
                None => resolved |= alert.resolved_steps().any(|resolved| resolved <= step),
            }
        }
        if resolved {
            self.add(What::Resolved, [true; 2]);
        }
        if !active && !resolved {
            self.add(What::Silent, [true; 2]);
        }
    }

    fn add(&mut self, what: What, [covered, reached]: Hit) {
        let hit = self.hits.entry(what).or_default();
        *hit = [hit[0] || covered, hit[1] || reached];
    }

    fn get(&self, what: What) -> Hit {
        self.hits.get(&what).copied().unwrap_or_default()
    }
}

fn state(state: AlertState) -> What {
    match state {
        AlertState::Pending => What::Pending,
        AlertState::Firing => What::Firing,
        AlertState::KeptFiring => What::KeptFiring,
    }
}
