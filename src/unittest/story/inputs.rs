//! The series that a rule reads, directly or through recording rules.

use rustc_hash::{FxHashMap, FxHashSet};

use super::thin::Thinner;
use super::{Curve, InputStory, cells, line};
use crate::engine::store::StoredSeries;
use crate::model::Labels;
use crate::promql::Expr;
use crate::promql::ast::VectorSelector;
use crate::rules::RuleKind;
use crate::source::Span;
use crate::unittest::reads::metric_name;
use crate::unittest::run::Running;
use crate::unittest::why::selected;

/// So many series are kept for one rule.
const MAX_INPUTS: usize = 8;
/// So many names of absent metrics are kept.
const MAX_ABSENT: usize = 8;
/// Values in series notation are kept up to so many characters.
const MAX_NOTATION: usize = 160;
/// A chain of recording rules is followed so far.
const MAX_SELECTORS: usize = 200;

/// What the input of all rules of a test group has in common.
pub(super) struct Inputs<'a> {
    running: &'a Running<'a>,
    /// The expressions of recording rules, by the name that they record.
    recordings: FxHashMap<&'a str, Vec<&'a Expr>>,
    /// Values in series notation and their place, by labels.
    written: FxHashMap<Labels, (&'a str, Span)>,
}

/// What a rule reads.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) inputs: Vec<InputStory>,
    pub(super) more: usize,
    pub(super) absent: Vec<String>,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(running: &'a Running<'a>) -> Self {
        let mut recordings: FxHashMap<&str, Vec<&Expr>> = FxHashMap::default();
        for rule in running.shared.set.groups().iter().flat_map(|group| &group.rules) {
            if rule.kind == RuleKind::Recording {
                recordings.entry(&rule.name).or_default().push(&rule.expr);
            }
        }
        let mut written = FxHashMap::default();
        for (labels, origin) in &running.origins {
            if let Some(series) = running.group.input_series.get(*origin) {
                written.insert(labels.clone(), (series.values.text(), series.values.span));
            }
        }
        Inputs { running, recordings, written }
    }

    /// What `expr` reads.
    pub(super) fn of(&self, expr: &'a Expr) -> Read {
        let mut read = Read::default();
        let mut seen: FxHashSet<&Labels> = FxHashSet::default();
        let mut followed: FxHashSet<String> = FxHashSet::default();
        let mut selectors: Vec<(&VectorSelector, bool)> = Vec::new();
        add_selectors(expr, false, &mut selectors);
        let mut next = 0;
        while let Some((selector, indirect)) = selectors.get(next).copied() {
            next += 1;
            let name = metric_name(selector);
            for series in selected(&self.running.store, selector) {
                if !seen.insert(series.labels()) {
                    continue;
                }
                if read.inputs.len() >= MAX_INPUTS {
                    read.more += 1;
                    continue;
                }
                read.inputs.push(self.input(series, indirect));
            }
            let Some(name) = name else { continue };
            if self.running.store.named(&name).is_empty()
                && !read.absent.contains(&name)
                && read.absent.len() < MAX_ABSENT
            {
                read.absent.push(name.clone());
            }
            if let Some(exprs) = self.recordings.get(name.as_str())
                && followed.insert(name)
                && selectors.len() < MAX_SELECTORS
            {
                exprs.iter().for_each(|expr| add_selectors(expr, true, &mut selectors));
            }
        }
        read
    }

    fn input(&self, series: &StoredSeries, indirect: bool) -> InputStory {
        let written = self.written.get(series.labels()).map(|(text, span)| (line(text, MAX_NOTATION), *span));
        let interval_ms =
            if written.is_some() { self.running.group.interval_ms } else { self.running.run.schedule.interval_ms };
        InputStory { curve: self.curve(series, interval_ms), written, indirect }
    }

    /// The samples of `series`, which come every `interval_ms`.
    fn curve(&self, series: &StoredSeries, interval_ms: i64) -> Curve {
        let schedule = &self.running.run.schedule;
        let (_, per_cell) = cells(self.running.run.steps);
        let step_ms = schedule.interval_ms.max(1);
        let cell_ms = step_ms.saturating_mul(i64::try_from(per_cell).unwrap_or(i64::MAX));
        let reach = usize::try_from(interval_ms.saturating_add(cell_ms - 1) / cell_ms).unwrap_or(1).max(1);
        let mut thinner = Thinner::new(series.labels().clone(), reach);
        for (t_ms, value) in series.samples() {
            let Some(step) = usize::try_from(t_ms.saturating_sub(schedule.start_ms) / step_ms).ok() else { continue };
            if step < self.running.run.steps {
                thinner.add(step / per_cell, &value);
            }
        }
        thinner.finish()
    }
}

fn add_selectors<'e>(expr: &'e Expr, indirect: bool, selectors: &mut Vec<(&'e VectorSelector, bool)>) {
    expr.walk(&mut |part| selectors.extend(part.selector().map(|selector| (selector, indirect))));
}
