//! `min_over_time` and `max_over_time` of floats, each sample looked at once and not once per window.

use std::collections::VecDeque;

use crate::engine::column::Column;
use crate::engine::range_input::RangeInput;
use crate::engine::store::Samples;

use super::sweep::floats;

/// `min_over_time(v[d])`
pub(super) fn min(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    extreme(samples, input, |candidate, best| candidate < best)
}

/// `max_over_time(v[d])`
pub(super) fn max(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    extreme(samples, input, |candidate, best| candidate > best)
}

/// The first of the best values of each window; NaN only where there is nothing else.
fn extreme(samples: &Samples<f64>, input: &RangeInput<'_>, better: impl Fn(f64, f64) -> bool) -> Column {
    // Samples that may still become the best of a window, each worse than the one before it. No NaN is among them.
    let mut candidates: VecDeque<(usize, f64)> = VecDeque::new();
    let mut seen = 0;
    floats(samples, input, |window| {
        for index in seen.max(window.from)..window.to {
            let value = window.value(index);
            if value.is_nan() {
                continue;
            }
            while candidates.back().is_some_and(|(_, last)| better(value, *last)) {
                candidates.pop_back();
            }
            candidates.push_back((index, value));
        }
        seen = window.to;
        while candidates.front().is_some_and(|(index, _)| *index < window.from) {
            candidates.pop_front();
        }
        candidates.front().map_or_else(|| window.value(window.to - 1), |(_, best)| *best)
    })
}
