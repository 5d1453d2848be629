//! `rate`, `increase`, `delta`: the change over a window, extrapolated to its ends.

use crate::engine::column::Slot;
use crate::model::FloatHistogram;

use super::rate_histogram;
use super::window::{Notes, Slice, Window};

/// `rate(v[d])`: the per-second increase of a counter.
pub(super) fn rate(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    extrapolated(window, notes, true, true)
}

/// `increase(v[d])`: the increase of a counter.
pub(super) fn increase(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    extrapolated(window, notes, true, false)
}

/// `delta(v[d])`: the change of a gauge.
pub(super) fn delta(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    extrapolated(window, notes, false, false)
}

/// The change before extrapolation.
enum Change {
    Float(f64),
    Histogram(Box<FloatHistogram>),
}

impl Change {
    /// What says when the counter was at zero: its value, or its count of observations.
    fn size(&self) -> f64 {
        match self {
            Change::Float(value) => *value,
            Change::Histogram(histogram) => histogram.count,
        }
    }
}

/// The samples of the window as far as extrapolation looks at them.
struct Extent {
    first: i64,
    last: i64,
    count: usize,
    /// The value (or count) of the first sample.
    first_size: f64,
    /// The time at which the counter is known to have been zero, within the window.
    zero: Option<i64>,
}

fn extent<T>(
    samples: &Slice<'_, T>,
    window: &Window<'_>,
    is_counter: bool,
    size: impl Fn(&T) -> f64,
) -> Option<Extent> {
    let ((first, value), (last, _)) = (samples.first()?, samples.last()?);
    let start = samples.start(0);
    let zero = (is_counter && start != 0 && start < first && start > window.start).then_some(start);
    Some(Extent { first, last, count: samples.len(), first_size: size(value), zero })
}

fn extrapolated(window: &Window<'_>, notes: &mut Notes<'_>, is_counter: bool, is_rate: bool) -> Slot {
    let Some((change, extent)) = change(window, notes, is_counter) else { return Slot::Absent };
    let sampled = extent.last.saturating_sub(extent.zero.unwrap_or(extent.first)) as f64 / 1000.0;
    let mut to_start = extent.first.saturating_sub(window.start) as f64 / 1000.0;
    let mut to_end = window.end.saturating_sub(extent.last) as f64 / 1000.0;
    let gaps = (extent.count.saturating_sub(1)) as f64;
    let average = if extent.count > 1 { extent.last.saturating_sub(extent.first) as f64 / 1000.0 / gaps } else { 0.0 };
    // A gap that is too long for one sample to be missing: the series begins or ends inside of the window.
    let threshold = average * 1.1;
    if to_start >= threshold {
        to_start = average / 2.0;
    }
    if extent.zero.is_some() {
        to_start = 0.0;
    } else if is_counter && change.size() > 0.0 && extent.first_size >= 0.0 {
        // A counter cannot have been negative: do not go back beyond its zero.
        let to_zero = sampled * (extent.first_size / change.size());
        if to_zero < to_start {
            to_start = to_zero;
        }
    }
    if to_end >= threshold {
        to_end = average / 2.0;
    }
    let mut factor = (sampled + to_start + to_end) / sampled;
    if is_rate {
        factor /= window.range_seconds();
    }
    match change {
        Change::Float(value) => Slot::Float(value * factor),
        Change::Histogram(mut histogram) => {
            histogram.mul(factor);
            Slot::from(*histogram)
        }
    }
}

fn change(window: &Window<'_>, notes: &mut Notes<'_>, is_counter: bool) -> Option<(Change, Extent)> {
    if !window.floats.is_empty() && !window.histograms.is_empty() {
        notes.mixed(notes.arg);
        return None;
    }
    if is_counter {
        note_overlaps(&window.floats, notes);
        note_overlaps(&window.histograms, notes);
    }
    if window.floats.is_empty() {
        let extent = extent(&window.histograms, window, is_counter, |histogram| histogram.count)?;
        if extent.count < 2 && extent.zero.is_none() {
            return None;
        }
        let change = rate_histogram::change(&window.histograms, notes, is_counter, extent.zero.is_some())?;
        return Some((Change::Histogram(Box::new(change)), extent));
    }
    let extent = extent(&window.floats, window, is_counter, |value| *value)?;
    if extent.count < 2 && extent.zero.is_none() {
        return None;
    }
    let (_, last) = window.floats.last()?;
    let base = if extent.zero.is_some() { 0.0 } else { extent.first_size };
    let mut change = last - base;
    if is_counter {
        change = add_resets(change, &window.floats);
    }
    Some((Change::Float(change), extent))
}

/// Adds what the counter had reached before each of its resets.
fn add_resets(mut change: f64, floats: &Slice<'_, f64>) -> f64 {
    if floats.starts.is_empty() {
        for previous in floats.before_drops() {
            change += previous;
        }
        return change;
    }
    let mut previous = f64::NAN;
    for (index, (_, value)) in floats.iter().enumerate() {
        if index > 0 && (*value < previous || is_start_reset(floats, index)) {
            change += previous;
        }
        previous = *value;
    }
    change
}

/// Whether the start timestamp of sample `index` says that the counter was reset since the sample before.
///
/// A start that equals the previous sample's time is a reset only where that one had a start before itself (a delta);
/// else the start is that of a cumulative series whose real start is unknown.
pub(super) fn is_start_reset<T>(samples: &Slice<'_, T>, index: usize) -> bool {
    let (Some(before), Some(t_ms)) =
        (index.checked_sub(1).and_then(|before| samples.times.get(before)), samples.times.get(index))
    else {
        return false;
    };
    let (start, previous_start) = (samples.start(index), samples.start(index - 1));
    if start == 0 || start >= *t_ms || start < *before {
        return false;
    }
    start > *before || (previous_start != 0 && previous_start < *before)
}

fn note_overlaps<T>(samples: &Slice<'_, T>, notes: &mut Notes<'_>) {
    if samples.starts.is_empty() {
        return;
    }
    let overlaps = samples.starts.windows(2).zip(samples.times).any(|(starts, before)| match starts {
        [previous, current] => *current != 0 && current < before && current != previous,
        _ => false,
    });
    if overlaps {
        notes.overlap();
    }
}
