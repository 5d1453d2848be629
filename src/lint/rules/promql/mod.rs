//! Expressions. What does not parse is reported by the loader of rule files.

mod absent_of_constant;
mod aggregation_labels;
mod always_true;
mod beyond_retention;
mod contradiction;
mod contradictory_matchers;
mod counter_without_rate;
mod different_ranges;
mod different_units;
mod external_label;
mod forbidden;
mod fragile_ratio;
mod fragile_topk;
mod gauge_function_on_counter;
mod glob_in_regex;
mod ignored_bool;
mod impossible_match;
mod integer_bucket;
mod irate_in_alert;
mod label_replace;
mod long_range;
mod lost_label;
mod many_to_one;
mod missing_le;
mod misspelt_label;
mod misspelt_metric;
mod nan_in_aggregation;
mod never_true;
mod newer_feature;
mod overwritten_label;
mod pattern_as_text;
mod quantile_range;
mod rate_of_gauge;
mod rate_of_sum;
mod raw_buckets;
mod redundant_regex;
mod selector_matchers;
mod self_ratio;
mod short_range;
mod single_anchor;
mod unlimited_is_zero;
mod unrecorded_label;
mod unrecorded_value;
mod unused_include;
mod wildcard_regex;

use crate::facts::is_known;
use crate::inventory::Inventory;
use crate::lint::rule::{LintRule, Reported};
use crate::promql::Expr;
use crate::promql::ast::{ExprKind, VectorSelector};
use crate::rules::findings::{PROMQL_SYNTAX, PROMQL_TYPE};

pub(super) static RULES: &[&dyn LintRule] = &[
    &Reported(&PROMQL_SYNTAX),
    &Reported(&PROMQL_TYPE),
    &contradictory_matchers::ContradictoryMatchers,
    &different_ranges::DifferentRanges,
    &different_units::DifferentUnits,
    &fragile_ratio::FragileRatio,
    &fragile_topk::FragileTopk,
    &gauge_function_on_counter::GaugeFunctionOnCounter,
    &glob_in_regex::GlobInRegex,
    &ignored_bool::IgnoredBool,
    &always_true::AlwaysTrue,
    &contradiction::Contradiction,
    &impossible_match::ImpossibleMatch,
    &integer_bucket::IntegerBucket,
    &irate_in_alert::IrateInAlert,
    &label_replace::LabelReplace,
    &lost_label::LostLabel,
    &many_to_one::ManyToOne,
    &misspelt_label::MisspeltLabel,
    &misspelt_metric::MisspeltMetric,
    &missing_le::MissingLe,
    &nan_in_aggregation::NanInAggregation,
    &redundant_regex::RedundantRegex,
    &wildcard_regex::WildcardRegex,
    &never_true::NeverTrue,
    &overwritten_label::OverwrittenLabel,
    &pattern_as_text::PatternAsText,
    &quantile_range::QuantileRange,
    &rate_of_gauge::RateOfGauge,
    &rate_of_sum::RateOfSum,
    &raw_buckets::RawBuckets,
    &self_ratio::SelfRatio,
    &short_range::ShortRange,
    &single_anchor::SingleAnchor,
    &unlimited_is_zero::UnlimitedIsZero,
    &unrecorded_label::UnrecordedLabel,
    &unrecorded_value::UnrecordedValue,
    &unused_include::UnusedInclude,
    &beyond_retention::BeyondRetention,
    &external_label::ExternalLabel,
    &absent_of_constant::AbsentOfConstant,
    &newer_feature::NewerFeature,
    &counter_without_rate::CounterWithoutRate,
    &aggregation_labels::AggregationLabels,
    &selector_matchers::SelectorMatchers,
    &forbidden::Forbidden,
    &long_range::LongRange,
];

/// The series whose samples a window holds: of `x[5m]`, and of `x[5m:1m]`.
fn window_of(argument: &Expr) -> Option<&VectorSelector> {
    match &argument.kind {
        ExprKind::Matrix(matrix) => Some(&matrix.selector.value),
        ExprKind::Subquery(subquery) => match &subquery.expr.without_parens().kind {
            ExprKind::Vector(selector) => Some(selector),
            _ => None,
        },
        _ => None,
    }
}

/// How it is known what a metric is, for the end of a sentence: metadata and the catalogue need no excuse.
fn how_known(metric: &str, inventory: &Inventory) -> &'static str {
    if inventory.has_metadata(metric) || is_known(metric) { "" } else { " by its name" }
}
