//! Alerting rules: the state of each alert from one evaluation to the next, as upstream's `AlertingRule.Eval`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::{Prepared, Store};
use crate::model::labels::METRIC_NAME;
use crate::model::{Labels, SampleValue};

use super::budget::Budget;
use super::compile::{CompileOptions, CompiledRule};
use super::render::{Dependence, Element, StoreQuerier, expand};
use super::timeline::{AlertState, AlertTimeline, Annotations, same_bits};
use super::writer::Writer;

/// The series of the states of alerts.
pub(super) const ALERTS: &str = "ALERTS";
/// The series of the times since which alerts are active.
pub(super) const ALERTS_FOR_STATE: &str = "ALERTS_FOR_STATE";
const ALERT_NAME: &str = "alertname";
const ALERT_STATE: &str = "alertstate";

type PreparedQueries = RefCell<FxHashMap<String, Result<Prepared, String>>>;

/// An alerting rule between two evaluations.
#[derive(Debug)]
pub(super) struct AlertingState {
    rule: Arc<CompiledRule>,
    options: Arc<CompileOptions>,
    /// On what labels and annotations depend, beside the element's labels.
    labels_on: Dependence,
    annotations_on: Dependence,
    elements: Vec<KnownElement>,
    by_labels: FxHashMap<Labels, usize>,
    alerts: Vec<Alert>,
    by_alert_labels: FxHashMap<Labels, usize>,
    /// The alerts that are pending or firing.
    active: Vec<usize>,
    /// Scratch: which alert each element of this evaluation is.
    current: Vec<usize>,
    writer: Writer,
    budget: Rc<Budget>,
    queries: PreparedQueries,
}

/// A label set that the expression gave.
#[derive(Debug)]
struct KnownElement {
    labels: Labels,
    /// The alert that it was last, and the value that its labels were expanded with.
    alert: Option<(usize, SampleValue)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Inactive,
    Pending,
    Firing,
}

/// An alert with its labels.
#[derive(Debug)]
struct Alert {
    state: State,
    active_at_ms: i64,
    keep_firing_since_ms: Option<i64>,
    /// The last evaluation (plus one) at which the expression gave it.
    seen: usize,
    /// The numbers of its output series: pending, firing, for-state. Made when first needed.
    outputs: [Option<usize>; 3],
    timeline: AlertTimeline,
}

/// When an evaluation is.
#[derive(Clone, Copy)]
pub(super) struct When {
    /// The evaluation's number.
    pub(super) step: usize,
    /// Its time in milliseconds.
    pub(super) t_ms: i64,
    /// The time of what is written: the group's offset taken off.
    pub(super) written_ms: i64,
}

impl AlertingState {
    pub(super) fn new(rule: Arc<CompiledRule>, options: Arc<CompileOptions>, budget: Rc<Budget>) -> Self {
        AlertingState {
            labels_on: Dependence::of(&rule.labels),
            annotations_on: Dependence::of(&rule.annotations),
            rule,
            options,
            elements: Vec::new(),
            by_labels: FxHashMap::default(),
            alerts: Vec::new(),
            by_alert_labels: FxHashMap::default(),
            active: Vec::new(),
            current: Vec::new(),
            writer: Writer::new(Rc::clone(&budget)),
            budget,
            queries: RefCell::default(),
        }
    }

    /// The number by which [`AlertingState::step`] knows an element.
    pub(super) fn element(&mut self, labels: &Labels) -> usize {
        if let Some(index) = self.by_labels.get(labels) {
            return *index;
        }
        let index = self.elements.len();
        self.elements.push(KnownElement { labels: labels.clone(), alert: None });
        self.by_labels.insert(labels.clone(), index);
        index
    }

    /// Whether an evaluation without elements would change nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.active.is_empty() && self.writer.is_idle()
    }

    /// The timelines so far.
    pub(super) fn into_timelines(self) -> Vec<AlertTimeline> {
        self.alerts.into_iter().map(|alert| alert.timeline).collect()
    }

    /// One evaluation.
    ///
    /// # Errors
    /// Upstream's text: two elements that become the same alert, too many alerts, a sample that the store refuses. What is
    /// more than the budget allows.
    pub(super) fn step(
        &mut self,
        store: &mut Store,
        limit: Option<usize>,
        when: When,
        elements: &[(usize, SampleValue)],
    ) -> Result<(), String> {
        self.identify(store, when, elements)?;
        self.update(store, when, elements)?;
        self.budget.is_within()?;
        self.advance(when);
        if let Some(limit) = limit.filter(|limit| self.active.len() > *limit) {
            let count = self.active.len();
            for index in std::mem::take(&mut self.active) {
                if let Some(alert) = self.alerts.get_mut(index) {
                    alert.state = State::Inactive;
                }
            }
            return Err(format!("exceeded limit of {limit} with {count} alerts"));
        }
        self.write(store, when)
    }

    /// Finds the alert that each element is.
    fn identify(&mut self, store: &Store, when: When, elements: &[(usize, SampleValue)]) -> Result<(), String> {
        self.current.clear();
        for (element, value) in elements {
            let alert = self.alert_of(store, when, *element, value)?;
            let Some(seen) = self.alerts.get_mut(alert).map(|alert| &mut alert.seen) else { continue };
            if std::mem::replace(seen, when.step + 1) == when.step + 1 {
                return Err("vector contains metrics with the same labelset after applying alert labels".to_owned());
            }
            self.current.push(alert);
        }
        Ok(())
    }

    fn alert_of(&mut self, store: &Store, when: When, element: usize, value: &SampleValue) -> Result<usize, String> {
        let Some(known) = self.elements.get(element) else { return Ok(0) };
        if let Some((alert, expanded_with)) = &known.alert {
            let on = self.labels_on;
            if !on.time && !on.store && (!on.value || same_bits(expanded_with, value)) {
                return Ok(*alert);
            }
        }
        self.budget.time()?;
        let labels = self.alert_labels(store, when, &known.labels, value);
        let index = match self.by_alert_labels.get(&labels) {
            Some(index) => *index,
            None => {
                self.budget.labels(&labels)?;
                let index = self.alerts.len();
                self.by_alert_labels.insert(labels.clone(), index);
                self.alerts.push(Alert::new(labels));
                index
            }
        };
        if let Some(known) = self.elements.get_mut(element) {
            known.alert = Some((index, value.clone()));
        }
        Ok(index)
    }

    /// The element's labels without its name, then the rule's, expanded, then the alert's name.
    fn alert_labels(&self, store: &Store, when: When, labels: &Labels, value: &SampleValue) -> Labels {
        let querier =
            StoreQuerier { options: &self.options, store, prepared: &self.queries, budget: Some(&*self.budget) };
        let element = Element { labels, value, t_ms: when.t_ms };
        let mut builder = labels.builder();
        builder.delete(METRIC_NAME);
        for field in &self.rule.labels {
            builder.set(&field.name, &expand(field, &self.rule, &self.options, element, &querier));
        }
        builder.set(ALERT_NAME, &self.rule.name);
        builder.build()
    }

    /// New alerts become pending; those that are active take the new value and annotations.
    fn update(&mut self, store: &Store, when: When, elements: &[(usize, SampleValue)]) -> Result<(), String> {
        for (index, (element, value)) in self.current.iter().zip(elements) {
            let (Some(alert), Some(known)) = (self.alerts.get_mut(*index), self.elements.get(*element)) else {
                continue;
            };
            if alert.state == State::Inactive {
                alert.state = State::Pending;
                alert.active_at_ms = when.t_ms;
                alert.keep_firing_since_ms = None;
                self.active.push(*index);
            }
            alert.timeline.note(when.step, &known.labels, value);
            if self.annotations_on.store {
                self.budget.time()?;
                let querier = StoreQuerier {
                    options: &self.options,
                    store,
                    prepared: &self.queries,
                    budget: Some(&*self.budget),
                };
                let element = Element { labels: &known.labels, value, t_ms: when.t_ms };
                let annotations = annotations(&self.rule, &self.options, element, &querier);
                if alert.timeline.note_annotations(when.step, &annotations) {
                    self.budget.annotations(&annotations)?;
                }
            }
        }
        Ok(())
    }

    /// Moves every active alert on.
    fn advance(&mut self, when: When) {
        let (rule, alerts) = (&self.rule, &mut self.alerts);
        self.active.retain(|index| {
            let Some(alert) = alerts.get_mut(*index) else { return false };
            let state = alert.advance(rule, when);
            if let Some(state) = state {
                alert.timeline.extend(state, when.step, alert.active_at_ms);
            }
            state.is_some()
        });
    }

    /// Writes `ALERTS` and `ALERTS_FOR_STATE`.
    fn write(&mut self, store: &mut Store, when: When) -> Result<(), String> {
        let mut result = Ok(());
        for index in &self.active {
            let Some(alert) = self.alerts.get_mut(*index) else { continue };
            let firing = alert.state == State::Firing;
            let state = alert.output(usize::from(firing), &self.rule, &mut self.writer);
            let for_state = alert.output(2, &self.rule, &mut self.writer);
            let since = alert.active_at_ms.div_euclid(1000) as f64;
            for (series, value) in [(state, 1.0), (for_state, since)] {
                let value = SampleValue::Float(value);
                if let Err(error) = self.writer.write(store, series, when.step, when.written_ms, value) {
                    result = Err(error);
                }
            }
            if self.writer.is_over_budget() {
                break;
            }
        }
        self.writer.finish(store, when.step, when.written_ms);
        result
    }
}

impl Alert {
    fn new(labels: Labels) -> Self {
        Alert {
            state: State::Inactive,
            active_at_ms: 0,
            keep_firing_since_ms: None,
            seen: 0,
            outputs: [None; 3],
            timeline: AlertTimeline::new(labels),
        }
    }

    /// The state at this evaluation; `None` where the alert is gone.
    fn advance(&mut self, rule: &CompiledRule, when: When) -> Option<AlertState> {
        let seen = self.seen == when.step + 1;
        if seen {
            self.keep_firing_since_ms = None;
        } else {
            let mut kept = false;
            if self.state == State::Firing && rule.keep_firing_for_ms > 0 {
                let since = *self.keep_firing_since_ms.get_or_insert(when.t_ms);
                kept = when.t_ms.saturating_sub(since) < rule.keep_firing_for_ms;
            }
            if !kept {
                self.state = State::Inactive;
                return None;
            }
        }
        if self.state == State::Pending && when.t_ms.saturating_sub(self.active_at_ms) >= rule.for_ms {
            self.state = State::Firing;
        }
        Some(match (self.state, seen) {
            (State::Firing, true) => AlertState::Firing,
            (State::Firing, false) => AlertState::KeptFiring,
            _ => AlertState::Pending,
        })
    }

    /// The number of an output series: 0 `ALERTS` pending, 1 `ALERTS` firing, 2 `ALERTS_FOR_STATE`.
    fn output(&mut self, which: usize, rule: &CompiledRule, writer: &mut Writer) -> usize {
        if let Some(Some(series)) = self.outputs.get(which) {
            return *series;
        }
        // Upstream begins with the rule's labels as they are written: one whose template expands to nothing shows
        // up with its template.
        let written = rule.labels.iter().map(|field| (field.name.as_str(), field.text.as_str()));
        let metric = if which == 2 { ALERTS_FOR_STATE } else { ALERTS };
        let state = match which {
            0 => Some((ALERT_STATE, "pending")),
            1 => Some((ALERT_STATE, "firing")),
            _ => None,
        };
        let own = [(METRIC_NAME, metric), (ALERT_NAME, rule.name.as_str())].into_iter().chain(state);
        let series = writer.series(&Labels::from_pairs(written.chain(self.timeline.labels.iter()).chain(own)));
        if let Some(slot) = self.outputs.get_mut(which) {
            *slot = Some(series);
        }
        series
    }
}

/// The expanded annotations of a rule for one element.
pub(super) fn annotations(
    rule: &CompiledRule,
    options: &CompileOptions,
    element: Element<'_>,
    querier: &dyn crate::template::Querier,
) -> Annotations {
    rule.annotations.iter().map(|field| (field.name.clone(), expand(field, rule, options, element, querier))).collect()
}
