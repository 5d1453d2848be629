//! The annotations of alerts.

mod required;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&required::Required];
