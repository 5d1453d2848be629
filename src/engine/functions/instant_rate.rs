//! `irate` and `idelta`: the change between the last two samples of a window.

use std::sync::Arc;

use crate::engine::column::Slot;
use crate::model::FloatHistogram;
use crate::model::histogram::CounterResetHint;

use super::rate::is_start_reset;
use super::rate_histogram::mixed_layouts_text;
use super::window::{Notes, Window};

/// `irate(v[d])`: per second, of a counter.
pub(super) fn irate(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    instant(window, notes, true)
}

/// `idelta(v[d])`: of a gauge.
pub(super) fn idelta(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    instant(window, notes, false)
}

/// One of the last two samples.
enum Sample<'a> {
    Float(f64),
    Histogram(&'a Arc<FloatHistogram>),
}

fn instant(window: &Window<'_>, notes: &mut Notes<'_>, is_rate: bool) -> Slot {
    let floats = window.floats.iter().enumerate().rev().take(2).map(|(i, (t, value))| (t, i, Sample::Float(*value)));
    let histograms = window.histograms.iter().enumerate().rev().take(2);
    let histograms = histograms.map(|(i, (t, histogram))| (t, i, Sample::Histogram(histogram)));
    let mut samples: Vec<_> = floats.chain(histograms).collect();
    samples.sort_by_key(|(t, ..)| std::cmp::Reverse(*t));
    let mut newest = samples.into_iter();
    let (Some((t, index, last)), Some((before, _, previous))) = (newest.next(), newest.next()) else {
        return Slot::Absent;
    };
    if t == before {
        return Slot::Absent;
    }
    let seconds = t.saturating_sub(before) as f64 / 1000.0;
    match (previous, last) {
        (Sample::Float(previous), Sample::Float(last)) => {
            let reset = is_rate && (last < previous || is_start_reset(&window.floats, index));
            let change = if reset { last } else { last - previous };
            Slot::Float(if is_rate { change / seconds } else { change })
        }
        (Sample::Histogram(previous), Sample::Histogram(last)) => {
            let reset = is_rate && (last.detect_reset(previous) || is_start_reset(&window.histograms, index));
            let Some(mut change) = histogram_change(previous, last, reset, notes, is_rate) else { return Slot::Absent };
            if is_rate {
                change.div(seconds);
            }
            change.into()
        }
        _ => {
            notes.mixed(notes.args);
            Slot::Absent
        }
    }
}

fn histogram_change(
    previous: &FloatHistogram,
    last: &FloatHistogram,
    reset: bool,
    notes: &mut Notes<'_>,
    is_rate: bool,
) -> Option<FloatHistogram> {
    let gauges = [previous, last].map(|histogram| histogram.counter_reset_hint == CounterResetHint::Gauge);
    let name = notes.metric_name;
    if is_rate && gauges.contains(&true) {
        notes.warn(format!("this native histogram metric is not a counter: {name:?}"), notes.args);
    }
    if !is_rate && gauges.contains(&false) {
        notes.warn(format!("this native histogram metric is not a gauge: {name:?}"), notes.args);
    }
    let mut change = last.clone();
    if !reset {
        let Ok(combined) = change.sub(previous) else {
            notes.warn(mixed_layouts_text(name), notes.args);
            return None;
        };
        if combined.bounds_reconciled {
            notes.info("mismatched custom buckets were reconciled during subtraction", notes.args);
        }
    }
    change.counter_reset_hint = CounterResetHint::Gauge;
    change.compact();
    Some(change)
}
