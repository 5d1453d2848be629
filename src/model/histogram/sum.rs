//! Sums of many histograms without loss to rounding.

use super::FloatHistogram;
use super::accumulator::{Accumulator, IncompatibleSchemas, Reconciliation};
use super::cell::Compensated;

/// A sum of histograms in which every count keeps its rounding error beside it (Kahan-Neumaier), as the `sum` and `avg`
/// families need it.
#[derive(Clone, Debug)]
pub struct HistogramSum {
    sum: Accumulator<Compensated>,
}

impl HistogramSum {
    /// The sum that begins with `first`.
    pub fn new(first: &FloatHistogram) -> Self {
        HistogramSum { sum: Accumulator::new(first) }
    }

    /// Adds one histogram, reconciling layouts as [`FloatHistogram::add`] does.
    ///
    /// # Errors
    /// One has custom buckets and the other has not. The sum is unchanged then.
    pub fn add(&mut self, other: &FloatHistogram) -> Result<Reconciliation, IncompatibleSchemas> {
        self.sum.add(other, 1.0)
    }

    /// Multiplies the sum so far.
    pub fn mul(&mut self, factor: f64) {
        self.sum.scale(|value| value * factor);
    }

    /// Divides the sum so far by something other than zero.
    pub fn div(&mut self, divisor: f64) {
        self.sum.scale(|value| value / divisor);
    }

    /// Whether the sum or any count has become infinite.
    pub fn has_overflow(&self) -> bool {
        self.sum.has_overflow()
    }

    /// The sum, compacted.
    pub fn finish(&self) -> FloatHistogram {
        let mut sum = self.sum.finish();
        sum.compact();
        sum
    }
}
