//! Sample values.

use std::sync::Arc;

use super::histogram::FloatHistogram;

/// The bits of the NaN that marks a series as stale; any other NaN is an ordinary value.
pub const STALE_NAN_BITS: u64 = 0x7ff0_0000_0000_0002;

/// The staleness marker.
pub const fn stale_nan() -> f64 {
    f64::from_bits(STALE_NAN_BITS)
}

/// Whether `value` is the staleness marker (not just any NaN).
pub const fn is_stale_nan(value: f64) -> bool {
    value.to_bits() == STALE_NAN_BITS
}

/// The value of a sample: a number, or a native histogram. Cloning is cheap.
#[derive(Clone, Debug)]
pub enum SampleValue {
    /// A number.
    Float(f64),
    /// A native histogram, shared.
    Histogram(Arc<FloatHistogram>),
}

impl SampleValue {
    /// The number, unless the value is a histogram.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            SampleValue::Float(value) => Some(*value),
            SampleValue::Histogram(_) => None,
        }
    }

    /// The histogram, unless the value is a number.
    pub fn as_histogram(&self) -> Option<&Arc<FloatHistogram>> {
        match self {
            SampleValue::Float(_) => None,
            SampleValue::Histogram(histogram) => Some(histogram),
        }
    }

    /// Whether the value is the staleness marker, of either kind.
    pub fn is_stale(&self) -> bool {
        match self {
            SampleValue::Float(value) => is_stale_nan(*value),
            SampleValue::Histogram(histogram) => histogram.is_stale(),
        }
    }
}

impl From<f64> for SampleValue {
    fn from(value: f64) -> Self {
        SampleValue::Float(value)
    }
}

impl From<FloatHistogram> for SampleValue {
    fn from(histogram: FloatHistogram) -> Self {
        SampleValue::Histogram(Arc::new(histogram))
    }
}
