//! The annotations of alerts.

mod allowed_values;
mod any_of;
mod exclusive;
mod forbidden;
mod pattern;
mod required;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &required::Required,
    &allowed_values::AllowedValues,
    &any_of::AnyOf,
    &exclusive::Exclusive,
    &forbidden::Forbidden,
    &pattern::AnnotationPattern,
];
