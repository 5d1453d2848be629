//! A rule's output series: appending, and marking as stale what is no longer written.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::engine::{AppendError, Store};
use crate::model::{Labels, SampleValue, stale_nan};

use super::budget::Budget;

/// The series that a rule writes.
#[derive(Debug)]
pub(super) struct Writer {
    budget: Rc<Budget>,
    series: Vec<Output>,
    by_labels: FxHashMap<Labels, usize>,
    /// The series written at the previous evaluation, and at this one.
    previous: Vec<usize>,
    current: Vec<usize>,
}

#[derive(Debug)]
struct Output {
    labels: Labels,
    /// The number of the last evaluation that wrote it, plus one.
    written: usize,
}

impl Writer {
    pub(super) fn new(budget: Rc<Budget>) -> Self {
        Writer {
            budget,
            series: Vec::new(),
            by_labels: FxHashMap::default(),
            previous: Vec::new(),
            current: Vec::new(),
        }
    }

    /// The number by which [`Writer::write`] knows a series.
    pub(super) fn series(&mut self, labels: &Labels) -> usize {
        if let Some(index) = self.by_labels.get(labels) {
            return *index;
        }
        let index = self.series.len();
        self.series.push(Output { labels: labels.clone(), written: 0 });
        self.by_labels.insert(labels.clone(), index);
        index
    }

    /// Whether nothing was written at the last evaluation, so that there is nothing to mark as stale.
    pub(super) fn is_idle(&self) -> bool {
        self.previous.is_empty()
    }

    /// Whether the run may write no more.
    pub(super) fn is_over_budget(&self) -> bool {
        self.budget.is_exceeded()
    }

    /// Appends a sample at evaluation `step`.
    ///
    /// # Errors
    /// Upstream's text where the store refuses it; more than the budget allows.
    pub(super) fn write(
        &mut self,
        store: &mut Store,
        series: usize,
        step: usize,
        t_ms: i64,
        value: SampleValue,
    ) -> Result<(), String> {
        let Some(output) = self.series.get_mut(series) else { return Ok(()) };
        if output.written == 0 {
            self.budget.labels(&output.labels)?;
        }
        self.budget.sample(&value)?;
        if let Err(error) = store.append(&output.labels, t_ms, value.clone(), None) {
            return Err(refused(store, &output.labels, t_ms, &value, error));
        }
        if output.written != step + 1 {
            output.written = step + 1;
            self.current.push(series);
        }
        Ok(())
    }

    /// Ends evaluation `step`: series that were written at the one before and not at this one become stale. That the
    /// store refuses a marker does not matter, as upstream.
    pub(super) fn finish(&mut self, store: &mut Store, step: usize, t_ms: i64) {
        for index in &self.previous {
            let Some(output) = self.series.get(*index).filter(|output| output.written != step + 1) else { continue };
            let _ = store.append(&output.labels, t_ms, SampleValue::Float(stale_nan()), None);
        }
        std::mem::swap(&mut self.previous, &mut self.current);
        self.current.clear();
    }
}

/// Upstream's text for a sample that the store refuses.
fn refused(store: &Store, labels: &Labels, t_ms: i64, value: &SampleValue, error: AppendError) -> String {
    let existing = store.get(labels).and_then(|series| series.last()).map(|(_, value)| value.clone());
    match (error, existing, value) {
        (AppendError::DuplicateTimestamp, Some(SampleValue::Float(existing)), SampleValue::Float(new)) => {
            use crate::model::gofmt::format_v;
            let (existing, new) = (format_v(existing), format_v(*new));
            format!(
                "duplicate sample for timestamp {t_ms}; overrides not allowed: existing {existing}, new value {new}"
            )
        }
        (error, ..) => error.to_string(),
    }
}
