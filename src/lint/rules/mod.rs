//! The rules, one folder for each category.

mod alert;
mod annotations;
pub(super) mod baseline;
pub(super) mod config;
mod group;
mod labels;
mod promql;
pub(super) mod rule;
mod runbook;
mod schema;
mod selector;
pub(super) mod suppression;
mod template;
mod test;
mod yaml;

use super::LintRule;

/// The rules of all categories.
pub(super) static CATEGORIES: &[&[&dyn LintRule]] = &[
    alert::RULES,
    annotations::RULES,
    baseline::RULES,
    config::RULES,
    group::RULES,
    labels::RULES,
    promql::RULES,
    rule::RULES,
    runbook::RULES,
    schema::RULES,
    selector::RULES,
    suppression::RULES,
    template::RULES,
    test::RULES,
    yaml::RULES,
];
