//! The linter: the registry of rules, what a rule gets to see, configuration and suppressions.
//!
//! A lint rule is one Rust file, `rules/<category>/<name>.rs`, and one Markdown page, `docs/rules/<category>/<name>.md`.
//! The Rust file implements [`LintRule`] and is named once in its category's `mod.rs`; the page is what
//! `promproof explain` prints and, through `tests/integration/rule_docs.rs`, the rule's own test.
//!
//! [`run`] takes a [`Workspace`](crate::workspace::Workspace) and a [`Config`] and returns diagnostics in a stable order; its cost is linear in the size
//! of the documents. [`fix()`] applies the fixes that they bring along.

mod alert_labels;
mod baseline;
mod changes;
pub mod codeowners;
pub mod config;
mod context;
mod earlier;
mod fix;
mod fixes;
mod halves;
mod identity;
mod ignores;
pub mod import;
mod known;
mod naming;
mod page_list;
mod pages;
mod parts;
pub mod policy;
mod recorded_series;
mod recording;
mod registry;
mod rule;
mod rules;
mod run;
mod slips;
mod suppression;
mod sync;
mod wanted;

pub use baseline::{Baseline, Scope, Sifted};
pub use changes::{Gone, Renamed, Side, concerned};
pub use config::Config;
pub use context::{FileContext, GroupContext, RuleContext, TemplateField, TemplatePlace, WorkspaceContext};
pub use earlier::{Earlier, Kept, run_earlier};
pub use fix::{Fixed, FixedFile, Reason, Refused, fix};
pub use identity::{Identity, Key, identify};
pub use ignores::{Ignored, add_ignores};
pub use naming::{Misnamed, Name};
pub use page_list::{PageRow, PageState, page_rows};
pub use pages::{Alert, Link, Pages, Shown, Shows, find_pages, links_to_ask, read_pages};
pub use parts::Parts;
pub use recording::{Definitions, Place, Read, RecordedNames, Recording};
pub use registry::{RUN_TIME_IDS, find, nearest, registry};
pub use rule::{Confidence, LintRule, Meta};
pub use run::{run, run_keeping, run_on, run_since};
pub use suppression::check_reason;
pub use sync::{Synced, sync_pages};
pub use wanted::{keep_wanted, keep_wanted_remarks};
