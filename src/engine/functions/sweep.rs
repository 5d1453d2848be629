//! Moving a window over the samples of one series, step by step.

use crate::engine::column::{ABSENT, Column};
use crate::engine::range_input::{RangeEnds, RangeInput};
use crate::engine::store::Samples;

/// The samples of a window: `from..to`, at least one.
pub(super) struct SampleWindow<'a, T> {
    samples: &'a Samples<T>,
    pub(super) step: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Where the range begins, exclusive, in milliseconds.
    pub(super) start: i64,
    /// Where the range ends, inclusive, in milliseconds.
    pub(super) end: i64,
    /// Whether the samples lie in this window just as they lay in the one before.
    pub(super) is_like_last: bool,
}

/// A window of floats.
pub(super) type FloatWindow<'a> = SampleWindow<'a, f64>;

impl<'a, T> SampleWindow<'a, T> {
    /// How many samples there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.to - self.from
    }

    /// A sample, by its index in the series.
    #[inline]
    pub(super) fn sample(&self, index: usize) -> Option<&'a T> {
        self.samples.values.get(index)
    }

    /// The time of a sample, by its index in the series.
    #[inline]
    pub(super) fn time(&self, index: usize) -> i64 {
        self.samples.times.get(index).copied().unwrap_or_default()
    }
}

impl FloatWindow<'_> {
    /// All values.
    #[inline]
    pub(super) fn values(&self) -> &[f64] {
        self.samples.values.get(self.from..self.to).unwrap_or_default()
    }

    /// The value of a sample, by its index in the series.
    #[inline]
    pub(super) fn value(&self, index: usize) -> f64 {
        self.samples.values.get(index).copied().unwrap_or(f64::NAN)
    }
}

/// Calls `visit` for each window that is not empty. Windows come in order: both of their ends only ever move on. Ends early
/// where the time is up, which whoever evaluates has to ask for.
#[inline]
pub(super) fn sweep<T>(samples: &Samples<T>, input: &RangeInput<'_>, mut visit: impl FnMut(&SampleWindow<'_, T>)) {
    let times = samples.times.as_slice();
    let ends = input.ends();
    let stride = stride(samples, &ends);
    let mut from = times.partition_point(|t| *t <= ends.at(0).0.saturating_sub(input.reach_back));
    let mut to = from;
    // Up to this step windows move on by `stride` samples.
    let mut even_until = 0;
    for step in 0..input.steps.count {
        if input.clock.is_up_after(to - from) {
            return;
        }
        let (start, end) = ends.at(step);
        if step < even_until {
            (from, to) = (from + stride, to + stride);
            visit(&SampleWindow { samples, step, from, to, start, end, is_like_last: true });
            continue;
        }
        while times.get(to).is_some_and(|t| *t <= end) {
            to += 1;
        }
        let before = start.saturating_sub(input.reach_back);
        while times.get(from).is_some_and(|t| *t <= before) {
            from += 1;
        }
        if from < to {
            visit(&SampleWindow { samples, step, from, to, start, end, is_like_last: false });
            // Inside of the series, with samples on both sides of the window, the next windows look the same.
            if from > 0 && stride > 0 {
                even_until = step.saturating_add(1).saturating_add(times.len().saturating_sub(to) / stride);
            }
        }
    }
}

/// By how many samples windows move on from step to step; 0 where that is not always the same.
fn stride<T>(samples: &Samples<T>, ends: &RangeEnds<'_, '_>) -> usize {
    match (ends.even_interval(), samples.gap_ms) {
        (Some(interval), gap) if gap > 0 && interval % gap == 0 => usize::try_from(interval / gap).unwrap_or(0),
        _ => 0,
    }
}

/// A column of what `f` makes of each window.
#[inline]
pub(super) fn floats(
    samples: &Samples<f64>,
    input: &RangeInput<'_>,
    mut f: impl FnMut(&FloatWindow<'_>) -> f64,
) -> Column {
    let mut values = vec![ABSENT; input.steps.count];
    sweep(samples, input, |window| {
        if let Some(value) = values.get_mut(window.step) {
            *value = f(window);
        }
    });
    Column::from_floats(values)
}
