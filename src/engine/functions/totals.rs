//! `sum_over_time` and `avg_over_time` of floats.
//!
//! A sum is added up value by value, since the rounding of each addition is part of the result. Where nothing is ever
//! rounded, because all values are whole numbers and small enough, running totals give the same and a long window costs
//! no more than a short one.

use crate::engine::column::Column;
use crate::engine::range_input::RangeInput;
use crate::engine::store::Samples;

use super::over_time::{add_up, mean};
use super::sweep::{FloatWindow, floats};

/// Whole numbers up to here are added without rounding.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Windows with fewer samples are quick to add up.
const LONG_WINDOW: usize = 32;

/// `sum_over_time(v[d])`
pub(super) fn sum(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    match Totals::of(samples, input) {
        Some(totals) => floats(samples, input, |window| totals.of_window(window)),
        None => floats(samples, input, |window| add_up(window.values())),
    }
}

/// `avg_over_time(v[d])`
pub(super) fn avg(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    match Totals::of(samples, input) {
        Some(totals) => floats(samples, input, |window| totals.of_window(window) / window.len() as f64),
        None => floats(samples, input, |window| mean(window.values())),
    }
}

/// The sums of all values before each sample that any window holds.
struct Totals {
    /// The index of the first of these samples.
    first: usize,
    totals: Vec<f64>,
}

impl Totals {
    /// `None` where windows are short or a sum could be rounded. Negative zero is not a whole number here: a mean would
    /// keep its sign.
    fn of(samples: &Samples<f64>, input: &RangeInput<'_>) -> Option<Self> {
        let seen = input.seen(&samples.times);
        let (first, last) = (samples.times.get(seen.start)?, samples.times.get(seen.start + LONG_WINDOW)?);
        if input.steps.count < 2 || input.range < last.saturating_sub(*first) {
            return None;
        }
        let values = samples.values.get(seen.clone())?;
        let mut totals = Vec::with_capacity(values.len() + 1);
        let (mut total, mut magnitude) = (0.0, 0.0);
        totals.push(total);
        for value in values {
            magnitude += value.abs();
            let is_whole = value.trunc() == *value && !(*value == 0.0 && value.is_sign_negative());
            // Written so that a NaN is refused as well.
            if !(is_whole && magnitude < EXACT) {
                return None;
            }
            total += value;
            totals.push(total);
        }
        Some(Totals { first: seen.start, totals })
    }

    fn of_window(&self, window: &FloatWindow<'_>) -> f64 {
        let before = |index: usize| self.totals.get(index - self.first).copied().unwrap_or(f64::NAN);
        before(window.to) - before(window.from)
    }
}
