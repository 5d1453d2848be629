//! Buckets with their boundaries, for everything that interpolates.

use super::{FloatHistogram, side};

/// One bucket and where it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Lower boundary.
    pub lower: f64,
    /// Upper boundary.
    pub upper: f64,
    /// Whether an observation equal to the lower boundary is in the bucket.
    pub lower_inclusive: bool,
    /// Whether an observation equal to the upper boundary is in the bucket.
    pub upper_inclusive: bool,
    /// Observations.
    pub count: f64,
}

impl FloatHistogram {
    /// The positive buckets, from zero upwards; with custom bounds, all buckets. Empty ones are included.
    pub fn positive_buckets_from_zero(&self) -> impl Iterator<Item = Bucket> + '_ {
        let is_custom = self.uses_custom_buckets();
        side::indexed(&self.positive_spans, &self.positive_buckets).map(move |(index, count)| {
            let lower = self.upper_bound(index.saturating_sub(1));
            let upper = self.upper_bound(index);
            Bucket {
                lower,
                upper,
                lower_inclusive: if is_custom { index == 0 } else { lower < 0.0 },
                upper_inclusive: true,
                count,
            }
        })
    }

    /// The negative buckets, from zero downwards. Empty ones are included.
    pub fn negative_buckets_from_zero(&self) -> impl Iterator<Item = Bucket> + '_ {
        side::indexed(&self.negative_spans, &self.negative_buckets).map(|(index, count)| Bucket {
            lower: -self.upper_bound(index),
            upper: -self.upper_bound(index.saturating_sub(1)),
            lower_inclusive: true,
            upper_inclusive: false,
            count,
        })
    }

    /// The zero bucket, also when nothing is in it.
    pub fn zero_bucket(&self) -> Bucket {
        Bucket {
            lower: -self.zero_threshold,
            upper: self.zero_threshold,
            lower_inclusive: true,
            upper_inclusive: true,
            count: self.zero_count,
        }
    }

    /// All buckets by ascending boundaries: negative, zero (if populated), positive. A bucket that overlaps with the
    /// zero bucket is cut off at the zero threshold.
    pub fn all_buckets(&self) -> Vec<Bucket> {
        let threshold = self.zero_threshold;
        let mut buckets: Vec<Bucket> = self.negative_buckets_from_zero().collect();
        buckets.reverse();
        for bucket in &mut buckets {
            if bucket.upper < 0.0 && bucket.upper > -threshold {
                bucket.upper = -threshold;
            }
        }
        if self.zero_count > 0.0 {
            buckets.push(self.zero_bucket());
        }
        buckets.extend(self.positive_buckets_from_zero().map(|mut bucket| {
            if bucket.lower > 0.0 && bucket.lower < threshold {
                bucket.lower = threshold;
            }
            bucket
        }));
        buckets
    }
}
