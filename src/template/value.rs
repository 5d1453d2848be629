//! The values that a template computes with, and what Go says of their types.

use std::sync::Arc;

use crate::model::{FloatHistogram, Labels, SampleValue};

use super::TemplateSample;
use super::time::Time;

/// A value during an expansion.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Nothing: what `nil` and a missing dot are. Go prints it as `<no value>`.
    Absent,
    Bool(bool),
    Int(i64, IntType),
    Float(f64),
    Text(Arc<str>),
    /// A map from text to text.
    Labels(Labels),
    /// What `args` makes: names and values, sorted.
    Args(Arc<Args>),
    /// What `query` gives.
    Vector(Arc<[TemplateSample]>),
    /// One element of it.
    Sample(TemplateSample),
    /// `pointer`: whether Go holds a `*time.Time`.
    Time {
        time: Time,
        pointer: bool,
    },
    /// `pointer`: whether Go holds a `*time.Duration`.
    Duration {
        nanos: i64,
        pointer: bool,
    },
    Histogram(Arc<FloatHistogram>),
    /// The dot that an expansion begins with.
    Root(Arc<Root>),
}

/// The dot that an expansion begins with.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) labels: Labels,
    pub(super) external_labels: Labels,
    pub(super) external_url: Arc<str>,
    pub(super) value: Value,
}

/// What `args` makes.
#[derive(Clone, Debug)]
pub(super) struct Args {
    /// Sorted by name.
    pub(super) entries: Vec<(String, Value)>,
    /// How many levels of `args` are inside; bounded, because values are printed and dropped recursively.
    pub(super) depth: usize,
}

/// Go's name of an integer's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntType {
    Int,
    Int64,
    Uint8,
    Month,
    Weekday,
}

/// What comparisons distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BasicKind {
    Bool,
    Int,
    Uint,
    Float,
    Text,
}

impl Value {
    pub(super) fn text(text: impl Into<Arc<str>>) -> Value {
        Value::Text(text.into())
    }

    pub(super) fn int(value: i64) -> Value {
        Value::Int(value, IntType::Int)
    }

    pub(super) fn of_sample(value: &SampleValue) -> Value {
        match value {
            SampleValue::Float(value) => Value::Float(*value),
            SampleValue::Histogram(histogram) => Value::Histogram(Arc::clone(histogram)),
        }
    }

    /// Go's name of the type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Value::Absent => "<nil>",
            Value::Bool(_) => "bool",
            Value::Int(_, IntType::Int) => "int",
            Value::Int(_, IntType::Int64) => "int64",
            Value::Int(_, IntType::Uint8) => "uint8",
            Value::Int(_, IntType::Month) => "time.Month",
            Value::Int(_, IntType::Weekday) => "time.Weekday",
            Value::Float(_) => "float64",
            Value::Text(_) => "string",
            Value::Labels(_) => "map[string]string",
            Value::Args(_) => "map[string]interface {}",
            Value::Vector(_) => "template.queryResult",
            Value::Sample(_) => "*template.sample",
            Value::Time { pointer: true, .. } => "*time.Time",
            Value::Time { pointer: false, .. } => "time.Time",
            Value::Duration { pointer: true, .. } => "*time.Duration",
            Value::Duration { pointer: false, .. } => "time.Duration",
            Value::Histogram(_) => "*histogram.FloatHistogram",
            Value::Root(_) => {
                "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; \
                 Value interface {} }"
            }
        }
    }

    /// Go's truth: not empty, not zero, not nil.
    pub(super) fn truth(&self) -> bool {
        match self {
            Value::Absent => false,
            Value::Bool(value) => *value,
            Value::Int(value, _) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Labels(labels) => !labels.is_empty(),
            Value::Args(args) => !args.entries.is_empty(),
            Value::Vector(samples) => !samples.is_empty(),
            Value::Duration { nanos, pointer } => *pointer || *nanos != 0,
            Value::Sample(_) | Value::Time { .. } | Value::Histogram(_) | Value::Root(_) => true,
        }
    }

    /// What comparisons take it for; `None` where it cannot be compared by order.
    pub(super) fn basic_kind(&self) -> Option<BasicKind> {
        match self {
            Value::Bool(_) => Some(BasicKind::Bool),
            Value::Int(_, IntType::Uint8) => Some(BasicKind::Uint),
            Value::Int(..) | Value::Duration { pointer: false, .. } => Some(BasicKind::Int),
            Value::Float(_) => Some(BasicKind::Float),
            Value::Text(_) => Some(BasicKind::Text),
            _ => None,
        }
    }

    /// The integer behind a value of kind `Int` or `Uint`.
    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value, _) => Some(*value),
            Value::Duration { nanos, pointer: false } => Some(*nanos),
            _ => None,
        }
    }

    /// About how many bytes it holds, to charge for work on it.
    pub(super) fn size(&self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Labels(labels) => labels.packed().len(),
            Value::Args(args) => args.entries.len() * 16,
            Value::Vector(samples) => samples.len() * 64,
            _ => 8,
        }
    }
}
