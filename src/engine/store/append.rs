//! Adding samples to the store, with upstream's rules for time order.

use std::fmt;
use std::sync::Arc;

use crate::model::histogram::InvalidHistogram;
use crate::model::{Labels, SampleValue};

use super::{Store, hints};

/// Why a sample was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The sample is older than the series' newest one.
    OutOfOrder,
    /// The series has another value at this time.
    DuplicateTimestamp,
    /// The sample is a histogram that contradicts itself.
    InvalidHistogram(InvalidHistogram),
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendError::OutOfOrder => f.write_str("out of order sample"),
            AppendError::DuplicateTimestamp => f.write_str("duplicate sample for timestamp"),
            AppendError::InvalidHistogram(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AppendError {}

impl Store {
    /// Appends one sample. `t_ms` and `start_ms` (the time since which a counter counts) are milliseconds. The same
    /// value again at the same time is ignored. The staleness marker ([`crate::model::stale_nan`]) ends the series
    /// until its next sample.
    ///
    /// # Errors
    /// The sample is no valid histogram, or older than the newest one of its series, or as old and different.
    pub fn append(
        &mut self,
        labels: &Labels,
        t_ms: i64,
        value: SampleValue,
        start_ms: Option<i64>,
    ) -> Result<(), AppendError> {
        if let SampleValue::Histogram(histogram) = &value {
            histogram.validate().map_err(AppendError::InvalidHistogram)?;
        }
        let index = self.series_index(labels);
        let Some(series) = self.series.get_mut(index) else { return Ok(()) };
        if let Some((last_ms, last)) = &series.last {
            if t_ms < *last_ms {
                return Err(AppendError::OutOfOrder);
            }
            if t_ms == *last_ms {
                return if same_value(last, &value) { Ok(()) } else { Err(AppendError::DuplicateTimestamp) };
            }
        }
        let value = match value {
            SampleValue::Histogram(histogram) => {
                SampleValue::Histogram(hints::stored(series.last.as_ref(), t_ms, histogram))
            }
            float => float,
        };
        series.last = Some((t_ms, value.clone()));
        match value {
            value if value.is_stale() => series.stale.push(t_ms),
            SampleValue::Float(value) => series.floats.push_float(t_ms, ordinary(value), start_ms),
            SampleValue::Histogram(histogram) => series.histograms.push(t_ms, histogram, start_ms),
        }
        Ok(())
    }
}

/// Keeps the engine's reserved NaNs out of the data.
fn ordinary(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

fn same_value(a: &SampleValue, b: &SampleValue) -> bool {
    match (a, b) {
        (SampleValue::Float(a), SampleValue::Float(b)) => a.to_bits() == b.to_bits(),
        (SampleValue::Histogram(a), SampleValue::Histogram(b)) => Arc::ptr_eq(a, b) || a.same_data(b),
        _ => false,
    }
}
