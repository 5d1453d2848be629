//! Unit tests of rules, in promtool's file format.
//!
//! `decode` reads a test file into the model of `file`; `rule_files` finds and loads the rules it names; `runner` runs
//! the test groups and `compare` decides each assertion, with promtool's verdict; `report` is what came out of it, and
//! all that the output formats see; `lint` says what promtool passes in silence.

mod data;
mod decode;
mod file;
mod reader;
pub mod report;

pub use data::{Data, DataError};
pub use decode::decode;
pub use file::{AlertTest, ExpectedAlert, ExpectedSample, ExprTest, InputSeries, TestFile, TestGroup};
