//! Templates in labels and annotations.

mod constant_value;
mod duration_as_date;
mod label_of_one_side;
mod literal_braces;
mod missing_label;
mod number_words;
mod other_duration;
mod other_percentage;
mod other_unit;
mod printed;
mod prose;
mod query_label;
mod query_syntax;
mod ratio_as_percent;
mod recorded_label;
mod rounded_away;
mod runtime_error;
mod syntax;
mod unformatted_value;
mod unit_words;
mod unknown_external_label;
mod value_in_label;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &syntax::Syntax,
    &constant_value::ConstantValue,
    &duration_as_date::DurationAsDate,
    &label_of_one_side::LabelOfOneSide,
    &literal_braces::LiteralBraces,
    &missing_label::MissingLabel,
    &other_duration::OtherDuration,
    &other_percentage::OtherPercentage,
    &other_unit::OtherUnit,
    &query_label::QueryLabel,
    &query_syntax::QuerySyntax,
    &ratio_as_percent::RatioAsPercent,
    &recorded_label::RecordedLabel,
    &rounded_away::RoundedAway,
    &runtime_error::RuntimeError,
    &unformatted_value::UnformattedValue,
    &value_in_label::ValueInLabel,
    &unknown_external_label::UnknownExternalLabel,
];
