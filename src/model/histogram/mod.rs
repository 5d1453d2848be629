//! Native histograms, as Prometheus' `FloatHistogram`.
//!
//! A histogram counts observations in buckets. With a *standard* schema (-4 to 8) the bucket boundaries are powers of
//! `2^(2^-schema)`, mirrored for negative observations, with a *zero bucket* for what is closer to zero than its
//! threshold. With *custom* boundaries (schema -53, NHCB) the boundaries are listed, as those of a classic histogram.
//! Only populated stretches of buckets are stored: a [`BucketSpan`] says how many buckets to skip and how many follow.
//!
//! The operations and their corner cases follow Prometheus' `model/histogram/float_histogram.go`; the structure is
//! our own. Inside, one side of a histogram is a list of bucket index and count (`side`), which makes each operation
//! one pass; [`FloatHistogram`] is the shape in which histograms are stored, compared and printed.

mod accumulator;
mod average;
mod bounds;
mod buckets;
mod cell;
mod classic;
mod reset;
mod side;
mod sum;
mod text;
mod trim;
mod validate;

pub use accumulator::{IncompatibleSchemas, Reconciliation};
pub use average::HistogramAverage;
pub use buckets::Bucket;
pub use classic::{ClassicBucket, from_classic};
pub use sum::HistogramSum;
pub use trim::Keep;
pub use validate::InvalidHistogram;

/// The schema number of a histogram with custom bucket boundaries (NHCB).
pub const CUSTOM_BUCKETS_SCHEMA: i32 = -53;
/// The coarsest standard schema: one bucket covers a factor of 65536.
pub const MIN_SCHEMA: i32 = -4;
/// The finest standard schema: 256 buckets cover a factor of 2.
pub const MAX_SCHEMA: i32 = 8;

/// A stretch of consecutive buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct BucketSpan {
    /// Buckets skipped since the end of the previous span; of the first span, the index of its first bucket.
    pub offset: i32,
    /// Number of buckets of the span.
    pub length: u32,
}

/// What is known about a counter reset between the previous histogram of the series and this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum CounterResetHint {
    /// Nothing: the two have to be compared.
    #[default]
    Unknown,
    /// The counter was reset.
    Reset,
    /// The counter was not reset.
    NotReset,
    /// The histogram is a gauge; resets have no meaning.
    Gauge,
}

/// A native histogram with floating-point counts. The default is empty, with schema 0.
#[derive(Clone, Debug, Default)]
pub struct FloatHistogram {
    /// What is known about a counter reset before this histogram.
    pub counter_reset_hint: CounterResetHint,
    /// Resolution: -4 to 8, or [`CUSTOM_BUCKETS_SCHEMA`].
    pub schema: i32,
    /// Half the width of the zero bucket, whose bounds are inclusive.
    pub zero_threshold: f64,
    /// Observations in the zero bucket.
    pub zero_count: f64,
    /// All observations, also those that are NaN and so in no bucket.
    pub count: f64,
    /// Sum of all observations. The staleness marker here makes the whole histogram one.
    pub sum: f64,
    /// Where the buckets for positive observations lie.
    pub positive_spans: Vec<BucketSpan>,
    /// Where the buckets for negative observations lie.
    pub negative_spans: Vec<BucketSpan>,
    /// Observations per positive bucket (not cumulative), for all spans in order.
    pub positive_buckets: Vec<f64>,
    /// Observations per negative bucket, from zero downwards.
    pub negative_buckets: Vec<f64>,
    /// Upper bounds of custom buckets, ascending, without the final `+Inf`. Empty for standard schemas.
    pub custom_values: Vec<f64>,
}

impl FloatHistogram {
    /// Whether the bucket boundaries are custom (NHCB).
    pub fn uses_custom_buckets(&self) -> bool {
        self.schema == CUSTOM_BUCKETS_SCHEMA
    }

    /// Whether this is a staleness marker: the sum is the reserved NaN.
    pub fn is_stale(&self) -> bool {
        super::is_stale_nan(self.sum)
    }

    /// A staleness marker in the shape of a histogram.
    pub fn stale() -> Self {
        FloatHistogram { sum: super::stale_nan(), ..FloatHistogram::default() }
    }

    /// Multiplies counts, sum and buckets. A negative factor makes the histogram a gauge.
    pub fn mul(&mut self, factor: f64) {
        self.scale(|value| value * factor);
        if factor < 0.0 {
            self.counter_reset_hint = CounterResetHint::Gauge;
        }
    }

    /// Divides counts, sum and buckets. Division by zero drops the buckets; a negative divisor makes the histogram a
    /// gauge.
    pub fn div(&mut self, divisor: f64) {
        self.scale(|value| value / divisor);
        if divisor == 0.0 {
            self.positive_spans.clear();
            self.positive_buckets.clear();
            self.negative_spans.clear();
            self.negative_buckets.clear();
        } else if divisor < 0.0 {
            self.counter_reset_hint = CounterResetHint::Gauge;
        }
    }

    fn scale(&mut self, change: impl Fn(f64) -> f64) {
        let scalars = [&mut self.zero_count, &mut self.count, &mut self.sum];
        let buckets = self.positive_buckets.iter_mut().chain(&mut self.negative_buckets);
        for value in scalars.into_iter().chain(buckets) {
            *value = change(*value);
        }
    }

    /// Removes buckets without observations, and joins spans that touch.
    pub fn compact(&mut self) {
        side::compact(&mut self.positive_spans, &mut self.positive_buckets);
        side::compact(&mut self.negative_spans, &mut self.negative_buckets);
    }

    /// Whether the two hold the same data: every number to the last bit (so a NaN equals itself), and the same buckets,
    /// also the empty ones. The counter reset hint is not compared.
    pub fn same_data(&self, other: &Self) -> bool {
        let bits = |h: &Self| [h.zero_threshold, h.zero_count, h.count, h.sum].map(f64::to_bits);
        self.schema == other.schema
            && bits(self) == bits(other)
            && (!self.uses_custom_buckets() || self.custom_values == other.custom_values)
            && side::same_spans(&self.positive_spans, &other.positive_spans)
            && side::same_spans(&self.negative_spans, &other.negative_spans)
            && side::same_bits(&self.positive_buckets, &other.positive_buckets)
            && side::same_bits(&self.negative_buckets, &other.negative_buckets)
    }
}
