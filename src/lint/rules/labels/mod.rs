//! The labels of alerts.

mod allowed_values;
mod copies_itself;
mod empty;
mod external_label;
mod overrides_grouping;
mod required;
mod reserved;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &required::Required,
    &allowed_values::AllowedValues,
    &copies_itself::CopiesItself,
    &overrides_grouping::OverridesGrouping,
    &empty::Empty,
    &reserved::Reserved,
    &external_label::ExternalLabel,
];
