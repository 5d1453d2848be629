//! Rule groups.

mod bounds;
mod name_pattern;
mod slow_interval;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] =
    &[&slow_interval::SlowInterval, &bounds::Bounds, &name_pattern::NamePattern];
