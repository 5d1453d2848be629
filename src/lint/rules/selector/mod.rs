//! Selectors, beside what a server has: `[facts] inventory`.

mod gone_metric;
mod unknown_label;
mod unknown_metric;
mod unknown_value;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &gone_metric::GoneMetric,
    &unknown_label::UnknownLabel,
    &unknown_metric::UnknownMetric,
    &unknown_value::UnknownValue,
];
