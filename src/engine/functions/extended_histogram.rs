//! `anchored` and `smoothed` for native histograms; see [`super::extended`].

use std::sync::Arc;

use crate::engine::column::Slot;
use crate::model::FloatHistogram;
use crate::model::histogram::{CounterResetHint, IncompatibleSchemas};

use super::extended::bounds;
use super::rate_histogram::mixed_layouts_text;
use super::window::{Notes, Slice, Window};

/// The change between the ends of the range.
pub(super) fn change(
    window: &Window<'_>,
    notes: &mut Notes<'_>,
    smoothed: bool,
    is_counter: bool,
    is_rate: bool,
) -> Slot {
    let samples = &window.histograms;
    let Some((first, last)) = bounds(samples.times, window, smoothed) else { return Slot::Absent };
    let relevant = samples.values.get(first..=last).unwrap_or_default();
    note_kind(relevant, notes, is_counter);
    let custom = relevant.first().is_some_and(|histogram| histogram.uses_custom_buckets());
    let is_mixed = |histogram: &Arc<FloatHistogram>| histogram.uses_custom_buckets() != custom;
    if relevant.last().is_some_and(is_mixed) || (is_counter && relevant.iter().any(is_mixed)) {
        notes.warn(mixed_layouts_text(notes.metric_name), notes.arg);
        return Slot::Absent;
    }
    match between(window, samples, (first, last), smoothed, is_counter) {
        Some(Ok(mut change)) => {
            if is_rate {
                change.div(window.range_seconds());
            }
            change.counter_reset_hint = CounterResetHint::Gauge;
            change.compact();
            change.into()
        }
        Some(Err(_)) => {
            notes.warn(mixed_layouts_text(notes.metric_name), notes.arg);
            Slot::Absent
        }
        None => Slot::Absent,
    }
}

fn note_kind(relevant: &[Arc<FloatHistogram>], notes: &mut Notes<'_>, is_counter: bool) {
    let is_gauge = |histogram: &Arc<FloatHistogram>| histogram.counter_reset_hint == CounterResetHint::Gauge;
    let name = notes.metric_name;
    if is_counter && relevant.iter().any(is_gauge) {
        notes.warn(format!("this native histogram metric is not a counter: {name:?}"), notes.arg);
    }
    let ends_are_gauges = relevant.first().is_some_and(is_gauge) && relevant.last().is_some_and(is_gauge);
    if !is_counter && !ends_are_gauges {
        notes.warn(format!("this native histogram metric is not a gauge: {name:?}"), notes.arg);
    }
}

/// Right minus left, plus what was reached before each reset between the two.
fn between(
    window: &Window<'_>,
    samples: &Slice<'_, Arc<FloatHistogram>>,
    (first, last): (usize, usize),
    smoothed: bool,
    is_counter: bool,
) -> Option<Result<FloatHistogram, IncompatibleSchemas>> {
    let at = |index: usize| Some((*samples.times.get(index)?, samples.values.get(index)?));
    let (left, right) = (at(first)?, at(last)?);
    let cut_left = smoothed && left.0 < window.start;
    let cut_right = smoothed && last > 0 && right.0 > window.end;
    let left_value =
        if cut_left { interpolate(left, at(first + 1)?, window.start, is_counter) } else { Ok((**left.1).clone()) };
    let right_value =
        if cut_right { interpolate(at(last - 1)?, right, window.end, is_counter) } else { Ok((**right.1).clone()) };
    let (left_value, mut change) = match (left_value, right_value) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) | (_, Err(error)) => return Some(Err(error)),
    };
    if let Err(error) = change.sub(&left_value) {
        return Some(Err(error));
    }
    if is_counter {
        // Interpolating the left end has dealt with a reset between it and the next sample.
        let from = if cut_left { first + 1 } else { first };
        for pair in samples.values.get(from..=last).unwrap_or_default().windows(2) {
            if let [previous, current] = pair
                && current.detect_reset(previous)
                && let Err(error) = change.add(previous)
            {
                return Some(Err(error));
            }
        }
    }
    Some(Ok(change))
}

/// The histogram at `at_ms` on the line between two. A counter that was reset between them began anew at zero.
///
/// # Errors
/// One has custom buckets and the other has not.
pub(crate) fn interpolate(
    (t1, before): (i64, &Arc<FloatHistogram>),
    (t2, after): (i64, &Arc<FloatHistogram>),
    at_ms: i64,
    is_counter: bool,
) -> Result<FloatHistogram, IncompatibleSchemas> {
    let fraction = at_ms.saturating_sub(t1) as f64 / t2.saturating_sub(t1) as f64;
    let mut value = (**after).clone();
    if is_counter && after.detect_reset(before) {
        if before.uses_custom_buckets() != after.uses_custom_buckets() {
            value.sub(before)?;
        }
        value.mul(fraction);
        return Ok(value);
    }
    value.sub(before)?;
    value.mul(fraction);
    let mut result = (**before).clone();
    result.add(&value)?;
    Ok(result)
}
