//! What became of the rules: alerts with their states over time.
//!
//! Steps are numbered from 0; [`Schedule`] says when each one is. All that does not change from step to step is kept
//! once, so that a month at one-minute steps stays small.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::engine::{OperatorOutcomes, Series};
use crate::model::{Labels, SampleValue};
use crate::rules::RuleKind;
use crate::template::NoQueries;

use super::Schedule;
use super::alerts::annotations;
use super::compile::{CompileOptions, CompiledRule};
use super::render::Element;

/// Which rule of a [`super::RuleSet`]: indices of the compiled group and of the compiled rule in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId {
    /// Index in [`super::RuleSet::groups`].
    pub group: usize,
    /// Index in [`super::CompiledGroup::rules`].
    pub rule: usize,
}

/// What [`super::run`] gives.
#[derive(Clone, Debug)]
pub struct Run {
    /// When rules were evaluated.
    pub schedule: Schedule,
    /// How many steps were evaluated; less than the schedule has where a rule failed.
    pub steps: usize,
    /// One for each rule, in the order of evaluation.
    pub rules: Vec<RuleTimeline>,
    /// What failed, by step.
    pub errors: Vec<RunError>,
    /// Where in `rules` the alerting rules of a name are; found out when first asked for.
    pub(super) alerting_by_name: OnceLock<FxHashMap<String, Vec<usize>>>,
}

/// One rule over time.
#[derive(Clone, Debug)]
pub struct RuleTimeline {
    /// Which rule.
    pub id: RuleId,
    /// Alerting or recording.
    pub kind: RuleKind,
    /// The alert's or the recorded series' name.
    pub name: String,
    /// The alerts that ever were pending or firing, in the order of their first appearance. An alert that was
    /// resolved and comes back begins a new phase of the same timeline.
    pub alerts: Vec<AlertTimeline>,
    /// How many elements the expression gave: (first step, number) where the number changes.
    pub elements: Vec<(usize, usize)>,
    /// What the expression gave, by labels; times are those of the expression's evaluation. Only with
    /// [`super::RunOptions::keep_expressions`].
    pub expression: Vec<Series>,
    /// What the operators of the expression did, over all steps. Only with [`super::RunOptions::observe`].
    pub operators: Vec<OperatorOutcomes>,
    pub(super) schedule: Schedule,
    pub(super) rule: Arc<CompiledRule>,
    pub(super) options: Arc<CompileOptions>,
}

/// The life of one alert, identified by its labels.
#[derive(Clone, Debug)]
pub struct AlertTimeline {
    /// Its labels, `alertname` included.
    pub labels: Labels,
    /// Its states, by step; in between it is inactive.
    pub phases: Vec<Phase>,
    /// The value that its templates last saw: (first step, value) where it changes.
    pub values: Vec<(usize, SampleValue)>,
    /// The labels of the expression's element: (first step, labels) where they change.
    pub elements: Vec<(usize, Labels)>,
    /// Expanded annotations where they depend on what was stored at the time (`query`): (first step, annotations)
    /// where they change. Else empty, and expanded when asked for.
    annotations: Vec<(usize, Annotations)>,
}

/// Expanded annotations, sorted by name; an empty one stays.
pub type Annotations = Arc<[(String, String)]>;

/// A run of steps in which an alert is in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The state.
    pub state: AlertState,
    /// The first step.
    pub first: usize,
    /// One past the last step.
    pub end: usize,
    /// Since when the expression holds: the time of the first pending (or, without `for`, firing) step, in
    /// milliseconds.
    pub active_at_ms: i64,
}

/// The state of an alert that is not inactive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertState {
    /// The expression holds, but not yet for as long as `for` says.
    Pending,
    /// The expression holds for long enough.
    Firing,
    /// The expression no longer holds, but `keep_firing_for` has not passed yet. It fires for Prometheus.
    KeptFiring,
}

/// An alert at one time.
#[derive(Clone, Debug)]
pub struct AlertAt<'a> {
    /// Its rule.
    pub rule: RuleId,
    /// Its whole life.
    pub timeline: &'a AlertTimeline,
    /// Its state.
    pub state: AlertState,
    /// Since when the expression holds, in milliseconds.
    pub active_at_ms: i64,
    /// The value.
    pub value: &'a SampleValue,
    /// The annotations, as of the last step at which the expression gave the alert.
    pub annotations: Annotations,
}

/// Something that failed at one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunError {
    /// The step.
    pub step: usize,
    /// Its time in milliseconds.
    pub t_ms: i64,
    /// What failed.
    pub kind: RunErrorKind,
    /// Upstream's text.
    pub message: String,
}

/// What a [`RunError`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunErrorKind {
    /// An input sample was refused; no rule was evaluated at that step.
    Input,
    /// A rule failed; the run ends with that step.
    Rule(RuleId),
    /// With this rule the run made more than its [`super::Limits`] allow; nothing of it is complete.
    Budget(RuleId),
    /// The time was up before this rule was done; the message says which rules took most of it.
    Late(RuleId),
}

impl RunError {
    /// The rule that it is about.
    pub fn rule(&self) -> Option<RuleId> {
        match self.kind {
            RunErrorKind::Input => None,
            RunErrorKind::Rule(id) | RunErrorKind::Budget(id) | RunErrorKind::Late(id) => Some(id),
        }
    }
}

impl AlertState {
    /// Whether Prometheus says `firing`.
    pub fn is_firing(self) -> bool {
        self != AlertState::Pending
    }
}

impl AlertTimeline {
    /// The phase at `step`; `None` where the alert is inactive.
    pub fn phase_at(&self, step: usize) -> Option<&Phase> {
        let index = self.phases.partition_point(|phase| phase.end <= step);
        self.phases.get(index).filter(|phase| phase.first <= step)
    }

    /// The value at `step`, as of the last step at which the expression gave one.
    pub fn value_at(&self, step: usize) -> Option<&SampleValue> {
        run_at(&self.values, step)
    }

    /// The labels of the expression's element at `step`, or when there last was one.
    pub fn element_at(&self, step: usize) -> Option<&Labels> {
        run_at(&self.elements, step)
    }

    pub(super) fn new(labels: Labels) -> Self {
        let (phases, values, elements, annotations) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        AlertTimeline { labels, phases, values, elements, annotations }
    }

    /// The expression gave the alert at `step`.
    pub(super) fn note(&mut self, step: usize, element: &Labels, value: &SampleValue) {
        if !self.values.last().is_some_and(|(_, last)| same_bits(last, value)) {
            self.values.push((step, value.clone()));
        }
        if self.elements.last().is_none_or(|(_, last)| last != element) {
            self.elements.push((step, element.clone()));
        }
    }

    /// Keeps the annotations of `step` where they are others than before; says whether they are.
    pub(super) fn note_annotations(&mut self, step: usize, annotations: &Annotations) -> bool {
        let is_new = self.annotations.last().is_none_or(|(_, last)| last != annotations);
        if is_new {
            self.annotations.push((step, Arc::clone(annotations)));
        }
        is_new
    }

    /// The alert is in `state` at `step`.
    pub(super) fn extend(&mut self, state: AlertState, step: usize, active_at_ms: i64) {
        let last = self.phases.last_mut();
        match last.filter(|last| last.end == step && last.state == state && last.active_at_ms == active_at_ms) {
            Some(last) => last.end = step + 1,
            None => self.phases.push(Phase { state, first: step, end: step + 1, active_at_ms }),
        }
    }

    /// The steps at which the alert resolved: it fired at the step before.
    pub fn resolved_steps(&self) -> impl Iterator<Item = usize> {
        let phases = &self.phases;
        phases.iter().enumerate().filter_map(|(index, phase)| {
            let goes_on = phases.get(index + 1).is_some_and(|next| next.first == phase.end && next.state.is_firing());
            (phase.state.is_firing() && !goes_on).then_some(phase.end)
        })
    }
}

fn run_at<T>(runs: &[(usize, T)], step: usize) -> Option<&T> {
    let index = runs.partition_point(|(first, _)| *first <= step).checked_sub(1)?;
    runs.get(index).map(|(_, value)| value)
}

impl Run {
    /// The rule `id`.
    pub fn rule(&self, id: RuleId) -> Option<&RuleTimeline> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The alerting rules called `alertname`, of all groups.
    pub fn alerting_rules(&self, alertname: &str) -> impl Iterator<Item = &RuleTimeline> {
        self.numbered_alerting_rules(alertname).map(|(_, rule)| rule)
    }

    /// The same with the index of each in `rules`.
    pub fn numbered_alerting_rules(&self, alertname: &str) -> impl Iterator<Item = (usize, &RuleTimeline)> {
        let by_name = self.alerting_by_name.get_or_init(|| {
            let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
            for (index, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::Alerting) {
                by_name.entry(rule.name.clone()).or_default().push(index);
            }
            by_name
        });
        by_name.get(alertname).into_iter().flatten().filter_map(|index| Some((*index, self.rules.get(*index)?)))
    }

    /// The alerts called `alertname` that are pending or firing at `t_ms`, as of the last evaluation that is not later.
    /// `promtool` compares with those for which [`AlertState::is_firing`] holds.
    pub fn alerts_at(&self, alertname: &str, t_ms: i64) -> Vec<AlertAt<'_>> {
        let Some(step) = self.schedule.step_at(t_ms) else { return Vec::new() };
        self.alerting_rules(alertname).flat_map(|rule| rule.alerts_at(step)).collect()
    }
}

impl RuleTimeline {
    /// The alerts of this rule that are pending or firing at `step`.
    pub fn alerts_at(&self, step: usize) -> Vec<AlertAt<'_>> {
        self.alerts.iter().filter_map(|timeline| self.alert_at(timeline, step)).collect()
    }

    /// One of this rule's alerts at `step`; `None` where it is inactive.
    pub fn alert_at<'a>(&self, timeline: &'a AlertTimeline, step: usize) -> Option<AlertAt<'a>> {
        let phase = timeline.phase_at(step)?;
        Some(AlertAt {
            rule: self.id,
            timeline,
            state: phase.state,
            active_at_ms: phase.active_at_ms,
            value: timeline.value_at(step)?,
            annotations: self.annotations_at(timeline, step)?,
        })
    }

    /// The annotations of one of this rule's alerts at `step`, sorted by name; an alert that is kept firing has those
    /// of the last step at which the expression gave it. `None` where it is inactive.
    pub fn annotations_at(&self, timeline: &AlertTimeline, step: usize) -> Option<Annotations> {
        timeline.phase_at(step)?;
        if let Some(kept) = run_at(&timeline.annotations, step) {
            return Some(Arc::clone(kept));
        }
        let element = self.element_at(timeline, step)?;
        Some(annotations(&self.rule, &self.options, element, &NoQueries))
    }

    /// What the templates of one of this rule's alerts are given at `step`. `None` where it is inactive.
    pub(super) fn element_at<'a>(&self, timeline: &'a AlertTimeline, step: usize) -> Option<Element<'a>> {
        let phase = timeline.phase_at(step)?;
        let seen = if phase.state == AlertState::KeptFiring { phase.first.saturating_sub(1) } else { step };
        Some(Element {
            labels: timeline.element_at(seen)?,
            value: timeline.value_at(seen)?,
            t_ms: self.schedule.time(seen),
        })
    }

    /// How many elements the expression gave at `step`.
    pub fn elements_at(&self, step: usize) -> usize {
        run_at(&self.elements, step).copied().unwrap_or(0)
    }
}

/// Whether two values are the same to the last bit.
pub(super) fn same_bits(a: &SampleValue, b: &SampleValue) -> bool {
    match (a, b) {
        (SampleValue::Float(a), SampleValue::Float(b)) => a.to_bits() == b.to_bits(),
        (SampleValue::Histogram(a), SampleValue::Histogram(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
