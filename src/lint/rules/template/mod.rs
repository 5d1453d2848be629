//! Templates in labels and annotations.

mod missing_label;
mod query_syntax;
mod syntax;
mod value_in_label;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] =
    &[&syntax::Rule, &missing_label::Rule, &query_syntax::Rule, &value_in_label::Rule];
