//! `resets` and `changes`: how often something happened between neighbouring samples.

use std::sync::Arc;

use crate::engine::column::Slot;
use crate::model::FloatHistogram;

use super::rate::is_start_reset;
use super::window::{Notes, Window};

/// `resets(v[d])`: how often a counter was reset. Changing between float and histogram counts as well.
pub(super) fn resets(window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    count(window, |previous, current| match (previous, current) {
        (Sample::Float(_, a), Sample::Float(index, b)) => b < a || is_start_reset(&window.floats, *index),
        (Sample::Histogram(_, a), Sample::Histogram(index, b)) => {
            b.detect_reset(a) || is_start_reset(&window.histograms, *index)
        }
        _ => true,
    })
}

/// `changes(v[d])`: how often the value changed.
pub(super) fn changes(window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    count(window, |previous, current| match (previous, current) {
        (Sample::Float(_, a), Sample::Float(_, b)) => a != b && !(a.is_nan() && b.is_nan()),
        (Sample::Histogram(_, a), Sample::Histogram(_, b)) => !a.same_data(b),
        _ => true,
    })
}

/// A sample and its place among those of its kind.
enum Sample<'a> {
    Float(usize, f64),
    Histogram(usize, &'a Arc<FloatHistogram>),
}

fn count(window: &Window<'_>, happened: impl Fn(&Sample<'_>, &Sample<'_>) -> bool) -> Slot {
    let mut floats = window.floats.iter().enumerate().peekable();
    let mut histograms = window.histograms.iter().enumerate().peekable();
    let mut previous: Option<Sample<'_>> = None;
    let mut count = 0u32;
    loop {
        let float_first = match (floats.peek(), histograms.peek()) {
            (None, None) => return Slot::Float(f64::from(count)),
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some((_, (f, _))), Some((_, (h, _)))) => f < h,
        };
        let current = if float_first {
            floats.next().map(|(index, (_, value))| Sample::Float(index, *value))
        } else {
            histograms.next().map(|(index, (_, histogram))| Sample::Histogram(index, histogram))
        };
        if let (Some(previous), Some(current)) = (&previous, &current) {
            count += u32::from(happened(previous, current));
        }
        previous = current;
    }
}
