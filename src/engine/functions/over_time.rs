//! Aggregations over a window: `sum_over_time` and its kin.

use crate::engine::column::Slot;
use crate::engine::numeric::{self, Mean, kahan_inc};
use crate::model::gofmt;
use crate::model::histogram::{HistogramAverage, HistogramSum, IncompatibleSchemas, Reconciliation};

use super::rate_histogram::mixed_layouts_text;
use super::window::{Notes, Window};

/// `sum_over_time(v[d])`
pub(super) fn sum(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    if is_mixed(window, notes) {
        return Slot::Absent;
    }
    if window.floats.is_empty() {
        let [first, rest @ ..] = window.histograms.values else { return Slot::Absent };
        let mut sum = HistogramSum::new(first);
        for histogram in rest {
            if !note_reconciliation(sum.add(histogram), notes) {
                return Slot::Absent;
            }
        }
        note_reset_collision(window, notes);
        return sum.finish().into();
    }
    Slot::Float(add_up(window.floats.values))
}

/// The sum of floats, with the rounding errors kept beside it.
pub(super) fn add_up(values: &[f64]) -> f64 {
    let (sum, c) = values.iter().fold((0.0, 0.0), |(sum, c), value| kahan_inc(*value, sum, c));
    if sum.is_infinite() { sum } else { sum + c }
}

/// `avg_over_time(v[d])`
pub(super) fn avg(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    if is_mixed(window, notes) {
        return Slot::Absent;
    }
    if !window.floats.is_empty() {
        return Slot::Float(mean(window.floats.values));
    }
    let [first, rest @ ..] = window.histograms.values else { return Slot::Absent };
    let mut mean = HistogramAverage::new(first);
    for histogram in rest {
        if !note_reconciliation(mean.add(histogram), notes) {
            return Slot::Absent;
        }
    }
    note_reset_collision(window, notes);
    mean.finish().into()
}

/// The mean of floats; NaN of none.
pub(super) fn mean(values: &[f64]) -> f64 {
    let [first, rest @ ..] = values else { return f64::NAN };
    let mut mean = Mean::of(*first);
    for value in rest {
        mean.add(*value);
    }
    mean.value()
}

fn is_mixed(window: &Window<'_>, notes: &mut Notes<'_>) -> bool {
    let mixed = !window.floats.is_empty() && !window.histograms.is_empty();
    if mixed {
        notes.mixed(notes.arg);
    }
    mixed
}

/// Whether the histograms could be combined.
fn note_reconciliation(result: Result<Reconciliation, IncompatibleSchemas>, notes: &mut Notes<'_>) -> bool {
    match result {
        Ok(reconciliation) => {
            if reconciliation.bounds_reconciled {
                notes.info("mismatched custom buckets were reconciled during aggregation", notes.arg);
            }
            true
        }
        Err(_) => {
            notes.warn(mixed_layouts_text(notes.metric_name), notes.arg);
            false
        }
    }
}

fn note_reset_collision(window: &Window<'_>, notes: &mut Notes<'_>) {
    use crate::model::histogram::CounterResetHint;
    let has = |hint| window.histograms.values.iter().any(|histogram| histogram.counter_reset_hint == hint);
    if has(CounterResetHint::Reset) && has(CounterResetHint::NotReset) {
        notes.warn("conflicting counter resets during histogram aggregation", notes.arg);
    }
}

/// `count_over_time(v[d])`
pub(super) fn count(window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    Slot::Float((window.floats.len() + window.histograms.len()) as f64)
}

/// `present_over_time(v[d])`
pub(super) fn present(_window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    Slot::Float(1.0)
}

/// `last_over_time(v[d])`
pub(super) fn last(window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    match (window.floats.last(), window.histograms.last()) {
        (Some((f, _)), Some((h, histogram))) if h > f => Slot::Histogram(histogram.clone()),
        (Some((_, value)), _) => Slot::Float(*value),
        (None, Some((_, histogram))) => Slot::Histogram(histogram.clone()),
        (None, None) => Slot::Absent,
    }
}

/// `first_over_time(v[d])`
pub(super) fn first(window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    match (window.floats.first(), window.histograms.first()) {
        (Some((f, _)), Some((h, histogram))) if h < f => Slot::Histogram(histogram.clone()),
        (Some((_, value)), _) => Slot::Float(*value),
        (None, Some((_, histogram))) => Slot::Histogram(histogram.clone()),
        (None, None) => Slot::Absent,
    }
}

/// `stddev_over_time(v[d])`
pub(super) fn stddev(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    floats_only(window, notes).map_or(Slot::Absent, |values| Slot::Float(variance(values).sqrt()))
}

/// `stdvar_over_time(v[d])`
pub(super) fn stdvar(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    floats_only(window, notes).map_or(Slot::Absent, |values| Slot::Float(variance(values)))
}

/// The floats, if there are any. Says so where histograms are ignored beside them.
pub(super) fn floats_only<'a>(window: &Window<'a>, notes: &mut Notes<'_>) -> Option<&'a [f64]> {
    if window.floats.is_empty() {
        return None;
    }
    if !window.histograms.is_empty() {
        notes.ignored_histograms();
    }
    Some(window.floats.values)
}

/// Welford's population variance, with compensated mean and sum of squares.
fn variance(values: &[f64]) -> f64 {
    let mut count = 0.0;
    let (mut mean, mut c_mean) = (0.0, 0.0);
    let (mut aux, mut c_aux) = (0.0, 0.0);
    for value in values {
        count += 1.0;
        let delta = value - (mean + c_mean);
        (mean, c_mean) = kahan_inc(delta / count, mean, c_mean);
        (aux, c_aux) = kahan_inc(delta * (value - (mean + c_mean)), aux, c_aux);
    }
    (aux + c_aux) / count
}

/// `quantile_over_time(q, v[d])`
pub(super) fn quantile(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    let Some(values) = floats_only(window, notes) else { return Slot::Absent };
    let q = window.args[0];
    if q.is_nan() || !(0.0..=1.0).contains(&q) {
        let message = format!("quantile value should be between 0 and 1, got {}", gofmt::format_v(q));
        notes.warn(message, notes.first_arg);
    }
    Slot::Float(numeric::quantile(q, &mut values.to_vec()))
}

/// `mad_over_time(v[d])`: the median of the distances from the median.
pub(super) fn mad(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    let Some(values) = floats_only(window, notes) else { return Slot::Absent };
    let mut values = values.to_vec();
    if values.iter().any(|value| value.is_nan()) {
        return Slot::Float(f64::NAN);
    }
    let median = numeric::quantile(0.5, &mut values);
    for value in &mut values {
        *value = (*value - median).abs();
    }
    Slot::Float(numeric::quantile(0.5, &mut values))
}
