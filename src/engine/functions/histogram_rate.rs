//! `rate` and `increase` of native histograms that all have the same buckets, which those of one series nearly always
//! have: the formula of [`super::rate`] with rows of numbers in place of histograms.

use std::sync::Arc;

use crate::engine::column::{ABSENT, Column, HISTOGRAM};
use crate::engine::histogram_rows::{HistogramRows, Layout, add_to_row, count_of, write_row};
use crate::engine::range_input::RangeInput;
use crate::engine::store::Samples;
use crate::model::FloatHistogram;

use super::gaps::Gaps;
use super::sweep::{SampleWindow, sweep};

/// Evaluates a function over the windows of one series that has histograms only. `None` where
/// those that the windows see have different layouts, and where the result would hold more numbers than the last argument.
pub(super) type HistogramWindows = fn(&Samples<Arc<FloatHistogram>>, &RangeInput<'_>, usize) -> Option<Column>;

/// The short way of the function `name`, if it has one. It does not look at start timestamps.
pub(super) fn lookup(name: &str) -> Option<HistogramWindows> {
    match name {
        "rate" => Some(changes::<true>),
        "increase" => Some(changes::<false>),
        _ => None,
    }
}

fn changes<const IS_RATE: bool>(
    samples: &Samples<Arc<FloatHistogram>>,
    input: &RangeInput<'_>,
    room: usize,
) -> Option<Column> {
    // What no window sees is not looked at: of a long series an evaluation may be about a single window.
    let seen = input.seen(&samples.times);
    let histograms = samples.values.get(seen.clone())?;
    let layout = Layout::shared(histograms)?;
    let width = layout.width();
    let cells = input.steps.count.checked_mul(width).filter(|cells| *cells <= room)?;
    let resets = resets(histograms, seen.start);
    let mut rest = resets.as_slice();
    let mut gaps = Gaps::default();
    let mut numbers = vec![0.0; cells];
    let mut values = vec![ABSENT; input.steps.count];
    sweep(samples, input, |window| {
        let step = window.step;
        let row = numbers.get_mut(step * width..(step + 1) * width);
        let (Some(row), Some(value), Some(first)) = (row, values.get_mut(step), window.sample(window.from)) else {
            return;
        };
        if window.len() < 2 {
            return;
        }
        while let [reset, behind @ ..] = rest
            && *reset <= window.from
        {
            rest = behind;
        }
        change(row, window, rest);
        if !window.is_like_last {
            gaps.move_to(window, IS_RATE);
        }
        let factor = gaps.factor(first.count, count_of(row), true, IS_RATE);
        row.iter_mut().for_each(|number| *number *= factor);
        *value = HISTOGRAM;
    });
    Some(Column::from_rows(values, HistogramRows::new(layout, numbers)))
}

/// Last minus first, plus what was reached before each of the `resets` in the window.
fn change(row: &mut [f64], window: &SampleWindow<'_, Arc<FloatHistogram>>, resets: &[usize]) {
    let Some(last) = window.sample(window.to - 1) else { return };
    write_row(row, last);
    let mut resets = resets.iter().take_while(|at| **at < window.to).peekable();
    // Reset right after the first sample, the counter has grown by all that it has now.
    if resets.next_if(|at| **at == window.from + 1).is_none()
        && let Some(first) = window.sample(window.from)
    {
        add_to_row(row, first, -1.0);
    }
    for before in resets.filter_map(|at| window.sample(at - 1)) {
        add_to_row(row, before, 1.0);
    }
}

/// Indices of the samples before which the counter was reset; `first` is the index of the first of `histograms`.
fn resets(histograms: &[Arc<FloatHistogram>], first: usize) -> Vec<usize> {
    let pairs = (first + 1..).zip(histograms.iter().zip(histograms.iter().skip(1)));
    pairs.filter(|(_, (before, after))| after.detect_reset(before)).map(|(index, _)| index).collect()
}
