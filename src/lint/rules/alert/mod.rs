//! Alerts: when they fire.

mod absent_without_for;
mod always_fires;
mod no_condition;
mod zero_for;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &always_fires::AlwaysFires,
    &no_condition::NoCondition,
    &zero_for::ZeroFor,
    &absent_without_for::AbsentWithoutFor,
];
