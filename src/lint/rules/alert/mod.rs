//! Alerts: when they fire.

mod zero_for;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&zero_for::Rule];
