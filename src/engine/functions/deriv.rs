//! `deriv`, `predict_linear` and `double_exponential_smoothing`: trends of gauges.

use crate::engine::column::Slot;
use crate::engine::numeric::kahan_inc;

use super::window::{Notes, Slice, Window};

/// `deriv(v[d])`: the slope per second of the line that fits best.
pub(super) fn deriv(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    let Some(first) = trend_start(window, notes) else { return Slot::Absent };
    // An intercept near the samples keeps the numbers small.
    Slot::Float(linear_regression(&window.floats, first).0)
}

/// `predict_linear(v[d], t)`: where that line is `t` seconds after the evaluation time.
pub(super) fn predict_linear(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    if trend_start(window, notes).is_none() {
        return Slot::Absent;
    }
    let (slope, intercept) = linear_regression(&window.floats, window.time);
    Slot::Float(slope * window.args[0] + intercept)
}

/// The time of the first float, if there are at least two. Says so where histograms are ignored.
fn trend_start(window: &Window<'_>, notes: &mut Notes<'_>) -> Option<i64> {
    if !window.floats.is_empty() && !window.histograms.is_empty() {
        notes.ignored_histograms();
    }
    if window.floats.len() < 2 {
        return None;
    }
    window.floats.first().map(|(t_ms, _)| t_ms)
}

/// Least squares: the slope per second, and the value at `intercept_ms`.
fn linear_regression(samples: &Slice<'_, f64>, intercept_ms: i64) -> (f64, f64) {
    let mut n = 0.0;
    let (mut sum_x, mut c_x) = (0.0, 0.0);
    let (mut sum_y, mut c_y) = (0.0, 0.0);
    let (mut sum_xy, mut c_xy) = (0.0, 0.0);
    let (mut sum_x2, mut c_x2) = (0.0, 0.0);
    let first = samples.values.first().copied().unwrap_or(f64::NAN);
    let mut constant = true;
    for (index, (t_ms, y)) in samples.iter().enumerate() {
        if constant && index > 0 && *y != first {
            constant = false;
        }
        n += 1.0;
        let x = t_ms.saturating_sub(intercept_ms) as f64 / 1e3;
        (sum_x, c_x) = kahan_inc(x, sum_x, c_x);
        (sum_y, c_y) = kahan_inc(*y, sum_y, c_y);
        (sum_xy, c_xy) = kahan_inc(x * y, sum_xy, c_xy);
        (sum_x2, c_x2) = kahan_inc(x * x, sum_x2, c_x2);
    }
    if constant {
        return if first.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, first) };
    }
    let (sum_x, sum_y, sum_xy, sum_x2) = (sum_x + c_x, sum_y + c_y, sum_xy + c_xy, sum_x2 + c_x2);
    let covariance = sum_xy - sum_x * sum_y / n;
    let variance = sum_x2 - sum_x * sum_x / n;
    let slope = covariance / variance;
    (slope, sum_y / n - slope * sum_x / n)
}

/// `double_exponential_smoothing(v[d], sf, tf)`.
pub(super) fn double_exponential_smoothing(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    let [smoothing, trend_factor] = window.args;
    if smoothing.is_nan() || smoothing <= 0.0 || smoothing >= 1.0 {
        notes.fail(format!("invalid smoothing factor. Expected: 0 < sf < 1, got: {smoothing:.6}"));
        return Slot::Absent;
    }
    if trend_factor.is_nan() || trend_factor <= 0.0 || trend_factor >= 1.0 {
        notes.fail(format!("invalid trend factor. Expected: 0 < tf < 1, got: {trend_factor:.6}"));
        return Slot::Absent;
    }
    if trend_start(window, notes).is_none() {
        return Slot::Absent;
    }
    let [first, second, ..] = window.floats.values else { return Slot::Absent };
    let mut previous = 0.0;
    let mut smoothed = *first;
    let mut trend = second - first;
    for (index, value) in window.floats.values.iter().enumerate().skip(1) {
        if index > 1 {
            trend = trend_factor * (smoothed - previous) + (1.0 - trend_factor) * trend;
        }
        let x = smoothing * value;
        let y = (1.0 - smoothing) * (smoothed + trend);
        (previous, smoothed) = (smoothed, x + y);
    }
    Slot::Float(smoothed)
}
