//! The change of native histograms over a window.

use std::sync::Arc;

use crate::model::FloatHistogram;
use crate::model::histogram::CounterResetHint;

use super::rate::is_start_reset;
use super::window::{Notes, Slice};

/// Last minus first, plus what was reached before each reset. `from_zero`: the counter is known to have begun at zero
/// within the window. `None` where the layouts cannot be combined; a warning says so.
pub(super) fn change(
    samples: &Slice<'_, Arc<FloatHistogram>>,
    notes: &mut Notes<'_>,
    is_counter: bool,
    from_zero: bool,
) -> Option<FloatHistogram> {
    let [first, rest @ ..] = samples.values else { return None };
    let last = rest.last().unwrap_or(first);
    let gauge = |histogram: &FloatHistogram| histogram.counter_reset_hint == CounterResetHint::Gauge;
    if is_counter && samples.values.iter().any(|histogram| gauge(histogram)) {
        let message = format!("this native histogram metric is not a counter: {:?}", notes.metric_name);
        notes.warn(message, notes.arg);
    }
    // Where the counter is reset after the first sample, that one's layout does not matter.
    let reset_at_once = rest.first().is_some_and(|second| is_counter && is_reset(samples, 1, second, first));
    let custom = if reset_at_once { rest.first().unwrap_or(first) } else { first }.uses_custom_buckets();
    let relevant = if reset_at_once { rest } else { samples.values };
    if last.uses_custom_buckets() != custom
        || (is_counter && relevant.iter().any(|histogram| histogram.uses_custom_buckets() != custom))
    {
        mixed_layouts(notes);
        return None;
    }
    let schema = relevant.iter().map(|histogram| histogram.schema).min().unwrap_or(last.schema);
    let mut change = last.with_schema(schema);
    if !from_zero && !reset_at_once {
        combine(&mut change, first, notes, false)?;
    }
    if is_counter {
        let mut previous = first;
        for (index, current) in samples.values.iter().enumerate().skip(1) {
            if is_reset(samples, index, current, previous) && (index > 1 || from_zero || !reset_at_once) {
                combine(&mut change, previous, notes, true)?;
            }
            previous = current;
        }
    } else if !gauge(first) || !gauge(last) {
        let message = format!("this native histogram metric is not a gauge: {:?}", notes.metric_name);
        notes.warn(message, notes.arg);
    }
    change.counter_reset_hint = CounterResetHint::Gauge;
    change.compact();
    Some(change)
}

/// Whether the counter was reset between sample `index` and the one before it.
pub(super) fn is_reset(
    samples: &Slice<'_, Arc<FloatHistogram>>,
    index: usize,
    current: &FloatHistogram,
    previous: &FloatHistogram,
) -> bool {
    current.detect_reset(previous) || is_start_reset(samples, index)
}

/// Adds or subtracts; a warning and `None` where one has custom buckets and the other has not.
fn combine(change: &mut FloatHistogram, other: &FloatHistogram, notes: &mut Notes<'_>, add: bool) -> Option<()> {
    let (combined, word) = if add { (change.add(other), "addition") } else { (change.sub(other), "subtraction") };
    let Ok(combined) = combined else {
        mixed_layouts(notes);
        return None;
    };
    if combined.bounds_reconciled {
        notes.info(format!("mismatched custom buckets were reconciled during {word}"), notes.arg);
    }
    Some(())
}

fn mixed_layouts(notes: &mut Notes<'_>) {
    let message = mixed_layouts_text(notes.metric_name);
    notes.warn(message, notes.arg);
}

/// The warning about exponential and custom buckets in one range.
pub(crate) fn mixed_layouts_text(metric_name: &str) -> String {
    format!(
        "vector contains a mix of histograms with exponential and custom buckets schemas for metric name {metric_name:?}"
    )
}
