//! Alerts: when they fire.

mod no_condition;
mod zero_for;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&no_condition::NoCondition, &zero_for::Rule];
