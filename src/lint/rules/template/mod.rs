//! Templates in labels and annotations.

mod missing_label;
mod query_syntax;
mod runtime_error;
mod syntax;
mod unformatted_value;
mod value_in_label;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &syntax::Rule,
    &missing_label::Rule,
    &query_syntax::Rule,
    &runtime_error::Rule,
    &unformatted_value::Rule,
    &value_in_label::Rule,
];
