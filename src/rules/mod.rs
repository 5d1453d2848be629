//! The model of a rule file, and how to find and load one.

mod file;

pub use file::{Field, Rule, RuleFile, RuleGroup, RuleKind, Shape};
