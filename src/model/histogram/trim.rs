//! Cutting off observations: the operators `</` and `>/`.
//!
//! Whole buckets on the kept side stay, those on the other side go, and the bucket that the cut falls into is
//! interpolated as `histogram_quantile` would. Count and sum are estimated anew from the buckets that are left (with the
//! sum from bucket midpoints), unless nothing was cut (`TrimBuckets` in Prometheus'
//! `model/histogram/float_histogram.go`).

use super::{Bucket, FloatHistogram};
use crate::model::gomath;

/// Which observations to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Those up to the cut: the operator `</`.
    Below,
    /// Those from the cut on: the operator `>/`.
    Above,
}

/// How observations are taken to be spread in a bucket.
#[derive(Clone, Copy, PartialEq)]
enum Spread {
    /// Evenly: custom buckets.
    Linear,
    /// Evenly in the logarithm: standard positive buckets.
    Exponential,
    /// The same for negative buckets.
    NegativeExponential,
}

/// What is left of a bucket: the number of observations, and the value that they have on average.
struct Kept {
    count: f64,
    midpoint: f64,
}

impl Kept {
    const NOTHING: Kept = Kept { count: 0.0, midpoint: 0.0 };
}

impl FloatHistogram {
    /// The histogram with only the observations on one side of `cut`, estimated. Compacted if anything was cut.
    #[must_use]
    pub fn trimmed(&self, cut: f64, keep: Keep) -> FloatHistogram {
        let mut result = self.clone();
        let mut totals = Totals::default();
        let spread = if self.uses_custom_buckets() { Spread::Linear } else { Spread::Exponential };
        let positive = self.positive_buckets_from_zero().zip(&mut result.positive_buckets);
        let has_positive = totals.trim_side(positive, cut, keep, spread);
        let negative = self.negative_buckets_from_zero().zip(&mut result.negative_buckets);
        let has_negative = totals.trim_side(negative, cut, keep, Spread::NegativeExponential);
        if self.zero_count > 0.0 {
            let mut zero = self.zero_bucket();
            // All observations near zero are taken to have the sign of the others, if those have just one.
            match (has_negative, has_positive) {
                (true, false) => zero.upper = 0.0,
                (false, true) => zero.lower = 0.0,
                _ => {}
            }
            let kept = trim_zero_bucket(&zero, cut, keep);
            totals.take(&kept, &mut result.zero_count);
        }
        if totals.changed {
            result.count = totals.count;
            result.sum = totals.sum;
            result.compact();
        }
        result
    }
}

/// Count and sum of what is left, as they add up.
#[derive(Default)]
struct Totals {
    count: f64,
    sum: f64,
    changed: bool,
}

impl Totals {
    /// Trims the buckets of one side; says whether any was populated.
    fn trim_side<'a>(
        &mut self,
        buckets: impl Iterator<Item = (Bucket, &'a mut f64)>,
        cut: f64,
        keep: Keep,
        spread: Spread,
    ) -> bool {
        let mut is_populated = false;
        for (bucket, count) in buckets.filter(|(bucket, _)| bucket.count != 0.0) {
            is_populated = true;
            self.take(&trim_bucket(&bucket, cut, keep, spread), count);
        }
        is_populated
    }

    fn take(&mut self, kept: &Kept, count: &mut f64) {
        self.count += kept.count;
        self.sum += kept.midpoint * kept.count;
        if *count != kept.count {
            *count = kept.count;
            self.changed = true;
        }
    }
}

fn trim_bucket(bucket: &Bucket, cut: f64, keep: Keep, spread: Spread) -> Kept {
    let (is_whole, is_cut) = match keep {
        Keep::Below => (bucket.upper <= cut, bucket.lower < cut),
        Keep::Above => (bucket.lower >= cut, bucket.upper > cut),
    };
    if is_whole {
        Kept { count: bucket.count, midpoint: midpoint(bucket.lower, bucket.upper, spread) }
    } else if !is_cut {
        Kept::NOTHING
    } else if bucket.lower.is_infinite() || bucket.upper.is_infinite() {
        cut_infinite_bucket(bucket, cut, keep)
    } else {
        let below = count_below(bucket, cut, spread);
        match keep {
            Keep::Below => Kept { count: below, midpoint: midpoint(bucket.lower, cut, spread) },
            Keep::Above => Kept { count: bucket.count - below, midpoint: midpoint(cut, bucket.upper, spread) },
        }
    }
}

/// How observations lie in an infinite bucket is unknown. One that begins at `-Inf` and ends above zero is taken to
/// begin at zero; another is kept or dropped as a whole.
fn cut_infinite_bucket(bucket: &Bucket, cut: f64, keep: Keep) -> Kept {
    let has_finite_end = bucket.upper.is_finite();
    match keep {
        Keep::Below if bucket.lower.is_finite() => Kept::NOTHING,
        Keep::Below if has_finite_end && bucket.upper > 0.0 && cut > 0.0 => {
            Kept { count: bucket.count * cut / bucket.upper, midpoint: cut / 2.0 }
        }
        Keep::Below if bucket.upper <= 0.0 => Kept { count: bucket.count, midpoint: cut },
        Keep::Below => Kept::NOTHING,
        Keep::Above if bucket.lower.is_finite() => Kept { count: bucket.count, midpoint: cut },
        Keep::Above if has_finite_end && cut >= 0.0 => {
            Kept { count: bucket.count * (1.0 - cut / bucket.upper), midpoint: (cut + bucket.upper) / 2.0 }
        }
        Keep::Above => Kept::NOTHING,
    }
}

/// The observations of a finite bucket that lie below `cut`, a value inside it.
fn count_below(bucket: &Bucket, cut: f64, spread: Spread) -> f64 {
    let log = |value: f64| gomath::log2(value.abs());
    let fraction = match spread {
        Spread::Linear => (cut - bucket.lower) / (bucket.upper - bucket.lower),
        Spread::Exponential => (log(cut) - log(bucket.lower)) / (log(bucket.upper) - log(bucket.lower)),
        Spread::NegativeExponential => 1.0 - (log(cut) - log(bucket.upper)) / (log(bucket.lower) - log(bucket.upper)),
    };
    bucket.count * fraction
}

/// The value that the observations between two boundaries have on average.
fn midpoint(lower: f64, upper: f64, spread: Spread) -> f64 {
    match (lower.is_infinite(), upper.is_infinite()) {
        (true, true) => 0.0,
        (true, false) if upper > 0.0 => upper / 2.0,
        (true, false) => upper,
        (false, true) => lower,
        (false, false) => match spread {
            Spread::Linear => (lower + upper) / 2.0,
            Spread::Exponential => (lower * upper).abs().sqrt(),
            Spread::NegativeExponential => -(lower * upper).abs().sqrt(),
        },
    }
}

fn trim_zero_bucket(zero: &Bucket, cut: f64, keep: Keep) -> Kept {
    let Bucket { lower, upper, count, .. } = *zero;
    let whole = Kept { count, midpoint: (lower + upper) / 2.0 };
    match keep {
        Keep::Below if cut <= lower => Kept::NOTHING,
        Keep::Below if cut >= upper => whole,
        Keep::Below => Kept { count: count * ((cut - lower) / (upper - lower)), midpoint: (lower + cut) / 2.0 },
        Keep::Above if cut <= lower => whole,
        Keep::Above if cut >= upper => Kept::NOTHING,
        Keep::Above => Kept { count: count * ((upper - cut) / (upper - lower)), midpoint: (cut + upper) / 2.0 },
    }
}
