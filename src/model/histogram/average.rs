//! The mean of many histograms.

use super::{FloatHistogram, HistogramSum, IncompatibleSchemas, Reconciliation};

/// The mean of histograms, as `avg` and `avg_over_time` compute it: a compensated sum divided by the number, until the
/// sum would overflow; from there on a running mean, in which each new histogram weighs one n-th.
#[derive(Clone, Debug)]
pub struct HistogramAverage {
    /// The sum, or the mean once `incremental` is set.
    gathered: HistogramSum,
    number: f64,
    incremental: bool,
}

impl HistogramAverage {
    /// The mean that begins with `first`.
    pub fn new(first: &FloatHistogram) -> Self {
        HistogramAverage { gathered: HistogramSum::new(first), number: 1.0, incremental: false }
    }

    /// Takes one more histogram into the mean.
    ///
    /// # Errors
    /// One has custom buckets and the others have not. The mean must not be used any more then.
    pub fn add(&mut self, other: &FloatHistogram) -> Result<Reconciliation, IncompatibleSchemas> {
        self.number += 1.0;
        if !self.incremental {
            let mut sum = self.gathered.clone();
            let reconciliation = sum.add(other)?;
            if !sum.has_overflow() {
                self.gathered = sum;
                return Ok(reconciliation);
            }
            self.incremental = true;
            self.gathered.div(self.number - 1.0);
        }
        self.gathered.mul((self.number - 1.0) / self.number);
        let mut share = other.clone();
        share.div(self.number);
        self.gathered.add(&share)
    }

    /// The mean, compacted.
    pub fn finish(&self) -> FloatHistogram {
        let mut mean = self.gathered.clone();
        if !self.incremental {
            mean.div(self.number);
        }
        mean.finish()
    }
}
