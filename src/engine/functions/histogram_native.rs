//! Statistics of one native histogram. The formulas are those of Prometheus' `promql/quantile.go` and
//! `promql/functions.go`.

use crate::engine::numeric::kahan_inc;
use crate::model::FloatHistogram;
use crate::model::gomath::{exp2, log2};
use crate::model::histogram::Bucket;

/// Observations that are NaN: they count, but are in no bucket, so they lie above everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NanObservations {
    /// There are none, or they do not matter.
    No,
    /// They move the result upwards.
    Skew,
    /// The result is one of them.
    Result,
}

/// The value below which the fraction `q` of the observations lies, interpolated in its bucket: exponentially with
/// standard buckets, linearly in the zero bucket and with custom buckets.
pub(super) fn quantile(q: f64, histogram: &FloatHistogram) -> (f64, NanObservations) {
    if q < 0.0 {
        return (f64::NEG_INFINITY, NanObservations::No);
    }
    if q > 1.0 {
        return (f64::INFINITY, NanObservations::No);
    }
    if histogram.count == 0.0 || q.is_nan() {
        return (f64::NAN, NanObservations::No);
    }
    // Counting from the top loses less to rounding for high quantiles, but would begin at observations that are NaN.
    let may_have_nan = histogram.sum.is_nan();
    let upwards = may_have_nan || q < 0.5;
    let mut buckets = histogram.all_buckets();
    if !upwards {
        buckets.reverse();
    }
    let rank = if upwards { q } else { 1.0 - q } * histogram.count;
    let mut count = 0.0;
    let mut bucket = Bucket { lower: 0.0, upper: 0.0, lower_inclusive: false, upper_inclusive: false, count: 0.0 };
    let mut rest = buckets.into_iter();
    for next in rest.by_ref() {
        bucket = next;
        count += next.count;
        if next.count != 0.0 && count >= rank {
            break;
        }
    }
    if histogram.uses_custom_buckets() {
        if bucket.lower == f64::NEG_INFINITY {
            if bucket.upper <= 0.0 {
                return (bucket.upper, NanObservations::No);
            }
            bucket.lower = 0.0;
        } else if bucket.upper == f64::INFINITY {
            return (bucket.lower, NanObservations::No);
        }
    } else if bucket.lower < 0.0 && bucket.upper > 0.0 {
        one_sided(&mut bucket, histogram);
    }
    let count = count.min(histogram.count);
    if count < rank {
        // More observations than the buckets hold: they are NaN, or the histogram contradicts itself.
        return if may_have_nan { (f64::NAN, NanObservations::Result) } else { (bucket.upper, NanObservations::No) };
    }
    let rank = if upwards { rank - (count - bucket.count) } else { count - rank };
    let in_buckets = count + rest.map(|bucket| bucket.count).sum::<f64>();
    let nan = if may_have_nan && in_buckets < histogram.count { NanObservations::Skew } else { NanObservations::No };
    (interpolate(&bucket, rank / bucket.count, histogram.uses_custom_buckets()), nan)
}

/// Cuts the zero bucket off at zero where all other observations are on one side of it.
fn one_sided(bucket: &mut Bucket, histogram: &FloatHistogram) {
    match (histogram.negative_buckets.is_empty(), histogram.positive_buckets.is_empty()) {
        (true, false) => bucket.lower = 0.0,
        (false, true) => bucket.upper = 0.0,
        _ => {}
    }
}

/// The value at `fraction` of the way through a bucket.
fn interpolate(bucket: &Bucket, fraction: f64, is_custom: bool) -> f64 {
    let Bucket { lower, upper, .. } = *bucket;
    if is_custom || lower <= 0.0 && upper >= 0.0 {
        return lower + (upper - lower) * fraction;
    }
    let (log_lower, log_upper) = (log2(lower.abs()), log2(upper.abs()));
    if lower > 0.0 {
        exp2(log_lower + (log_upper - log_lower) * fraction)
    } else {
        -exp2(log_upper + (log_lower - log_upper) * (1.0 - fraction))
    }
}

/// The fraction of the observations between `lower` and `upper`, and whether there are observations that are NaN (they
/// are in no fraction).
pub(super) fn fraction(lower: f64, upper: f64, histogram: &FloatHistogram) -> (f64, bool) {
    if histogram.count == 0.0 || lower.is_nan() || upper.is_nan() {
        return (f64::NAN, false);
    }
    if lower >= upper {
        return (0.0, false);
    }
    let buckets = histogram.all_buckets();
    let (mut lower_rank, mut upper_rank) = (Rank::new(lower), Rank::new(upper));
    let mut rank = 0.0;
    for bucket in &buckets {
        let mut bucket = *bucket;
        let is_zero = bucket.lower <= 0.0 && bucket.upper >= 0.0;
        if is_zero {
            one_sided(&mut bucket, histogram);
        }
        let is_linear = is_zero || histogram.uses_custom_buckets();
        lower_rank.look_at(&bucket, rank, is_linear);
        upper_rank.look_at(&bucket, rank, is_linear);
        if lower_rank.found.is_some() && upper_rank.found.is_some() {
            break;
        }
        rank += bucket.count;
    }
    let in_buckets: f64 = buckets.iter().map(|bucket| bucket.count).sum();
    let has_nan = histogram.sum.is_nan() && in_buckets < histogram.count;
    let most = if histogram.sum.is_nan() { in_buckets } else { histogram.count };
    ((upper_rank.capped(most) - lower_rank.capped(most)) / histogram.count, has_nan)
}

/// How many observations lie below a value.
pub(super) struct Rank {
    value: f64,
    found: Option<f64>,
}

impl Rank {
    pub(super) fn new(value: f64) -> Self {
        Rank { value, found: None }
    }

    /// Looks at the next bucket, below which `rank` observations lie.
    pub(super) fn look_at(&mut self, bucket: &Bucket, rank: f64, is_linear: bool) {
        if self.found.is_some() || bucket.upper <= self.value && bucket.lower < self.value {
            return;
        }
        self.found = Some(if bucket.lower >= self.value {
            rank
        } else if !is_linear {
            rank + bucket.count * exponential_fraction(bucket, self.value)
        } else if bucket.lower == f64::NEG_INFINITY {
            // Nothing can be said of where in an endless bucket the value lies.
            bucket.count
        } else {
            rank + bucket.count * (self.value - bucket.lower) / (bucket.upper - bucket.lower)
        });
    }

    /// The rank, at most `most`, which is also the rank of what lies above all buckets.
    pub(super) fn capped(&self, most: f64) -> f64 {
        self.found.filter(|rank| *rank <= most).unwrap_or(most)
    }
}

fn exponential_fraction(bucket: &Bucket, value: f64) -> f64 {
    let (log_lower, log_upper) = (log2(bucket.lower.abs()), log2(bucket.upper.abs()));
    let log = log2(value.abs());
    if value > 0.0 {
        (log - log_lower) / (log_upper - log_lower)
    } else {
        1.0 - (log - log_upper) / (log_lower - log_upper)
    }
}

/// The variance of the observations, each taken to be in the middle of its bucket: the geometric mean of the bounds,
/// with custom buckets the arithmetic one, zero in the zero bucket.
pub(super) fn variance(histogram: &FloatHistogram) -> f64 {
    let mean = histogram.sum / histogram.count;
    let (mut sum, mut correction) = (0.0, 0.0);
    for bucket in histogram.all_buckets().iter().filter(|bucket| bucket.count != 0.0) {
        let middle = if histogram.uses_custom_buckets() {
            (bucket.upper + bucket.lower) / 2.0
        } else if bucket.lower <= 0.0 && bucket.upper >= 0.0 {
            0.0
        } else {
            (bucket.upper * bucket.lower).sqrt().copysign(bucket.upper)
        };
        let delta = middle - mean;
        (sum, correction) = kahan_inc(bucket.count * delta * delta, sum, correction);
    }
    (sum + correction) / histogram.count
}
