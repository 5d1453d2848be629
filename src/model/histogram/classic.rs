//! Classic histograms turned into native ones with custom buckets (NHCB).

use super::{BucketSpan, CUSTOM_BUCKETS_SCHEMA, FloatHistogram, InvalidHistogram};

/// One `_bucket` sample of a classic histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassicBucket {
    /// The value of the label `le`: the inclusive upper boundary.
    pub upper: f64,
    /// Observations up to the boundary, so cumulative.
    pub count: f64,
}

/// The histogram that a classic histogram's buckets at one time describe. Buckets may come in any order; of several with
/// one boundary the first counts. Without a `count` the highest bucket's is taken; without a bucket for `+Inf` the count
/// is. The conversion is that of Prometheus' `util/convertnhcb`.
///
/// # Errors
/// A boundary or count is NaN or negative, or counts fall from one bucket to the next.
pub fn from_classic(
    buckets: &[ClassicBucket],
    count: Option<f64>,
    sum: f64,
) -> Result<FloatHistogram, InvalidHistogram> {
    let invalid = |message: &str| Err(InvalidHistogram(message.to_owned()));
    if buckets.iter().any(|bucket| bucket.upper.is_nan() || bucket.count.is_nan()) {
        return invalid("a bucket's boundary or count is NaN");
    }
    if buckets.iter().any(|bucket| bucket.count < 0.0) || count.is_some_and(|count| count < 0.0) {
        return invalid("a bucket's count is negative");
    }
    let mut buckets = buckets.to_vec();
    buckets.sort_by(|a, b| a.upper.total_cmp(&b.upper));
    // `le="0.2"` and `le="2e-1"` are one boundary.
    buckets.dedup_by(|later, first| later.upper == first.upper);
    if buckets.windows(2).any(|pair| matches!(pair, [a, b] if b.count < a.count)) {
        return invalid("bucket counts are not cumulative");
    }
    let highest = buckets.last().copied();
    let count = count.or(highest.map(|bucket| bucket.count)).unwrap_or_default();
    if highest.is_none_or(|bucket| bucket.upper != f64::INFINITY) {
        buckets.push(ClassicBucket { upper: f64::INFINITY, count });
    }
    let before = std::iter::once(0.0).chain(buckets.iter().map(|bucket| bucket.count));
    let positive_buckets: Vec<f64> = buckets.iter().zip(before).map(|(bucket, before)| bucket.count - before).collect();
    let length = u32::try_from(positive_buckets.len()).unwrap_or(u32::MAX);
    let mut histogram = FloatHistogram {
        schema: CUSTOM_BUCKETS_SCHEMA,
        count,
        sum,
        positive_spans: vec![BucketSpan { offset: 0, length }],
        positive_buckets,
        custom_values: buckets.iter().map(|bucket| bucket.upper).filter(|upper| *upper != f64::INFINITY).collect(),
        ..FloatHistogram::default()
    };
    histogram.compact();
    Ok(histogram)
}
