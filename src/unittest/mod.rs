//! Unit tests of rules, in promtool's file format.
//!
//! `run` runs the test groups; `assert` decides each
//! assertion, with promtool's verdict, one file a kind; `why` explains those that do not hold; [`report`] is what came
//! out of it, and all that the output formats see. Whoever wants more of a run is an [`Observer`] of it: [`coverage`]
//! says what of the rules was tested; [`story`] is what a picture of a group needs; [`rendering`] is what alerts look
//! like; `promtool` puts extensions in promtool's words. The runner knows none of them.
//!
//! [`lint`] says what promtool passes in silence. [`update()`] writes what was found into the test file. `data` holds the
//! series of tests and dumps for those who only look at them.

mod assert;
pub mod coverage;
mod data;
pub mod lint;
mod list;
mod part;
mod partition;
mod promtool;
mod reads;
pub mod rendering;
pub mod report;
mod run;
pub mod story;
mod update;
mod why;

pub use data::{Data, DataError};
pub use list::{ListedAssertion, ListedFile, ListedGroup, list};
pub use part::{Part, PartOf, Partition};
pub use promtool::{RuleSource, Translation, to_promtool};
pub use run::{InFile, Needs, Observer, RunOptions, Running, Seen, Selection, observe, run};
pub use update::{Extent, Left, Update, Why, update};
