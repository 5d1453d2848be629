//! What is wrong with a rule file, and with the fields that test files share with it.

use crate::source::{Meta, meta};

/// `yaml/multiple-documents`
pub static MULTIPLE_DOCUMENTS: Meta =
    meta!("yaml/multiple-documents", Warning, certain, "a rule file has further documents, which Prometheus ignores");

/// `schema/unknown-field`
pub static UNKNOWN_FIELD: Meta =
    meta!("schema/unknown-field", Error, certain, "a field that rule files do not have").fixable();

/// `schema/missing-field`
pub static MISSING_FIELD: Meta = meta!("schema/missing-field", Error, certain, "a required field is missing or empty");

/// `schema/wrong-type`
pub static WRONG_TYPE: Meta =
    meta!("schema/wrong-type", Error, certain, "a field holds another type of value than it may").stops_reading();

/// `schema/invalid-duration`
pub static INVALID_DURATION: Meta =
    meta!("schema/invalid-duration", Error, certain, "a duration that Prometheus does not read");

/// `schema/invalid-name`
pub static INVALID_NAME: Meta =
    meta!("schema/invalid-name", Error, certain, "a name of a group, metric, label or annotation that cannot be");

/// `schema/invalid-value`
pub static INVALID_VALUE: Meta = meta!(
    "schema/invalid-value",
    Error,
    certain,
    "a value that has the right type and is still not one of those allowed"
);

/// `schema/conflicting-fields`
pub static CONFLICTING_FIELDS: Meta =
    meta!("schema/conflicting-fields", Error, certain, "a rule has fields of alerting and of recording rules");

/// `schema/duplicate-group`
pub static DUPLICATE_GROUP: Meta =
    meta!("schema/duplicate-group", Error, certain, "two groups of a file have the same name");

/// `promql/syntax`
pub static PROMQL_SYNTAX: Meta = meta!("promql/syntax", Error, certain, "the expression is not PromQL").stops_reading();

/// `promql/type`
pub static PROMQL_TYPE: Meta =
    meta!("promql/type", Error, certain, "an operator or function gets a type that it does not take").stops_reading();
