//! Rules over time.

use std::cmp::Reverse;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::engine::{Observer, Point, Points, Prepared, QueryValue, Series, Store};
use crate::model::{Labels, SampleValue};
use crate::rules::RuleKind;

use super::alerts::{AlertingState, When};
use super::budget::{Budget, Limits};
use super::compile::{CompiledGroup, CompiledRule, RuleSet};
use super::plan::{Block, Plan, PlannedRule};
use super::recording::RecordingState;
use super::render::NOT_A_VECTOR;
use super::timeline::{RuleTimeline, Run, RunError, RunErrorKind};
use super::turns::Turn;

/// When rules are evaluated: at `start_ms`, `start_ms + interval_ms` … not after `end_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The first evaluation, in milliseconds since the epoch.
    pub start_ms: i64,
    /// No evaluation is later; inclusive.
    pub end_ms: i64,
    /// From one evaluation to the next, in milliseconds; at least 1.
    pub interval_ms: i64,
}

/// A series that is given, not recorded.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its labels.
    pub labels: Labels,
    /// Its samples by time (milliseconds). At each evaluation those that are not later have been loaded.
    pub samples: Vec<(i64, SampleValue)>,
}

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Evaluates every rule step by step even where one pass would do; for tests of the fast path.
    pub step_by_step: bool,
    /// Keeps what each alerting rule's expression gave at each step, also for elements that never become an alert.
    pub keep_expressions: bool,
    /// Observes what the operators of each rule's expression do; see [`RuleTimeline::operators`].
    pub observe: bool,
    /// How much the run may make.
    pub limits: Limits,
    /// Its turn among large runs, if others run at the same time.
    pub turn: Option<Arc<Turn>>,
}

impl Schedule {
    /// How many evaluations there are.
    pub fn steps(&self) -> usize {
        if self.end_ms < self.start_ms || self.interval_ms < 1 {
            return 0;
        }
        usize::try_from((self.end_ms.saturating_sub(self.start_ms)) / self.interval_ms).map_or(usize::MAX, |n| n + 1)
    }

    /// The time of evaluation `step`, in milliseconds.
    pub fn time(&self, step: usize) -> i64 {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        self.start_ms.saturating_add(step.saturating_mul(self.interval_ms))
    }

    /// The last evaluation that is not after `t_ms`; `None` before the first one.
    pub fn step_at(&self, t_ms: i64) -> Option<usize> {
        if t_ms < self.start_ms {
            return None;
        }
        let step = usize::try_from(t_ms.saturating_sub(self.start_ms) / self.interval_ms.max(1)).ok()?;
        self.steps().checked_sub(1).map(|last| step.min(last))
    }
}

/// Evaluates `rules` at every step of `schedule`, as `promtool test rules` does: before each step the samples of
/// `inputs` up to its time are loaded into `store`, groups are evaluated in order and their rules one after the other,
/// each one's output is written before the next. A rule that fails ends the run after its step.
///
/// Afterwards `store` holds the inputs up to the last step and all that was recorded.
pub fn run(rules: &RuleSet, store: &mut Store, inputs: &[Input], schedule: &Schedule, options: &RunOptions) -> Run {
    let plan = rules.plan(schedule.start_ms);
    inputs.iter().for_each(|input| store.declare(&input.labels));
    let steps = schedule.steps();
    if options.step_by_step || plan.is_step_by_step(inputs) {
        return Runner::new(rules, &plan, schedule, options).step_by_step(store, inputs, steps);
    }
    let before = store.clone();
    let run = Runner::new(rules, &plan, schedule, options).in_passes(store, inputs, steps);
    let is_over_budget =
        run.errors.iter().any(|error| matches!(error.kind, RunErrorKind::Budget(_) | RunErrorKind::Late(_)));
    let failed = run.errors.iter().map(|error| error.step).min();
    let Some(failed) = failed.filter(|step| step + 1 < steps && !is_over_budget) else { return run };
    // Passes went on beyond the step with which the run ends: once more, up to there.
    *store = before;
    Runner::new(rules, &plan, schedule, options).in_passes(store, inputs, failed + 1)
}

/// How many steps are evaluated in one go; bounds the memory that an expression's result takes.
const STEPS_PER_PASS: usize = 4096;

/// How many where time is limited: the clock is looked at in between.
const STEPS_PER_TIMED_PASS: usize = 256;

/// So many rules are named that took most of the time.
const SHOWN_RULES: usize = 3;

/// A run in progress.
struct Runner<'a> {
    plan: &'a Plan,
    schedule: &'a Schedule,
    set: &'a RuleSet,
    rules: Vec<RunningRule<'a>>,
    errors: Vec<RunError>,
    budget: Rc<Budget>,
}

/// A rule between two evaluations.
struct RunningRule<'a> {
    planned: &'a PlannedRule,
    group: &'a CompiledGroup,
    rule: &'a Arc<CompiledRule>,
    /// The expression as it is evaluated.
    prepared: &'a Prepared,
    state: RuleState,
    /// (first step, number of elements) where the number changes.
    counts: Vec<(usize, usize)>,
    /// What the expression gave, by the element's number, if that is kept.
    kept: Option<Vec<(Labels, Vec<Point>)>>,
    /// Looks at what the expression's operators do, if that is asked for.
    observer: Option<Observer>,
    budget: Rc<Budget>,
    /// How long it took so far; only where time is limited.
    spent: Duration,
}

enum RuleState {
    Alerting(Box<AlertingState>),
    Recording(RecordingState),
}

impl<'a> Runner<'a> {
    fn new(set: &'a RuleSet, plan: &'a Plan, schedule: &'a Schedule, options: &RunOptions) -> Self {
        let budget = Rc::new(Budget::new(options.limits, options.turn.clone()));
        let running = |planned: &'a PlannedRule| {
            let group = set.groups().get(planned.id.group)?;
            let rule = group.rules.get(planned.id.rule)?;
            let state = match rule.kind {
                RuleKind::Alerting => RuleState::Alerting(Box::new(AlertingState::new(
                    Arc::clone(rule),
                    set.shared_options(),
                    Rc::clone(&budget),
                ))),
                RuleKind::Recording => RuleState::Recording(RecordingState::new(Rc::clone(&budget))),
            };
            let kept = options.keep_expressions.then(Vec::new);
            let observer = options.observe.then(|| Observer::new(&rule.prepared));
            let budget = Rc::clone(&budget);
            Some(RunningRule {
                planned,
                group,
                rule,
                prepared: planned.prepared.as_ref().unwrap_or(&rule.prepared),
                state,
                counts: Vec::new(),
                kept,
                observer,
                budget,
                spent: Duration::ZERO,
            })
        };
        let rules = plan.rules.iter().filter_map(running).collect();
        Runner { plan, schedule, set, rules, errors: Vec::new(), budget }
    }

    /// Everything at each step, inputs loaded as time goes on.
    fn step_by_step(mut self, store: &mut Store, inputs: &[Input], steps: usize) -> Run {
        let mut loaded = vec![0; inputs.len()];
        let all: Vec<usize> = (0..self.rules.len()).collect();
        // Nothing is there yet that a later rule writes.
        self.rules.iter_mut().for_each(|rule| rule.prepared = &rule.rule.prepared);
        for step in 0..steps {
            let t_ms = self.schedule.time(step);
            if let Err(message) = load(store, inputs, &mut loaded, t_ms) {
                self.errors.push(RunError { step, t_ms, kind: RunErrorKind::Input, message });
                continue;
            }
            if !self.step(store, &all, step) {
                return self.finish(step + 1);
            }
        }
        self.finish(steps)
    }

    /// All inputs loaded at once; block by block over all steps.
    fn in_passes(mut self, store: &mut Store, inputs: &[Input], steps: usize) -> Run {
        if let Some(last) = steps.checked_sub(1) {
            let mut loaded = vec![0; inputs.len()];
            let t_ms = self.schedule.time(last);
            if let Err(message) = load(store, inputs, &mut loaded, t_ms) {
                self.errors.push(RunError { step: 0, t_ms, kind: RunErrorKind::Input, message });
                return self.finish(0);
            }
        }
        let plan = self.plan;
        for Block { rules, step_by_step } in &plan.blocks {
            if *step_by_step {
                let _ = (0..steps).all(|step| self.step(store, rules, step));
            } else if let Some(rule) = rules.first().and_then(|rule| self.rules.get_mut(*rule)) {
                let result = rule.timed(|rule| rule.pass(self.set, self.schedule, store, steps));
                self.errors.extend(result.err());
            }
            if self.budget.is_exceeded() {
                break;
            }
        }
        self.finish(steps)
    }

    /// Which rules took most of the time: `` `A` took 8.2s, `B` 1.1s ``.
    fn spent(&self) -> String {
        let mut rules: Vec<(Duration, &str)> =
            self.rules.iter().map(|rule| (rule.spent, rule.rule.name.as_str())).collect();
        rules.sort_by_key(|(spent, _)| Reverse(*spent));
        let longest = rules.iter().take(SHOWN_RULES).filter(|(spent, _)| !spent.is_zero());
        let mut texts: Vec<String> =
            longest.map(|(spent, name)| format!("`{name}` took {:.1}s", spent.as_secs_f64())).collect();
        let waited = self.budget.waited();
        if !waited.is_zero() {
            texts.push(format!("{:.1}s of it waiting for other large tests", waited.as_secs_f64()));
        }
        texts.join(", ")
    }

    /// One step of some rules. False if one of them failed.
    fn step(&mut self, store: &mut Store, rules: &[usize], step: usize) -> bool {
        let before = self.errors.len();
        for index in rules {
            let Some(rule) = self.rules.get_mut(*index) else { continue };
            if let Err(message) = rule.timed(|rule| rule.step(self.set, self.schedule, store, step)) {
                self.errors.push(rule.error(self.schedule, step, message));
                if self.budget.is_exceeded() {
                    break;
                }
            }
        }
        self.errors.len() == before
    }

    fn finish(mut self, steps: usize) -> Run {
        if self.budget.is_late() {
            let spent = self.spent();
            self.errors.retain(|error| matches!(error.kind, RunErrorKind::Late(_)));
            self.errors.iter_mut().for_each(|error| error.message.clone_from(&spent));
        }
        let options = self.set.shared_options();
        let timeline = |rule: RunningRule<'_>| {
            let alerts = match rule.state {
                RuleState::Alerting(state) => state.into_timelines(),
                RuleState::Recording(_) => Vec::new(),
            };
            let kept = rule.kept.unwrap_or_default().into_iter();
            let mut expression: Vec<Series> =
                kept.map(|(labels, points)| Series { labels, points: points.into_iter().collect() }).collect();
            expression.sort_by(|a, b| a.labels.cmp(&b.labels));
            RuleTimeline {
                id: rule.planned.id,
                kind: rule.rule.kind,
                name: rule.rule.name.clone(),
                alerts,
                elements: rule.counts,
                expression,
                operators: rule.observer.map(|seen| seen.operators(&rule.rule.prepared)).unwrap_or_default(),
                schedule: *self.schedule,
                rule: Arc::clone(rule.rule),
                options: Arc::clone(&options),
            }
        };
        let rules = self.rules.into_iter().map(timeline).collect();
        self.errors.sort_by_key(|error| (error.step, error.rule()));
        Run { schedule: *self.schedule, steps, rules, errors: self.errors, alerting_by_name: OnceLock::new() }
    }
}

/// Appends the samples that are not later than `t_ms`; `loaded` counts those of each input that are in the store.
fn load(store: &mut Store, inputs: &[Input], loaded: &mut [usize], t_ms: i64) -> Result<(), String> {
    for (input, loaded) in inputs.iter().zip(loaded) {
        let rest = input.samples.get(*loaded..).unwrap_or_default();
        for (sample_ms, value) in rest.iter().take_while(|(sample_ms, _)| *sample_ms <= t_ms) {
            store.append(&input.labels, *sample_ms, value.clone(), None).map_err(|error| error.to_string())?;
            *loaded += 1;
        }
    }
    Ok(())
}

impl RunningRule<'_> {
    /// Does some work, and counts how long that takes where time is limited.
    fn timed<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let started = self.budget.is_timed().then(Instant::now);
        let result = work(self);
        self.spent = self.spent.saturating_add(started.map_or(Duration::ZERO, |started| started.elapsed()));
        result
    }

    fn error(&self, schedule: &Schedule, step: usize, message: String) -> RunError {
        let id = self.planned.id;
        let kind = match (self.budget.is_late(), self.budget.is_exceeded()) {
            (true, _) => RunErrorKind::Late(id),
            (false, true) => RunErrorKind::Budget(id),
            (false, false) => RunErrorKind::Rule(id),
        };
        RunError { step, t_ms: schedule.time(step), kind, message }
    }

    /// Evaluates the rule at one step, if there is time left.
    fn step(&mut self, set: &RuleSet, schedule: &Schedule, store: &mut Store, step: usize) -> Result<(), String> {
        self.budget.time()?;
        if self.planned.is_empty_in(store) {
            return self.take(store, schedule, step, &[]);
        }
        let t_ms = schedule.time(step).saturating_sub(self.group.query_offset_ms);
        let engine = &set.options().engine;
        let output = engine.instant_observed(store, self.prepared, t_ms, self.observer.as_ref());
        // Where there was not time enough, that is the reason.
        let output = output.map_err(|error| self.budget.time().err().unwrap_or(error.message))?;
        let mut elements = match output.value {
            QueryValue::Scalar(value) => vec![(Labels::empty(), SampleValue::Float(value))],
            QueryValue::Vector(samples) => samples.into_iter().map(|sample| (sample.labels, sample.value)).collect(),
            QueryValue::String(_) | QueryValue::Matrix(_) => return Err(NOT_A_VECTOR.to_owned()),
        };
        // The order in which series are first written is the order in which they are stored: the same as in passes.
        elements.sort_by(|(a, _), (b, _)| a.cmp(b));
        let numbered: Vec<(usize, SampleValue)> =
            elements.into_iter().map(|(labels, value)| (self.number(&labels), value)).collect();
        self.take(store, schedule, step, &numbered)
    }

    /// Evaluates the rule at all steps. It ends with the first one that fails.
    fn pass(&mut self, set: &RuleSet, schedule: &Schedule, store: &mut Store, steps: usize) -> Result<(), RunError> {
        if self.planned.is_empty_in(store) {
            return Ok(());
        }
        let steps_per_pass = if self.budget.is_timed() { STEPS_PER_TIMED_PASS } else { STEPS_PER_PASS };
        for first in (0..steps).step_by(steps_per_pass) {
            let end = (first + steps_per_pass).min(steps);
            if self.planned.reads.range_dependent {
                self.steps(set, schedule, store, first..end)?;
                continue;
            }
            self.budget.time().map_err(|message| self.error(schedule, first, message))?;
            let time = |step| schedule.time(step).saturating_sub(self.group.query_offset_ms);
            let engine = &set.options().engine;
            let (start_ms, end_ms, step_ms) = (time(first), time(end - 1), schedule.interval_ms.max(1));
            let observer = self.observer.as_ref();
            let result = engine.range_observed(store, self.prepared, start_ms, end_ms, step_ms, observer);
            match result.map(|output| output.value) {
                Ok(QueryValue::Matrix(series)) => self.take_matrix(store, schedule, first..end, &series)?,
                // Step by step finds the step that fails, and its error.
                _ => self.steps(set, schedule, store, first..end)?,
            }
        }
        Ok(())
    }

    fn steps(
        &mut self,
        set: &RuleSet,
        schedule: &Schedule,
        store: &mut Store,
        steps: Range<usize>,
    ) -> Result<(), RunError> {
        for step in steps {
            self.step(set, schedule, store, step).map_err(|message| self.error(schedule, step, message))?;
        }
        Ok(())
    }

    /// Takes the result of many steps.
    fn take_matrix(
        &mut self,
        store: &mut Store,
        schedule: &Schedule,
        steps: Range<usize>,
        series: &[Series],
    ) -> Result<(), RunError> {
        let columns: Vec<(usize, &Points)> =
            series.iter().map(|series| (self.number(&series.labels), &series.points)).collect();
        let mut elements = Vec::new();
        for step in steps {
            let t_ms = schedule.time(step).saturating_sub(self.group.query_offset_ms);
            elements.clear();
            elements.extend(columns.iter().filter_map(|(element, points)| Some((*element, points.at(t_ms)?))));
            if elements.is_empty() && self.is_idle() {
                continue;
            }
            self.take(store, schedule, step, &elements).map_err(|message| self.error(schedule, step, message))?;
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        let quiet = match &self.state {
            RuleState::Alerting(state) => state.is_idle(),
            RuleState::Recording(state) => state.is_idle(),
        };
        quiet && self.counts.last().is_none_or(|(_, count)| *count == 0)
    }

    /// The number by which the rule's state knows an element.
    fn number(&mut self, labels: &Labels) -> usize {
        let number = match &mut self.state {
            RuleState::Alerting(state) => state.element(labels),
            RuleState::Recording(state) => state.element(self.rule, labels),
        };
        if let Some(kept) = self.kept.as_mut().filter(|kept| kept.len() <= number) {
            kept.push((labels.clone(), Vec::new()));
        }
        number
    }

    /// Takes the expression's result at one step: moves alerts on, writes series.
    fn take(
        &mut self,
        store: &mut Store,
        schedule: &Schedule,
        step: usize,
        elements: &[(usize, SampleValue)],
    ) -> Result<(), String> {
        if self.counts.last().map_or(0, |(_, count)| *count) != elements.len() {
            self.counts.push((step, elements.len()));
        }
        let t_ms = schedule.time(step);
        let written_ms = t_ms.saturating_sub(self.group.query_offset_ms);
        for (element, value) in elements {
            if let Some((_, points)) = self.kept.as_mut().and_then(|kept| kept.get_mut(*element)) {
                points.push(Point { t_ms: written_ms, value: value.clone() });
            }
        }
        match &mut self.state {
            RuleState::Alerting(state) => {
                state.step(store, self.group.limit, When { step, t_ms, written_ms }, elements)
            }
            RuleState::Recording(state) => state.step(store, self.group.limit, step, written_ms, elements),
        }
    }
}
