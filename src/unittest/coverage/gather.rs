//! Which points a test group reaches, and which it covers.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Collector;
use super::collect::RuleHits;
use super::looks::{Glance, Looks, Watch, looks};
use super::model::What;
use super::sites::{RuleSites, Source};
use crate::alerting::{AlertState, AlertTimeline, CompiledRule, RuleTimeline};
use crate::rules::{RuleFile, RuleKind};
use crate::source::Span;
use crate::template::TakenBranches;
use crate::testfile::Moment;
use crate::unittest::report::GroupReport;
use crate::unittest::run::{Needs, Observer, Running};

impl Observer for Collector {
    type Seen = ();

    fn needs(&self) -> Needs {
        Needs { operators: true, ..Needs::default() }
    }

    fn begin(&self, rules: &[Arc<RuleFile>]) {
        self.know(rules);
    }

    fn look(&self, running: &Running<'_>, report: &GroupReport) {
        gather(running, report, self);
    }
}

/// Adds what a finished test group covers.
fn gather(running: &Running<'_>, report: &GroupReport, collector: &Collector) {
    let looks = looks(running, report);
    let mut by_file: FxHashMap<usize, Vec<RuleHits>> = FxHashMap::default();
    let files: Vec<_> = running.shared.rules.files.iter().map(|file| collector.file(file)).collect();
    for timeline in &running.run.rules {
        let Some((group, compiled)) = running.shared.set.rule(timeline.id) else { continue };
        let counts = files.get(group.file);
        let Some(sites) = counts.and_then(|file| file.sites.get(group.index)?.get(compiled.index)) else { continue };
        let rule = RanRule { running, timeline, compiled, sites, looks: &looks };
        if rule.happened() {
            let hits = RuleHits { rule: (group.index, compiled.index), tested: rule.tested(), points: rule.points() };
            by_file.entry(group.file).or_default().push(hits);
        }
    }
    for (file, hits) in by_file {
        if let Some(counts) = files.get(file) {
            counts.add(hits);
        }
    }
}

/// A rule in a finished run.
struct RanRule<'a> {
    running: &'a Running<'a>,
    timeline: &'a RuleTimeline,
    compiled: &'a CompiledRule,
    sites: &'a RuleSites,
    looks: &'a Looks<'a>,
}

/// A fact about a rule: whether it is covered, and whether it was reached.
type Hit = [bool; 2];

impl RanRule<'_> {
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
        self.looks.glances.get(&self.timeline.id).map_or(&[], Vec::as_slice)
    }

    fn watches(&self) -> &[Watch<'_>] {
        self.looks.watches.get(&self.timeline.id).map_or(&[], Vec::as_slice)
    }

    fn points(&self) -> Vec<Hit> {
        let taken = self.taken_branches();
        let states = States::of(self);
        let glanced = [self.glanced(false), self.glanced(true)];
        let operators: FxHashMap<Span, [bool; 2]> =
            self.timeline.operators.iter().map(|operator| (operator.span, operator.outcomes)).collect();
        let points = self.sites.rule.points.iter().zip(&self.sites.sources);
        let hit = |(point, source): (&super::Point, &Source)| match source {
            Source::State => states.get(point.what),
            Source::Operator { span, which } => {
                let seen = operators.get(span).and_then(|outcomes| outcomes.get(*which)).copied().unwrap_or(false);
                [seen && self.tested(), seen]
            }
            Source::Field { annotation, name } => {
                let compared = glanced[usize::from(*annotation)] || self.watched(*annotation, name);
                [compared, !self.timeline.alerts.is_empty()]
            }
            Source::Branch { annotation, name, span, body } => {
                let compared = glanced[usize::from(*annotation)] || self.watched(*annotation, name);
                let taken = self.field_index(*annotation, name).and_then(|index| taken.get(index));
                [compared && taken.is_some_and(|taken| taken.has(*span, *body)); 2]
            }
        };
        points.map(hit).collect()
    }

    /// Whether an assertion about one time compares the labels (or the annotations) of an alert.
    fn glanced(&self, annotations: bool) -> bool {
        let compares = |glance: &&Glance| glance.annotations || !annotations;
        let fires = |glance: &Glance| self.timeline.alerts.iter().any(|alert| fires(alert, glance.step));
        self.glances().iter().filter(compares).any(fires)
    }

    /// Whether an assertion about the life of an alert says what the label (or the annotation) is like.
    fn watched(&self, annotation: bool, name: &str) -> bool {
        let alerts = || self.timeline.alerts.iter();
        let watches = self.watches().iter().filter(|watch| watch.names(annotation, name));
        watches.into_iter().any(|watch| alerts().any(|alert| watch.first_firing(alert).is_some()))
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
        for watch in self.watches() {
            for (alert, step) in self.timeline.alerts.iter().filter_map(|a| Some((a, watch.first_firing(a)?))) {
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
    fn of(rule: &RanRule<'_>) -> States {
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
            if alert.resolved_steps().next().is_some_and(|step| step < rule.running.run.steps) {
                states.add(What::Resolved, [false, true]);
            }
        }
        for glance in rule.glances() {
            states.look(&rule.timeline.alerts, glance.step);
        }
        for watch in rule.watches() {
            states.watch(&rule.timeline.alerts, watch);
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
                None => resolved |= alert.resolved_steps().next().is_some_and(|resolved| resolved <= step),
            }
        }
        if resolved {
            self.add(What::Resolved, [true; 2]);
        }
        if !active && !resolved {
            self.add(What::Silent, [true; 2]);
        }
    }

    /// An assertion looks at the lives of alerts. One that says when they fire says, too, that they do not before.
    fn watch(&mut self, alerts: &[AlertTimeline], watch: &Watch<'_>) {
        let mut first = usize::MAX;
        for alert in alerts.iter().filter(|alert| watch.sees(alert)) {
            for phase in alert.phases.iter().take_while(|phase| phase.first < watch.end) {
                first = first.min(phase.first);
                let tells =
                    watch.tells(Moment::Firing) || (phase.state == AlertState::Pending && watch.tells(Moment::Pending));
                self.add(state(phase.state), [tells, true]);
            }
            if watch.tells(Moment::Resolved) && alert.resolved_steps().next().is_some_and(|step| step < watch.end) {
                self.add(What::Resolved, [true; 2]);
            }
        }
        if first > 0 && (watch.tells(Moment::Firing) || watch.tells(Moment::Pending)) {
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
