//! How much a run may make: each thing is small, and it is their sum that fills the memory.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::turns::{Turn, is_large};
use crate::model::{Labels, SampleValue};
use crate::promql::series::HISTOGRAM_COST;

/// The bounds of one run. Beyond any test that somebody writes by hand; together they keep a run well below a gigabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many samples rules may record, those of `ALERTS` and `ALERTS_FOR_STATE` included. A histogram counts for
    /// [`HISTOGRAM_COST`].
    pub samples: usize,
    /// How many bytes the labels of alerts and of recorded series may have together, each label set counted once a rule
    /// and for 256 bytes more.
    pub label_bytes: usize,
    /// How many bytes the annotations may have together that are expanded while rules run, because they hold a `query`.
    pub annotation_bytes: usize,
    /// How many samples the queries of templates may return together; each query counts for 20 more.
    pub queried: usize,
    /// When the run has to be done; `None`: it may take any time.
    pub deadline: Option<Instant>,
}

/// For how many bytes a label set counts beside its texts: that much an alert or a series takes at least.
const SERIES_COST: usize = 256;

/// For how many samples a query of a template counts that returns nothing.
const QUERY_COST: usize = 20;

impl Default for Limits {
    fn default() -> Self {
        Limits {
            samples: 10_000_000,
            label_bytes: 128 << 20,
            annotation_bytes: 64 << 20,
            queried: 50_000_000,
            deadline: None,
        }
    }
}

/// What is used of the limits so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    limits: Limits,
    turn: Option<Arc<Turn>>,
    samples: Cell<usize>,
    label_bytes: Cell<usize>,
    annotation_bytes: Cell<usize>,
    queried: Cell<usize>,
    is_exceeded: Cell<bool>,
    is_late: Cell<bool>,
}

impl Budget {
    /// Nothing is used yet; what uses much waits for `turn`.
    pub(super) fn new(limits: Limits, turn: Option<Arc<Turn>>) -> Self {
        Budget { limits, turn, ..Budget::default() }
    }

    /// How long the run has waited for its turn.
    pub(super) fn waited(&self) -> Duration {
        self.turn.as_ref().map_or(Duration::ZERO, |turn| turn.waited())
    }

    /// Whether something was refused. What has failed since then failed of it.
    pub(super) fn is_exceeded(&self) -> bool {
        self.is_exceeded.get()
    }

    /// Whether it was the time that ran out.
    pub(super) fn is_late(&self) -> bool {
        self.is_late.get()
    }

    /// Whether there is a limit of time, so that it is worth while to look at the clock.
    pub(super) fn is_timed(&self) -> bool {
        self.limits.deadline.is_some()
    }

    /// Before a piece of work that cannot be interrupted.
    ///
    /// # Errors
    /// It is too late for it.
    pub(super) fn time(&self) -> Result<(), String> {
        if self.limits.deadline.is_none_or(|deadline| Instant::now() < deadline) {
            return Ok(());
        }
        self.is_late.set(true);
        self.is_exceeded.set(true);
        Err("the time is up".to_owned())
    }

    /// Before a sample is recorded.
    ///
    /// # Errors
    /// There are too many, in words that follow the name of the rule.
    pub(super) fn sample(&self, value: &SampleValue) -> Result<(), String> {
        let cost = if matches!(value, SampleValue::Float(_)) { 1 } else { HISTOGRAM_COST };
        let limit = self.limits.samples;
        self.keep(&self.samples, cost, limit, || format!("the rules of this test record more than {limit} samples"))
    }

    /// When a label set is kept.
    ///
    /// # Errors
    /// As [`Budget::sample`].
    pub(super) fn labels(&self, labels: &Labels) -> Result<(), String> {
        let texts: usize = labels.iter().map(|(name, value)| name.len() + value.len()).sum();
        let bytes = texts.saturating_add(SERIES_COST);
        let limit = self.limits.label_bytes;
        let message =
            || format!("the labels of alerts and recorded series of this test take more than {} MiB", limit >> 20);
        self.keep(&self.label_bytes, bytes, limit, message)
    }

    /// When annotations are kept.
    ///
    /// # Errors
    /// As [`Budget::sample`].
    pub(super) fn annotations(&self, annotations: &[(String, String)]) -> Result<(), String> {
        let bytes = annotations.iter().map(|(name, text)| name.len() + text.len()).sum();
        let limit = self.limits.annotation_bytes;
        self.keep(&self.annotation_bytes, bytes, limit, || {
            format!("the annotations with a `query` of this test have more than {} MiB", limit >> 20)
        })
    }

    /// When a query of a template has returned so many samples.
    ///
    /// # Errors
    /// As [`Budget::sample`].
    pub(super) fn query(&self, samples: usize) -> Result<(), String> {
        let limit = self.limits.queried;
        let message = || format!("the queries of templates in this test return more than {limit} samples");
        self.take(&self.queried, samples.saturating_add(QUERY_COST), limit, message)
    }

    /// Nothing was refused so far. What is refused within a template becomes part of its text; the rule learns of it here.
    ///
    /// # Errors
    /// As [`Budget::sample`].
    pub(super) fn is_within(&self) -> Result<(), String> {
        if self.queried.get() > self.limits.queried { self.query(0) } else { Ok(()) }
    }

    /// [`Budget::take`] of something that stays in memory.
    fn keep(
        &self,
        used: &Cell<usize>,
        cost: usize,
        limit: usize,
        message: impl FnOnce() -> String,
    ) -> Result<(), String> {
        self.take(used, cost, limit, message)?;
        if is_large(used.get(), limit) {
            self.turn.iter().for_each(|turn| turn.wait());
        }
        Ok(())
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
