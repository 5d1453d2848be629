//! Fields of rule files: reported by the loader of rule files.

mod bare_rules;
mod other_dialect;

use crate::lint::rule::{LintRule, Reported};
use crate::rules::findings::{
    CONFLICTING_FIELDS, DUPLICATE_GROUP, INVALID_DURATION, INVALID_NAME, INVALID_VALUE, MISSING_FIELD, UNKNOWN_FIELD,
    WRONG_TYPE,
};

pub(super) static RULES: &[&dyn LintRule] = &[
    &Reported(&UNKNOWN_FIELD),
    &Reported(&MISSING_FIELD),
    &Reported(&WRONG_TYPE),
    &Reported(&INVALID_DURATION),
    &Reported(&INVALID_NAME),
    &Reported(&INVALID_VALUE),
    &Reported(&CONFLICTING_FIELDS),
    &Reported(&DUPLICATE_GROUP),
    &bare_rules::BareRules,
    &other_dialect::OtherDialect,
];
