//! The labels of alerts.

mod allowed_values;
mod copies_itself;
mod overrides_grouping;
mod required;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] =
    &[&required::Rule, &allowed_values::Rule, &copies_itself::CopiesItself, &overrides_grouping::OverridesGrouping];
