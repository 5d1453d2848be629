//! Coverage of rules: as text for people, as JSON, and as lcov's tracefile for genhtml, Codecov and GitLab.

pub mod json;
pub mod lcov;
mod text;

pub use text::{percent, summary_line, write_text};
