//! Rules among each other.

mod duplicate;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&duplicate::Rule];
