//! `sum_over_time` and `avg_over_time` of floats.
//!
//! A sum is added up value by value, since the rounding of each addition is part of the result. Where nothing is ever
//! rounded, because all values are whole numbers and small enough, running totals give the same and a long window costs
//! no more than a short one.

use crate::engine::column::Column;
use crate::engine::numeric::{Mean, kahan_inc};
use crate::engine::range_input::RangeInput;
use crate::engine::store::Samples;

use super::float_windows::{FloatWindow, floats};

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

fn add_up(values: &[f64]) -> f64 {
    let (sum, c) = values.iter().fold((0.0, 0.0), |(sum, c), value| kahan_inc(*value, sum, c));
    if sum.is_infinite() { sum } else { sum + c }
}

fn mean(values: &[f64]) -> f64 {
    let [first, rest @ ..] = values else { return f64::NAN };
    let mut mean = Mean::of(*first);
    for value in rest {
        mean.add(*value);
    }
    mean.value()
}

/// The sums of all values before each sample.
struct Totals(Vec<f64>);

impl Totals {
    /// `None` where windows are short or a sum could be rounded. Negative zero is not a whole number here: a mean would
    /// keep its sign.
    fn of(samples: &Samples<f64>, input: &RangeInput<'_>) -> Option<Self> {
        let long = samples.times.windows(LONG_WINDOW).next()?;
        let span = long.last()?.saturating_sub(*long.first()?);
        if input.range < span {
            return None;
        }
        let mut totals = Vec::with_capacity(samples.values.len() + 1);
        let (mut total, mut magnitude) = (0.0, 0.0);
        totals.push(total);
        for value in &samples.values {
            magnitude += value.abs();
            let is_whole = value.trunc() == *value && !(*value == 0.0 && value.is_sign_negative());
            // Written so that a NaN is refused as well.
            if !(is_whole && magnitude < EXACT) {
                return None;
            }
            total += value;
            totals.push(total);
        }
        Some(Totals(totals))
    }

    fn of_window(&self, window: &FloatWindow<'_>) -> f64 {
        let before = |index: usize| self.0.get(index).copied().unwrap_or(f64::NAN);
        before(window.to) - before(window.from)
    }
}
