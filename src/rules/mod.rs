//! The model of a rule file, and how to find and load one.

mod decode;
mod dialect;
mod expression;
mod fields;
mod file;
pub mod findings;
mod load;
mod reader;
mod shape;

pub use dialect::{Dialect, Language};
pub use expression::expression_problem;
pub use file::{Bare, Field, GroupPlaces, Rule, RuleFile, RuleGroup, RuleKind, RulePlaces, Shape, Written};
pub use load::{LoadOptions, load, load_rules};
pub use shape::{FileShape, Foreign, Templating, classify, may_hold_rules_or_tests};

#[cfg(test)]
mod tests;
