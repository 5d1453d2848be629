//! The data that Prometheus works on: labels, samples, histograms, durations, and numbers as Go prints them.
//!
//! Times are `i64` milliseconds since the Unix epoch; durations are `i64` milliseconds.

pub mod calendar;
pub mod duration;
pub mod exposition;
pub mod gofmt;
pub mod gomath;
pub mod histogram;
pub mod labels;
pub mod value;

pub use histogram::FloatHistogram;
pub use labels::{Labels, LabelsBuilder};
pub use value::{STALE_NAN_BITS, SampleValue, is_stale_nan, stale_nan};
