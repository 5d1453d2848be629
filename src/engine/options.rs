//! What can be chosen about evaluation.

use std::time::Instant;

/// Options of an [`super::Engine`]. The default is what `promtool test rules` uses, with
/// limits of our own: 50 million samples at a time and a million series for each node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How far an instant selector looks back, in milliseconds; a sample exactly this old is too old, unless
    /// `closed_windows`.
    pub lookback_ms: i64,
    /// Whether windows hold what lies exactly at their beginning, as they did before Prometheus 3: a sample as old as the
    /// lookback, or at the left edge of a range.
    pub closed_windows: bool,
    /// The step of a subquery that names none (`[1h:]`), in milliseconds.
    pub default_subquery_step_ms: i64,
    /// How many values the columns of one query may hold at a time. `None`: no limit.
    pub max_samples: Option<usize>,
    /// How many series one node of an expression may yield. `None`: no limit.
    pub max_series: Option<usize>,
    /// When an evaluation has to be done; one that is not fails. `None`: it may take any time.
    pub deadline: Option<Instant>,
    /// Whether metric names are removed at the end of the evaluation and not by each function
    /// (`promql-delayed-name-removal`).
    pub delayed_name_removal: bool,
    /// Whether start timestamps of samples are used by `rate`, `increase`, `irate`, `resets` and `start_timestamp`.
    pub start_timestamps: bool,
    /// Whether `__type__` and `__unit__` are part of a metric's identity (`type-and-unit-labels`).
    pub type_and_unit_labels: bool,
}

/// Enough for any test; 400 MB of floats.
const DEFAULT_MAX_SAMPLES: usize = 50_000_000;
const DEFAULT_MAX_SERIES: usize = 1_000_000;

impl Options {
    /// How far before a window's beginning, which is exclusive, it reaches all the same; in milliseconds.
    pub(crate) fn closing_ms(&self) -> i64 {
        i64::from(self.closed_windows)
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            lookback_ms: 5 * 60 * 1000,
            closed_windows: false,
            default_subquery_step_ms: 60 * 1000,
            max_samples: Some(DEFAULT_MAX_SAMPLES),
            max_series: Some(DEFAULT_MAX_SERIES),
            deadline: None,
            delayed_name_removal: false,
            start_timestamps: false,
            type_and_unit_labels: false,
        }
    }
}
