//! Rule groups.

mod slow_interval;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&slow_interval::SlowInterval];
