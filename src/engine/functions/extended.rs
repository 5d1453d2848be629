//! `anchored` and `smoothed`: ranges that reach beyond their ends.
//!
//! Anchored windows begin with the last sample before the range. Smoothed windows are cut at exactly the range's ends,
//! where the values are interpolated. Nothing is extrapolated.

use crate::engine::column::Slot;
use crate::promql::ast::RangeExtension;

use super::window::{Notes, Slice, Window, WindowFn};
use super::{extended_histogram, resets};

/// The implementation of `name` for windows with this extension.
pub(super) fn lookup(name: &str, extension: RangeExtension) -> Option<WindowFn> {
    let smoothed = extension == RangeExtension::Smoothed;
    Some(match (name, smoothed) {
        ("rate", false) => |window, notes| change(window, notes, false, true, true),
        ("rate", true) => |window, notes| change(window, notes, true, true, true),
        ("increase", false) => |window, notes| change(window, notes, false, true, false),
        ("increase", true) => |window, notes| change(window, notes, true, true, false),
        ("delta", false) => |window, notes| change(window, notes, false, false, false),
        ("delta", true) => |window, notes| change(window, notes, true, false, false),
        ("resets", false) => |window, notes| inside(window, notes, resets::resets),
        ("changes", false) => |window, notes| inside(window, notes, resets::changes),
        _ => return None,
    })
}

/// The indices of the first and the last sample that matter; `None` where all lie before the range, or all behind.
pub(super) fn bounds(times: &[i64], window: &Window<'_>, smoothed: bool) -> Option<(usize, usize)> {
    let last = times.len().checked_sub(1)?;
    let first = times.partition_point(|t| *t <= window.start).saturating_sub(1);
    let last = if smoothed { times.partition_point(|t| *t < window.end).min(last) } else { last };
    if times.first().is_some_and(|t| *t > window.end) {
        return None;
    }
    (*times.get(last)? > window.start).then_some((first.min(last), last))
}

fn change(window: &Window<'_>, notes: &mut Notes<'_>, smoothed: bool, is_counter: bool, is_rate: bool) -> Slot {
    if !window.histograms.is_empty() {
        if window.floats.is_empty() {
            return extended_histogram::change(window, notes, smoothed, is_counter, is_rate);
        }
        notes.mixed(notes.arg);
        return Slot::Absent;
    }
    let floats = &window.floats;
    let Some((first, last)) = bounds(floats.times, window, smoothed) else { return Slot::Absent };
    let (Some(left), Some(right)) = (
        left_value(floats, first, window.start, smoothed, is_counter),
        right_value(floats, last, window.end, smoothed, is_counter),
    ) else {
        return Slot::Absent;
    };
    let mut change = right - left;
    if is_counter {
        let inner = floats.values.get(first + 1..last).unwrap_or_default();
        let mut correction = 0.0;
        let mut previous = left;
        for value in inner.iter().copied().chain([right]) {
            if value < previous {
                correction += previous;
            }
            previous = value;
        }
        change += correction;
    }
    if is_rate {
        change /= window.range_seconds();
    }
    Slot::Float(change)
}

fn left_value(floats: &Slice<'_, f64>, index: usize, at: i64, smoothed: bool, is_counter: bool) -> Option<f64> {
    let (t, value) = (*floats.times.get(index)?, *floats.values.get(index)?);
    if smoothed && t < at {
        let (next_t, next) = (*floats.times.get(index + 1)?, *floats.values.get(index + 1)?);
        // Across a counter reset the counter began at zero.
        let value = if is_counter && next < value { 0.0 } else { value };
        return Some(interpolate((t, value), (next_t, next), at));
    }
    Some(value)
}

fn right_value(floats: &Slice<'_, f64>, index: usize, at: i64, smoothed: bool, is_counter: bool) -> Option<f64> {
    let (t, value) = (*floats.times.get(index)?, *floats.values.get(index)?);
    if smoothed && index > 0 && t > at {
        let (before_t, before) = (*floats.times.get(index - 1)?, *floats.values.get(index - 1)?);
        let before = if is_counter && value < before { 0.0 } else { before };
        return Some(interpolate((before_t, before), (t, value), at));
    }
    Some(value)
}

/// The value at `at` on the line between two samples.
pub(crate) fn interpolate((t1, y1): (i64, f64), (t2, y2): (i64, f64), at: i64) -> f64 {
    y1 + (y2 - y1) * at.saturating_sub(t1) as f64 / t2.saturating_sub(t1) as f64
}

/// Applies a function to the last sample before the range and those inside of it.
fn inside(window: &Window<'_>, notes: &mut Notes<'_>, function: WindowFn) -> Slot {
    let cut = |times: &[i64]| times.partition_point(|t| *t <= window.start);
    let (floats, histograms) = (cut(window.floats.times), cut(window.histograms.times));
    if floats == window.floats.len() && histograms == window.histograms.len() {
        return Slot::Absent;
    }
    // The newest sample before the range is of one kind only.
    let before = |times: &[i64], cut: usize| cut.checked_sub(1).and_then(|index| times.get(index)).copied();
    let (float, histogram) = (before(window.floats.times, floats), before(window.histograms.times, histograms));
    let inner = Window {
        floats: window.floats.tail(if float > histogram { floats.saturating_sub(1) } else { floats }),
        histograms: window.histograms.tail(if histogram > float { histograms.saturating_sub(1) } else { histograms }),
        ..*window
    };
    function(&inner, notes)
}
