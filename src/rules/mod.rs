//! The model of a rule file, and how to find and load one.

pub mod discovery;
mod file;
mod load;
mod shape;

pub use file::{Field, Rule, RuleFile, RuleGroup, RuleKind, Shape};
pub use load::{LoadOptions, load};
pub use shape::{FileShape, classify, may_hold_rules_or_tests};
