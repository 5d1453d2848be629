//! What is run, and how.

use std::time::Duration;

use super::selection::Selection;
use crate::alerting::Limits;

/// How tests are run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// `promql-delayed-name-removal`
    pub delayed_name_removal: bool,
    /// Which tests run.
    pub selection: Selection,
    /// Whether nothing more is begun after the first failure.
    pub fail_fast: bool,
    /// How long one test group may take; `None`: any time.
    pub timeout: Option<Duration>,
    /// How much the rules of one test group may make; its deadline is set by `timeout`.
    pub limits: Limits,
    /// Whether failures are left unexplained: without differences, notes, timelines and values of parts. For whoever
    /// wants many verdicts and nothing else.
    pub verdicts_only: bool,
}
