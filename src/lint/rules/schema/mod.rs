//! Fields of rule files: reported by the loader of rule files.

mod bare_rules;
mod other_dialect;

use crate::lint::rule::{LintRule, Meta, Reported, meta};

static UNKNOWN_FIELD: Meta =
    meta!("schema/unknown-field", Error, certain, "a field that rule files do not have").fixable();
static MISSING_FIELD: Meta = meta!("schema/missing-field", Error, certain, "a required field is missing or empty");
static WRONG_TYPE: Meta =
    meta!("schema/wrong-type", Error, certain, "a field holds another type of value than it may").stops_reading();
static INVALID_DURATION: Meta =
    meta!("schema/invalid-duration", Error, certain, "a duration that Prometheus does not read");
static INVALID_NAME: Meta =
    meta!("schema/invalid-name", Error, certain, "a name of a group, metric, label or annotation that cannot be");
static INVALID_VALUE: Meta = meta!(
    "schema/invalid-value",
    Error,
    certain,
    "a value that has the right type and is still not one of those allowed"
);
static CONFLICTING_FIELDS: Meta =
    meta!("schema/conflicting-fields", Error, certain, "a rule has fields of alerting and of recording rules");
static DUPLICATE_GROUP: Meta =
    meta!("schema/duplicate-group", Error, certain, "two groups of a file have the same name");

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
