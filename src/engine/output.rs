//! What an evaluation yields.

use crate::model::{Labels, SampleValue};

use super::{Annotations, Points};

/// The result of a query and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Output {
    /// The result.
    pub value: QueryValue,
    /// Warnings and infos.
    pub annotations: Annotations,
}

/// The value of a query.
#[derive(Clone, Debug)]
pub enum QueryValue {
    /// A number (instant queries only).
    Scalar(f64),
    /// A text (bytes, because `"\xff"` is legal).
    String(Vec<u8>),
    /// One sample of each series (instant queries only), in the order that upstream gives: sorted where `sort`,
    /// `topk` … ask for it, else in no particular but a repeatable order.
    Vector(Vec<VectorSample>),
    /// Series over time, sorted by labels: the result of a range query, and of an instant query for a range vector.
    Matrix(Vec<Series>),
}

/// One element of an instant vector.
#[derive(Clone, Debug)]
pub struct VectorSample {
    /// The element's labels.
    pub labels: Labels,
    /// The evaluation time in milliseconds.
    pub t_ms: i64,
    /// The value.
    pub value: SampleValue,
}

/// One series of a matrix.
#[derive(Clone, Debug)]
pub struct Series {
    /// The series' labels.
    pub labels: Labels,
    /// Its points, by time; never empty.
    pub points: Points,
}
