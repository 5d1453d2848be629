//! Templates in labels and annotations.

mod missing_label;
mod syntax;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&syntax::Rule, &missing_label::Rule];
