//! Unit tests of rules, in promtool's file format.
//!
//! `decode` reads a test file into the model of `file`; `rule_files` finds and loads the rules that it names; `runner`
//! runs the test groups and `compare` decides each assertion, with promtool's verdict; [`report`] is what came out of
//! it, and all that the output formats see; [`coverage`] says what of the rules was tested; [`story`] is what a picture
//! of a group needs; [`lint`] says what promtool passes in silence. [`update()`] writes what was found into the test
//! file. `data` holds the series of tests and dumps for those who only look at them.
//!
//! What promproof adds to the format is modelled in `extensions`, read by `decode_extensions`, and done by `repeat`,
//! `timeline_test` and `tolerance`; `promtool` says it in promtool's words.

mod checked;
mod compare;
pub mod coverage;
mod data;
mod decode;
mod decode_extensions;
mod explain;
mod explain_notes;
mod expr_test;
mod extensions;
mod file;
mod group;
mod inputs;
pub mod lint;
mod list;
mod matching;
mod notation;
mod notes;
mod partition;
mod promtool;
mod reader;
mod reads;
pub mod rendering;
mod repeat;
pub mod report;
mod rule_files;
mod runner;
pub mod story;
mod timeline_test;
mod tolerance;
mod update;

pub use data::{Data, DataError};
pub use decode::decode;
pub use extensions::{
    Moment, Moments, PatternKind, Placeholder, PlaceholderValues, Repeat, TextPattern, TimelineTest, Tolerance,
};
pub use file::{AlertTest, ExpectedAlert, ExpectedSample, ExprTest, InputSeries, TestFile, TestGroup};
pub use list::{ListedAssertion, ListedFile, ListedGroup, list};
pub use partition::{Part, PartOf, Partition};
pub use promtool::{RuleSource, Translation, to_promtool};
pub use rule_files::{ResolvedRules, RuleFileCache, rule_file_paths};
pub use runner::{RunOptions, Selection, TestInput, run};
pub use update::{Left, Update, Why, update};
