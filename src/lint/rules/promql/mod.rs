//! Expressions. What does not parse is reported by the loader of rule files.

mod contradictory_matchers;
mod fragile_ratio;
mod fragile_topk;
mod glob_in_regex;
mod impossible_match;
mod missing_le;
mod nan_in_aggregation;
mod redundant_regex;
mod wildcard_regex;

use crate::lint::rule::{LintRule, Meta, Reported, meta};

static SYNTAX: Meta = meta!("promql/syntax", Error, on, "the expression is not PromQL");
static TYPE: Meta = meta!("promql/type", Error, on, "an operator or function gets a type that it does not take");

pub(super) static RULES: &[&dyn LintRule] = &[
    &Reported(&SYNTAX),
    &Reported(&TYPE),
    &contradictory_matchers::Rule,
    &fragile_ratio::Rule,
    &fragile_topk::Rule,
    &glob_in_regex::Rule,
    &impossible_match::Rule,
    &missing_le::Rule,
    &nan_in_aggregation::Rule,
    &redundant_regex::Rule,
    &wildcard_regex::Rule,
];
