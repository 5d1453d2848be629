//! What the tests share: rules and series as text, runs as text.

use std::sync::Arc;

use crate::alerting::{AlertState, AlertTimeline, CompileOptions, Input, RuleSet, Run, RunOptions, Schedule, run};
use crate::engine::Store;
use crate::model::labels::METRIC_NAME;
use crate::model::{Labels, SampleValue, is_stale_nan};
use crate::promql::series::{SeriesItems, parse_line};
use crate::rules::{LoadOptions, load};
use crate::source::SourceFile;
use crate::yaml;

pub(super) const MINUTE: i64 = 60_000;

/// The rules of a file, or the text of its first problem.
pub(super) fn compile(text: &str, options: CompileOptions) -> RuleSet {
    let file = Arc::new(SourceFile::new("rules.yml", text));
    let rules = load(&yaml::parse(&file), &file, &LoadOptions::default()).expect("a rule file");
    assert!(rules.problems.is_empty(), "{:?}", rules.problems);
    let (set, problems) = RuleSet::compile(&[Arc::new(rules)], options);
    assert!(problems.is_empty(), "{problems:?}");
    set
}

/// Series a line, one sample a minute.
pub(super) fn inputs(text: &str) -> Vec<Input> {
    let input = |line: &str| {
        let line = parse_line(line.trim()).unwrap();
        let SeriesItems::Values(values) = line.items else { panic!("start timestamps") };
        let samples = values.first.into_iter().zip(0..).filter_map(|(value, minute)| Some((minute * MINUTE, value?)));
        Input { labels: line.labels, samples: samples.collect() }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(input).collect()
}

/// A finished run and the store it left.
pub(super) struct Ran {
    pub(super) run: Run,
    pub(super) store: Store,
}

/// Runs rules over series for some minutes, one step a minute, both ways.
pub(super) fn ran(rules: &str, series: &str, minutes: i64) -> Ran {
    let set = compile(rules, CompileOptions::default());
    let inputs = inputs(series);
    let fast = ran_with(&set, &inputs, minutes, RunOptions::default());
    let slow = ran_with(&set, &inputs, minutes, RunOptions { step_by_step: true, ..RunOptions::default() });
    assert_eq!(fast.shown(), slow.shown(), "in passes and step by step");
    fast
}

pub(super) fn ran_with(set: &RuleSet, inputs: &[Input], minutes: i64, options: RunOptions) -> Ran {
    let mut store = Store::new();
    let schedule = Schedule { start_ms: 0, end_ms: minutes * MINUTE, interval_ms: MINUTE };
    let run = run(set, &mut store, inputs, &schedule, &options);
    Ran { run, store }
}

impl Ran {
    /// Timelines and errors, then what the rules wrote.
    pub(super) fn shown(&self) -> String {
        self.timelines() + &self.written()
    }

    /// A line for each alert: its labels and its states minute by minute (`.` inactive, `p` pending, `F` firing,
    /// `k` kept firing); then the errors.
    pub(super) fn timelines(&self) -> String {
        let mut out = String::new();
        for rule in &self.run.rules {
            for alert in &rule.alerts {
                let states: String = (0..self.run.steps).map(|step| state(alert, step)).collect();
                out += &format!("{states} {}\n", alert.labels);
            }
        }
        for error in &self.run.errors {
            out += &format!("{}m: {:?}: {}\n", error.t_ms / MINUTE, error.kind, error.message);
        }
        out
    }

    /// The annotations of every alert, where they change.
    pub(super) fn annotations(&self) -> String {
        let mut out = String::new();
        for rule in &self.run.rules {
            for alert in &rule.alerts {
                let mut last = None;
                for step in 0..self.run.steps {
                    let annotations = rule.annotations_at(alert, step);
                    if let Some(annotations) = annotations.as_ref().filter(|_| annotations != last) {
                        out += &format!("{}m {annotations:?}\n", self.run.schedule.time(step) / MINUTE);
                    }
                    last = annotations;
                }
            }
        }
        out
    }

    /// The series that are not inputs, with their values minute by minute.
    pub(super) fn written(&self) -> String {
        let is_output = |labels: &Labels| {
            let name = labels.get(METRIC_NAME).unwrap_or_default();
            name.starts_with("ALERTS") || name.contains(':')
        };
        let mut lines = Vec::new();
        for series in self.store.series().iter().filter(|series| is_output(series.labels())) {
            let shown = series.samples().into_iter().map(|(t_ms, value)| match value {
                SampleValue::Float(value) if is_stale_nan(value) => format!("{}m stale", t_ms / MINUTE),
                SampleValue::Float(value) => format!("{}m {value}", t_ms / MINUTE),
                SampleValue::Histogram(value) => format!("{}m {value}", t_ms / MINUTE),
            });
            lines.push(format!("{}: {}\n", series.labels(), shown.collect::<Vec<_>>().join(", ")));
        }
        lines.sort();
        lines.concat()
    }
}

fn state(alert: &AlertTimeline, step: usize) -> char {
    match alert.phase_at(step).map(|phase| phase.state) {
        None => '.',
        Some(AlertState::Pending) => 'p',
        Some(AlertState::Firing) => 'F',
        Some(AlertState::KeptFiring) => 'k',
    }
}
