//! How much a run may make: each thing is small, and it is their sum that fills the memory.

use std::cell::Cell;

use crate::model::{Labels, SampleValue};
use crate::promql::series::HISTOGRAM_COST;

/// The bounds of one run. Beyond any test that somebody writes by hand; together they keep a run well below a gigabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many samples rules may record, those of `ALERTS` and `ALERTS_FOR_STATE` included. A histogram counts for
    /// [`HISTOGRAM_COST`].
    pub samples: usize,
    /// How many bytes the labels of alerts and of recorded series may have together, each label set counted once a rule.
    pub label_bytes: usize,
    /// How many bytes the annotations may have together that are expanded while rules run, because they hold a `query`.
    pub annotation_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { samples: 20_000_000, label_bytes: 64 << 20, annotation_bytes: 64 << 20 }
    }
}

/// What is used of the limits so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    limits: Limits,
    samples: Cell<usize>,
    label_bytes: Cell<usize>,
    annotation_bytes: Cell<usize>,
    is_exceeded: Cell<bool>,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Budget { limits, ..Budget::default() }
    }

    /// Whether something was refused. What has failed since then failed of it.
    pub(super) fn is_exceeded(&self) -> bool {
        self.is_exceeded.get()
    }

    /// Before a sample is recorded.
    ///
    /// # Errors
    /// There are too many, in words that follow the name of the rule.
    pub(super) fn sample(&self, value: &SampleValue) -> Result<(), String> {
        let cost = if matches!(value, SampleValue::Float(_)) { 1 } else { HISTOGRAM_COST };
        let limit = self.limits.samples;
        self.take(&self.samples, cost, limit, || format!("the rules of this test record more than {limit} samples"))
    }

    /// When a label set is kept.
    ///
    /// # Errors
    /// As [`Budget::sample`].
    pub(super) fn labels(&self, labels: &Labels) -> Result<(), String> {
        let bytes = labels.iter().map(|(name, value)| name.len() + value.len()).sum();
        let limit = self.limits.label_bytes;
        let message =
            || format!("the labels of alerts and recorded series of this test have more than {} MiB", limit >> 20);
        self.take(&self.label_bytes, bytes, limit, message)
    }

    /// When annotations are kept.
    ///
    /// # Errors
    /// As [`Budget::sample`].
    pub(super) fn annotations(&self, annotations: &[(String, String)]) -> Result<(), String> {
        let bytes = annotations.iter().map(|(name, text)| name.len() + text.len()).sum();
        let limit = self.limits.annotation_bytes;
        self.take(&self.annotation_bytes, bytes, limit, || {
            format!("the annotations with a `query` of this test have more than {} MiB", limit >> 20)
        })
    }

    fn take(
        &self,
        used: &Cell<usize>,
        cost: usize,
        limit: usize,
        message: impl FnOnce() -> String,
    ) -> Result<(), String> {
        used.set(used.get().saturating_add(cost));
        if used.get() <= limit {
            return Ok(());
        }
        self.is_exceeded.set(true);
        Err(message())
    }
}
