//! Unit tests that cannot be read, or that test something else than they seem to: reported by the reader of test files
//! and by [`crate::unittest::lint`].

mod untested_rule;

use crate::lint::rule::{LintRule, Reported};
use crate::testfile::INVALID_SERIES;
use crate::unittest::lint::{
    after_last_sample, dropped_series, duplicate, duplicate_series, ignored_document, no_assertions, no_rules,
    split_alert, unknown_alert, unknown_group, unmatched_rule_file, unused_series,
};

pub(super) static RULES: &[&dyn LintRule] = &[
    &Reported(&INVALID_SERIES),
    &Reported(&after_last_sample::META),
    &Reported(&dropped_series::META),
    &Reported(&duplicate::META),
    &Reported(&duplicate_series::META),
    &Reported(&ignored_document::META),
    &Reported(&no_assertions::META),
    &Reported(&no_rules::META),
    &Reported(&split_alert::META),
    &Reported(&unknown_alert::META),
    &Reported(&unknown_group::META),
    &Reported(&unmatched_rule_file::META),
    &Reported(&unused_series::META),
    &untested_rule::UntestedRule,
];
