//! Rules over time.

use crate::engine::Store;
use crate::model::{Labels, SampleValue};

use super::{RuleSet, Run};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Evaluates every rule step by step even where one pass would do; for tests of the fast path.
    pub step_by_step: bool,
    /// Keeps what each alerting rule's expression gave at each step, also for elements that never become an alert.
    pub keep_expressions: bool,
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
pub fn run(rules: &RuleSet, store: &mut Store, inputs: &[Input], schedule: &Schedule, options: RunOptions) -> Run {
    let _ = (rules, store, inputs, options);
    Run { schedule: *schedule, steps: 0, rules: Vec::new(), errors: Vec::new() }
}
