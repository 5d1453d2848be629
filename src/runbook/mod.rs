//! Runbook pages: links to them, and whether a link can be one.

pub mod url;

use crate::rules::{Field, Rule};

/// The annotations of a rule that hold a link to a runbook: those whose name is one of `keys`, in the order of the file.
pub fn links<'r>(rule: &'r Rule, keys: &'r [String]) -> impl Iterator<Item = (&'r Field, &'r Field)> {
    rule.annotations
        .iter()
        .filter(|(name, _)| keys.iter().any(|key| key == name.text()))
        .map(|(name, value)| (name, value))
}
