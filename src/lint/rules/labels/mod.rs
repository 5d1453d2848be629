//! The labels of alerts.

mod allowed_values;
mod required;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&required::Rule, &allowed_values::Rule];
