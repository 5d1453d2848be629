//! Unit tests that cannot be read, or that test something else than they seem to: reported by
//! [`crate::unittest::lint`].

use crate::lint::rule::{LintRule, Meta, Reported, meta};

static INVALID_SERIES: Meta = meta!("test/invalid-series", Error, certain, "an input series that cannot be read");
static IGNORED_DOCUMENT: Meta =
    meta!("test/ignored-document", Warning, certain, "a test file has further documents, which are not read");
static UNKNOWN_ALERT: Meta =
    meta!("test/unknown-alert", Warning, certain, "a test is about an alert that no rule under test defines");
static UNMATCHED_RULE_FILE: Meta =
    meta!("test/unmatched-rule-file", Error, certain, "a pattern of `rule_files` that no file matches");
static UNKNOWN_GROUP: Meta =
    meta!("test/unknown-group", Warning, certain, "`group_eval_order` names a rule group that is not under test");
static UNUSED_SERIES: Meta =
    meta!("test/unused-series", Warning, certain, "an input series that no rule or expression under test reads");
static AFTER_LAST_SAMPLE: Meta = meta!(
    "test/after-last-sample",
    Warning,
    certain,
    "a test that nothing is there, at a time for which no input is left"
);
static NO_ASSERTIONS: Meta = meta!("test/no-assertions", Warning, certain, "a test that asserts nothing");
static DUPLICATE: Meta = meta!("test/duplicate", Warning, certain, "a test or an assertion that is there already");
static SPLIT_ALERT: Meta =
    meta!("test/split-alert", Warning, certain, "labels and annotations of one expected alert are written as two");
static DROPPED_SERIES: Meta =
    meta!("test/dropped-series", Warning, certain, "an empty line or a comment ends the input series early");
static DUPLICATE_SERIES: Meta =
    meta!("test/duplicate-series", Warning, certain, "an input series that a later one with the same labels replaces");

pub(super) static RULES: &[&dyn LintRule] = &[
    &Reported(&INVALID_SERIES),
    &Reported(&IGNORED_DOCUMENT),
    &Reported(&UNKNOWN_ALERT),
    &Reported(&UNMATCHED_RULE_FILE),
    &Reported(&UNKNOWN_GROUP),
    &Reported(&UNUSED_SERIES),
    &Reported(&AFTER_LAST_SAMPLE),
    &Reported(&NO_ASSERTIONS),
    &Reported(&DUPLICATE),
    &Reported(&SPLIT_ALERT),
    &Reported(&DROPPED_SERIES),
    &Reported(&DUPLICATE_SERIES),
];
