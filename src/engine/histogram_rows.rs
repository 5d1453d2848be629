//! Native histograms of one layout over all steps: a row of numbers for each, in one block of memory.
//!
//! The histograms of a series nearly always have the same buckets, and so have those that are added up. Then an operator
//! is a loop over numbers, and no histogram is put together before somebody asks for it.

use std::sync::{Arc, OnceLock};

use crate::model::FloatHistogram;
use crate::model::histogram::CounterResetHint;

use super::numeric::kahan_inc;

/// Numbers of a row before those of the buckets: zero count, count, sum.
const SCALARS: usize = 3;

/// Where the buckets of histograms lie: as in this histogram, whose numbers have no meaning.
#[derive(Clone, Debug)]
pub(crate) struct Layout(Arc<FloatHistogram>);

impl Layout {
    /// The layout that all of `histograms` have. `None` where there is none, where they differ, and of gauges, which are
    /// not counted as counters are.
    pub(crate) fn shared(histograms: &[Arc<FloatHistogram>]) -> Option<Self> {
        let first = histograms.first()?;
        let fits = |histogram: &Arc<FloatHistogram>| {
            histogram.counter_reset_hint != CounterResetHint::Gauge && first.has_layout_of(histogram)
        };
        histograms.iter().all(fits).then(|| Layout(Arc::clone(first)))
    }

    fn is_same(&self, other: &Layout) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.has_layout_of(&other.0)
    }

    /// Numbers of a row.
    pub(crate) fn width(&self) -> usize {
        SCALARS + self.0.positive_buckets.len() + self.0.negative_buckets.len()
    }
}

/// Adds the numbers of `histogram`, which has the row's layout, times `sign` (1 or -1) to `row`.
#[inline]
pub(crate) fn add_to_row(row: &mut [f64], histogram: &FloatHistogram, sign: f64) {
    let Some(([zero_count, count, sum], buckets)) = row.split_first_chunk_mut::<SCALARS>() else { return };
    *zero_count += sign * histogram.zero_count;
    *count += sign * histogram.count;
    *sum += sign * histogram.sum;
    let theirs = histogram.positive_buckets.iter().chain(&histogram.negative_buckets);
    for (mine, theirs) in buckets.iter_mut().zip(theirs) {
        *mine += sign * theirs;
    }
}

/// Puts the numbers of `histogram`, which has the row's layout, into `row`.
#[inline]
pub(crate) fn write_row(row: &mut [f64], histogram: &FloatHistogram) {
    let Some((scalars, buckets)) = row.split_first_chunk_mut::<SCALARS>() else { return };
    *scalars = [histogram.zero_count, histogram.count, histogram.sum];
    let (positive, negative) = buckets.split_at_mut(histogram.positive_buckets.len().min(buckets.len()));
    positive.copy_from_slice(&histogram.positive_buckets);
    negative.copy_from_slice(&histogram.negative_buckets);
}

/// The count of the histogram in `row`.
#[inline]
pub(crate) fn count_of(row: &[f64]) -> f64 {
    row.get(1).copied().unwrap_or(f64::NAN)
}

/// Histograms of one layout, all of them gauges, as differences and rates of counters are.
#[derive(Clone, Debug)]
pub(crate) struct HistogramRows {
    layout: Layout,
    /// A row for each step; of no meaning where the step holds no histogram.
    numbers: Vec<f64>,
    /// The histograms, put together when one is asked for.
    listed: OnceLock<Vec<Option<Arc<FloatHistogram>>>>,
}

impl HistogramRows {
    /// `numbers`: rows of the layout's width, one for each step.
    pub(crate) fn new(layout: Layout, numbers: Vec<f64>) -> Self {
        HistogramRows { layout, numbers, listed: OnceLock::new() }
    }

    /// How many numbers are held.
    pub(crate) fn numbers(&self) -> usize {
        self.numbers.len()
    }

    /// The histograms at the steps that `presence` names.
    pub(crate) fn listed(&self, presence: impl Iterator<Item = bool>) -> &[Option<Arc<FloatHistogram>>] {
        self.listed.get_or_init(|| {
            let rows = self.numbers.chunks_exact(self.layout.width());
            rows.zip(presence).map(|(row, present)| present.then(|| Arc::new(self.histogram(row)))).collect()
        })
    }

    /// The histograms at the steps that `presence` names, for a column that goes on without rows.
    pub(crate) fn into_listed(self, presence: impl Iterator<Item = bool>) -> Vec<Option<Arc<FloatHistogram>>> {
        self.listed(presence);
        self.listed.into_inner().unwrap_or_default()
    }

    fn histogram(&self, row: &[f64]) -> FloatHistogram {
        let mut histogram = FloatHistogram::clone(&self.layout.0);
        histogram.counter_reset_hint = CounterResetHint::Gauge;
        if let Some(([zero_count, count, sum], buckets)) = row.split_first_chunk::<SCALARS>() {
            (histogram.zero_count, histogram.count, histogram.sum) = (*zero_count, *count, *sum);
            let places = histogram.positive_buckets.iter_mut().chain(&mut histogram.negative_buckets);
            places.zip(buckets).for_each(|(place, number)| *place = *number);
        }
        histogram.compact();
        histogram
    }
}

/// The sum of histograms in rows, with every rounding error kept beside it.
pub(crate) struct RowsSum {
    layout: Layout,
    sums: Vec<f64>,
    corrections: Vec<f64>,
    present: Vec<bool>,
}

impl RowsSum {
    /// A sum of nothing yet, of histograms with the layout of `first`.
    pub(crate) fn new(first: &HistogramRows, steps: usize) -> Self {
        let numbers = steps.saturating_mul(first.layout.width());
        RowsSum {
            layout: first.layout.clone(),
            sums: vec![0.0; numbers],
            corrections: vec![0.0; numbers],
            present: vec![false; steps],
        }
    }

    /// Whether `rows` can be added.
    pub(crate) fn takes(&self, rows: &HistogramRows) -> bool {
        self.layout.is_same(&rows.layout)
    }

    /// Adds the histograms at the steps that `presence` names.
    pub(crate) fn add(&mut self, rows: &HistogramRows, presence: impl Iterator<Item = bool>) {
        let width = self.layout.width();
        let mine = self.sums.chunks_exact_mut(width).zip(self.corrections.chunks_exact_mut(width));
        let theirs = rows.numbers.chunks_exact(width).zip(presence);
        for (((sums, corrections), (row, is_there)), present) in mine.zip(theirs).zip(&mut self.present) {
            if !is_there {
                continue;
            }
            if !std::mem::replace(present, true) {
                sums.copy_from_slice(row);
                continue;
            }
            for ((sum, correction), value) in sums.iter_mut().zip(corrections).zip(row) {
                (*sum, *correction) = kahan_inc(*value, *sum, *correction);
            }
        }
    }

    /// The sums, and at which steps there are any.
    pub(crate) fn finish(self) -> (HistogramRows, Vec<bool>) {
        let numbers = self.sums.iter().zip(&self.corrections).map(|(sum, correction)| sum + correction).collect();
        (HistogramRows::new(self.layout, numbers), self.present)
    }
}
