//! The labels of alerts.

mod allowed_values;
mod any_of;
mod copies_itself;
mod empty;
mod exclusive;
mod external_label;
mod forbidden;
mod misplaced;
mod misspelt;
mod overrides_grouping;
mod pattern;
mod preserved;
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
    &misplaced::Misplaced,
    &misspelt::MisspeltName,
    &external_label::ExternalLabel,
    &any_of::AnyOf,
    &exclusive::Exclusive,
    &forbidden::Forbidden,
    &pattern::LabelPattern,
    &preserved::Preserved,
];
