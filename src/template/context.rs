//! What an expansion is given.

use crate::model::{Labels, SampleValue};

/// What an expansion is given: the fields of `.` and what functions need.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Go's name of the template, which error texts carry: `__alert_` and the alert's name.
    pub name: &'a str,
    /// The element's own labels, `__name__` included where it has one: `.Labels`, `$labels`.
    pub labels: &'a Labels,
    /// `.ExternalLabels`, `$externalLabels`.
    pub external_labels: &'a Labels,
    /// `.ExternalURL`, `$externalURL`, and what `externalURL` and `pathPrefix` answer with.
    pub external_url: &'a str,
    /// `.Value`, `$value`.
    pub value: &'a SampleValue,
    /// The evaluation time in milliseconds: `now`, and the time of queries.
    pub t_ms: i64,
    /// Answers `query`.
    pub querier: &'a dyn Querier,
}

/// Answers the function `query` of templates.
pub trait Querier {
    /// The elements of the instant vector that `query` gives at `t_ms`, in order. A scalar is one element without
    /// labels.
    ///
    /// # Errors
    /// The text of the failure: the query does not parse or does not evaluate to a vector or scalar.
    fn query(&self, query: &str, t_ms: i64) -> Result<Vec<TemplateSample>, String>;
}

/// An element of what `query` gives.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateSample {
    /// Its labels, `__name__` included.
    pub labels: Labels,
    /// Its value; 0 for a native histogram.
    pub value: f64,
}

/// A querier for templates that are expanded without data: every query gives nothing.
pub struct NoQueries;

impl Querier for NoQueries {
    fn query(&self, _query: &str, _t_ms: i64) -> Result<Vec<TemplateSample>, String> {
        Ok(Vec::new())
    }
}
