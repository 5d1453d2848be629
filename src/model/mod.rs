//! The data that Prometheus works on: labels, samples, histograms, durations, and numbers as Go prints them.
//!
//! Times are `i64` milliseconds since the Unix epoch; durations are `i64` milliseconds.

pub mod duration;
pub mod exposition;
pub mod gofmt;
pub mod labels;
pub mod value;

pub use labels::{Labels, LabelsBuilder};
pub use value::{STALE_NAN_BITS, is_stale_nan, stale_nan};
