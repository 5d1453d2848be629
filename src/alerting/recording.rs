//! Recording rules: the expression's elements under the rule's name and labels.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::engine::Store;
use crate::model::labels::METRIC_NAME;
use crate::model::{Labels, SampleValue};

use super::budget::Budget;
use super::compile::CompiledRule;
use super::writer::Writer;

/// A recording rule between two evaluations.
#[derive(Debug)]
pub(super) struct RecordingState {
    /// For each element: the number of its output series, and the last evaluation (plus one) that it was part of.
    elements: Vec<usize>,
    by_labels: FxHashMap<Labels, usize>,
    /// For each output series the last evaluation (plus one) that gave it.
    seen: Vec<usize>,
    writer: Writer,
}

impl RecordingState {
    pub(super) fn new(budget: Rc<Budget>) -> Self {
        RecordingState {
            elements: Vec::new(),
            by_labels: FxHashMap::default(),
            seen: Vec::new(),
            writer: Writer::new(budget),
        }
    }

    /// The number by which [`RecordingState::step`] knows an element.
    pub(super) fn element(&mut self, rule: &CompiledRule, labels: &Labels) -> usize {
        if let Some(index) = self.by_labels.get(labels) {
            return *index;
        }
        let own = rule.labels.iter().map(|label| (label.name.as_str(), label.text.as_str()));
        let output = Labels::from_pairs(labels.iter().chain([(METRIC_NAME, rule.name.as_str())]).chain(own));
        let index = self.elements.len();
        let series = self.writer.series(&output);
        self.elements.push(series);
        self.seen.resize(self.seen.len().max(series + 1), 0);
        self.by_labels.insert(labels.clone(), index);
        index
    }

    /// Whether an evaluation without elements would change nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.writer.is_idle()
    }

    /// Writes the result of evaluation `step` at `t_ms` (the group's offset taken off).
    ///
    /// # Errors
    /// Upstream's text: two elements with the same labels, too many of them, a sample that the store refuses.
    pub(super) fn step(
        &mut self,
        store: &mut Store,
        limit: Option<usize>,
        step: usize,
        t_ms: i64,
        elements: &[(usize, SampleValue)],
    ) -> Result<(), String> {
        for (element, _) in elements {
            let series = self.elements.get(*element).copied().unwrap_or(0);
            let Some(seen) = self.seen.get_mut(series) else { continue };
            if std::mem::replace(seen, step + 1) == step + 1 {
                return Err("vector contains metrics with the same labelset after applying rule labels".to_owned());
            }
        }
        if let Some(limit) = limit.filter(|limit| elements.len() > *limit) {
            return Err(format!("exceeded limit of {limit} with {} series", elements.len()));
        }
        let mut result = Ok(());
        for (element, value) in elements {
            let series = self.elements.get(*element).copied().unwrap_or(0);
            // Upstream goes on with the others and reports the last one.
            if let Err(error) = self.writer.write(store, series, step, t_ms, value.clone()) {
                result = Err(error);
                if self.writer.is_over_budget() {
                    break;
                }
            }
        }
        self.writer.finish(store, step, t_ms);
        result
    }
}
