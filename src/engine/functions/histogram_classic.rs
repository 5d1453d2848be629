//! Statistics of one classic histogram. The formulas are those of Prometheus' `promql/quantile.go`.

use crate::model::histogram::{Bucket, ClassicBucket};

use super::histogram_native::Rank;

/// Differences between neighbouring buckets that are smaller, relative to their counts, come from rounding.
const TOLERANCE: f64 = 1e-12;

/// What was done to counts that fell from one bucket to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levelled {
    /// The lowest upper bound of a bucket that was levelled.
    pub(super) lowest: f64,
    /// The highest one.
    pub(super) highest: f64,
    /// The largest difference that was removed.
    pub(super) largest: f64,
}

impl Levelled {
    /// Takes in what was done to another histogram.
    pub(super) fn join(&mut self, other: Levelled) {
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
        self.largest = self.largest.max(other.largest);
    }
}

/// The value below which the fraction `q` of the observations lies, interpolated linearly in its bucket, and whether
/// counts had to be made ascending for that. `buckets`: by ascending bound. `scratch` spares allocations.
pub(super) fn quantile(q: f64, buckets: &[ClassicBucket], scratch: &mut Vec<ClassicBucket>) -> (f64, Option<Levelled>) {
    if q.is_nan() {
        return (f64::NAN, None);
    }
    if q < 0.0 {
        return (f64::NEG_INFINITY, None);
    }
    if q > 1.0 {
        return (f64::INFINITY, None);
    }
    let Some(buckets) = join(buckets, scratch) else { return (f64::NAN, None) };
    let levelled = level(buckets);
    let [finite @ .., last] = buckets else { return (f64::NAN, levelled) };
    let Some(highest_finite) = finite.last() else { return (f64::NAN, levelled) };
    if last.count == 0.0 {
        return (f64::NAN, levelled);
    }
    let rank = q * last.count;
    let at = first_where(finite.len(), |at| finite.get(at).is_some_and(|bucket| bucket.count >= rank));
    let Some(bucket) = finite.get(at) else { return (highest_finite.upper, levelled) };
    let below = at.checked_sub(1).and_then(|below| finite.get(below));
    let value = match below {
        None if bucket.upper <= 0.0 => bucket.upper,
        None => bucket.upper * (rank / bucket.count),
        Some(below) => {
            below.upper + (bucket.upper - below.upper) * ((rank - below.count) / (bucket.count - below.count))
        }
    };
    (value, levelled)
}

/// The first of `0..count` that `holds` for, in the order in which Go's `sort.Search` asks: with a NaN among the counts
/// the answer depends on that.
fn first_where(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The fraction of the observations between `lower` and `upper`. `buckets`: by ascending bound.
pub(super) fn fraction(lower: f64, upper: f64, buckets: &[ClassicBucket]) -> f64 {
    let mut scratch = Vec::new();
    let Some(buckets) = join(buckets, &mut scratch) else { return f64::NAN };
    let total = buckets.last().map_or(0.0, |bucket| bucket.count);
    if total == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    let (mut lower_rank, mut upper_rank) = (Rank::new(lower), Rank::new(upper));
    let mut rank = 0.0;
    // Where all bounds are positive, so are the observations.
    let mut bound = if buckets.first().is_some_and(|first| first.upper <= 0.0) { f64::NEG_INFINITY } else { 0.0 };
    for bucket in buckets {
        let own = Bucket {
            lower: bound,
            upper: bucket.upper,
            lower_inclusive: false,
            upper_inclusive: true,
            count: bucket.count - rank,
        };
        lower_rank.look_at(&own, rank, true);
        upper_rank.look_at(&own, rank, true);
        rank = bucket.count;
        bound = bucket.upper;
    }
    (upper_rank.capped(total) - lower_rank.capped(total)) / total
}

/// Puts the buckets into `joined`, those with the same bound added up. `None` where the highest is not `+Inf`.
fn join<'j>(buckets: &[ClassicBucket], joined: &'j mut Vec<ClassicBucket>) -> Option<&'j mut [ClassicBucket]> {
    joined.clear();
    for bucket in buckets {
        match joined.last_mut() {
            Some(last) if last.upper == bucket.upper => last.count += bucket.count,
            _ => joined.push(*bucket),
        }
    }
    joined.last().is_some_and(|last| last.upper == f64::INFINITY).then_some(joined)
}

/// Makes the counts ascend: a count that is lower than one before it is raised to that. Differences within the
/// tolerance are levelled silently, in either direction.
fn level(buckets: &mut [ClassicBucket]) -> Option<Levelled> {
    let mut levelled: Option<Levelled> = None;
    let mut highest_count = buckets.first()?.count;
    for bucket in buckets {
        if nearly_equal(highest_count, bucket.count) {
            bucket.count = highest_count;
        } else if bucket.count < highest_count {
            let this = Levelled { lowest: bucket.upper, highest: bucket.upper, largest: highest_count - bucket.count };
            levelled.get_or_insert(this).join(this);
            bucket.count = highest_count;
        } else {
            highest_count = bucket.count;
        }
    }
    levelled
}

/// Whether two counts differ by no more than rounding does (`almost.Equal` in Prometheus' `util/almost`).
fn nearly_equal(a: f64, b: f64) -> bool {
    let (magnitude, difference) = (a.abs() + b.abs(), (a - b).abs());
    if a == b || a.is_nan() && b.is_nan() {
        true
    } else if a == 0.0 || b == 0.0 || magnitude < f64::MIN_POSITIVE {
        difference < TOLERANCE * f64::MIN_POSITIVE
    } else {
        difference / magnitude.min(f64::MAX) < TOLERANCE
    }
}
