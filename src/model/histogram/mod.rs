//! Native histograms, as Prometheus' `FloatHistogram`.
//!
//! A histogram counts observations in buckets. With a *standard* schema (-4 to 8) the bucket boundaries are powers of
//! `2^(2^-schema)`, mirrored for negative observations, with a *zero bucket* for what is closer to zero than its
//! threshold. With *custom* boundaries (schema -53, NHCB) the boundaries are listed, as those of a classic histogram.
//! Only populated stretches of buckets are stored: a [`Span`] says how many buckets to skip and how many follow.

/// The schema number of a histogram with custom bucket boundaries (NHCB).
pub const CUSTOM_BUCKETS_SCHEMA: i32 = -53;
/// The coarsest standard schema: one bucket covers a factor of 65536.
pub const MIN_SCHEMA: i32 = -4;
/// The finest standard schema: 256 buckets cover a factor of 2.
pub const MAX_SCHEMA: i32 = 8;

/// A stretch of consecutive buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
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
    pub positive_spans: Vec<Span>,
    /// Where the buckets for negative observations lie.
    pub negative_spans: Vec<Span>,
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
}
