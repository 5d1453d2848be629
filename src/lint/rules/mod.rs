//! The rules, one folder for each category.

mod annotations;
pub(super) mod config;
mod labels;
mod promql;
mod rule;
mod runbook;
mod schema;
pub(super) mod suppression;
mod template;
mod test;
mod yaml;

use super::LintRule;

/// The rules of all categories.
pub(super) static CATEGORIES: &[&[&dyn LintRule]] = &[
    annotations::RULES,
    config::RULES,
    labels::RULES,
    promql::RULES,
    rule::RULES,
    runbook::RULES,
    schema::RULES,
    suppression::RULES,
    template::RULES,
    test::RULES,
    yaml::RULES,
];
