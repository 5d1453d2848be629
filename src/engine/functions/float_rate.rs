//! `rate`, `increase` and `delta` of floats: the formula of [`super::rate`], with what neighbouring windows share
//! worked out once.

use crate::engine::column::{ABSENT, Column};
use crate::engine::range_input::RangeInput;
use crate::engine::store::Samples;

use super::gaps::Gaps;
use super::sweep::{FloatWindow, floats};

/// `rate(v[d])`
pub(super) fn rate(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    changes::<true, true>(samples, input)
}

/// `increase(v[d])`
pub(super) fn increase(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    changes::<true, false>(samples, input)
}

/// `delta(v[d])`
pub(super) fn delta(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    changes::<false, false>(samples, input)
}

fn changes<const IS_COUNTER: bool, const IS_RATE: bool>(samples: &Samples<f64>, input: &RangeInput<'_>) -> Column {
    let mut drops = Drops { at: &samples.drops };
    let mut gaps = Gaps::default();
    floats(samples, input, |window| {
        if window.len() < 2 {
            return ABSENT;
        }
        if !window.is_like_last {
            gaps.move_to(window, IS_RATE);
        }
        let first = window.value(window.from);
        let mut change = window.value(window.to - 1) - first;
        if IS_COUNTER {
            change = drops.add_to(change, window);
        }
        change * gaps.factor(first, change, IS_COUNTER, IS_RATE)
    })
}

/// The counter resets that no earlier window has left behind.
struct Drops<'a> {
    /// Indices of samples that are less than the one before.
    at: &'a [usize],
}

impl Drops<'_> {
    /// Adds what the counter had reached before each of its resets in the window.
    #[inline]
    fn add_to(&mut self, mut change: f64, window: &FloatWindow<'_>) -> f64 {
        while let [first, rest @ ..] = self.at
            && *first <= window.from
        {
            self.at = rest;
        }
        for at in self.at.iter().take_while(|at| **at < window.to) {
            change += window.value(at - 1);
        }
        change
    }
}
