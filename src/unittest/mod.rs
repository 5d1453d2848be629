//! Unit tests of rules, in promtool's file format.
//!
//! `rule_files` finds and loads the rules that a test file names; `runner` runs the test groups and `compare` decides
//! each assertion, with promtool's verdict; [`report`] is what came out of it, and all that the output formats see; [`coverage`] says what of the rules was tested; [`story`] is what a picture
//! of a group needs; [`lint`] says what promtool passes in silence. [`update()`] writes what was found into the test
//! file. `data` holds the series of tests and dumps for those who only look at them.
//!
//! What promproof adds to the format is done by `timeline_test` and `tolerance`; `promtool` says it in promtool's words.

mod compare;
pub mod coverage;
mod data;
mod explain;
mod explain_notes;
mod expr_test;
mod group;
pub mod lint;
mod list;
mod matching;
mod notes;
mod partition;
mod promtool;
mod reads;
pub mod rendering;
pub mod report;
mod rule_files;
mod runner;
pub mod story;
mod timeline_test;
mod tolerance;
mod update;

pub use data::{Data, DataError};
pub use list::{ListedAssertion, ListedFile, ListedGroup, list};
pub use partition::{Part, PartOf, Partition};
pub use promtool::{RuleSource, Translation, to_promtool};
pub use rule_files::{ResolvedRules, RuleFileCache, rule_file_paths};
pub use runner::{RunOptions, Selection, TestInput, run};
pub use update::{Left, Update, Why, update};
