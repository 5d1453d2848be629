//! Windows of series that have floats only, which nearly all are.
//!
//! [`super::window`] takes care of everything that a window may hold. Here is the short way for the functions that
//! rules use most: one loop over the steps, no window put together, nothing allocated but the result. Both ways give
//! the same bits; `tests/conformance/engine/windows.rs` holds them against each other.

use crate::engine::column::Column;
use crate::engine::range_input::RangeInput;
use crate::engine::store::Samples;

use super::sweep::floats;
use super::{extremes, float_rate, totals};

/// Evaluates a function over the windows of one series without histograms.
pub(super) type FloatWindows = fn(&Samples<f64>, &RangeInput<'_>) -> Column;

/// The short way of the function `name`, if it has one. None of them looks at start timestamps or scalar arguments.
pub(super) fn lookup(name: &str) -> Option<FloatWindows> {
    Some(match name {
        "rate" => float_rate::rate,
        "increase" => float_rate::increase,
        "delta" => float_rate::delta,
        "sum_over_time" => totals::sum,
        "avg_over_time" => totals::avg,
        "count_over_time" => |samples, input| floats(samples, input, |window| window.len() as f64),
        "present_over_time" => |samples, input| floats(samples, input, |_| 1.0),
        "first_over_time" => |samples, input| floats(samples, input, |window| window.value(window.from)),
        "last_over_time" => |samples, input| floats(samples, input, |window| window.value(window.to - 1)),
        "min_over_time" => extremes::min,
        "max_over_time" => extremes::max,
        _ => return None,
    })
}
