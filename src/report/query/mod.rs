//! The result of `promproof eval`, one file per format.

mod drawing;
mod json;
mod notation;
mod table;

use std::io;
use std::time::Duration;

use super::Style;
use crate::engine::{Output, QueryValue, Series, VectorSample};
use crate::model::{calendar, duration, gofmt};

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryFormat {
    /// Columns, for people.
    Table,
    /// What Prometheus' HTTP API answers to the same query.
    Json,
    /// `{labels} value`, in the notation of test files.
    Notation,
    /// A line chart.
    Chart,
}

/// How times are written for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeStyle {
    /// As a duration since the start of the test: `5m`.
    SinceStart,
    /// As a date: `2023-11-14T22:13:20Z`.
    Utc,
}

impl TimeStyle {
    /// Writes a time given in milliseconds.
    pub fn show(self, t_ms: i64) -> String {
        match self {
            TimeStyle::SinceStart if t_ms >= 0 => duration::format_duration(t_ms),
            TimeStyle::SinceStart => format!("-{}", duration::format_duration(t_ms.saturating_neg())),
            TimeStyle::Utc => calendar::format_rfc3339(t_ms),
        }
    }
}

/// A result and the question it answers.
#[derive(Debug)]
pub struct QueryReport<'a> {
    /// The expression as it was given.
    pub expr: &'a str,
    /// The result.
    pub output: &'a Output,
    /// First evaluation time in milliseconds; the only one of an instant query.
    pub start_ms: i64,
    /// Last evaluation time in milliseconds, inclusive.
    pub end_ms: i64,
    /// How far apart the evaluations are, in milliseconds; `None` where there is only one.
    pub step_ms: Option<i64>,
    /// How times are written.
    pub times: TimeStyle,
    /// How long the evaluation alone took, if that was asked for.
    pub evaluation: Option<Duration>,
}

/// Writes `report` to `out` in the given format.
///
/// # Errors
/// What `out` reports.
pub fn write_query(
    out: &mut dyn io::Write,
    format: QueryFormat,
    style: &Style,
    report: &QueryReport<'_>,
) -> io::Result<()> {
    match format {
        QueryFormat::Table => table::write(out, style, report),
        QueryFormat::Json => json::write(out, report),
        QueryFormat::Notation => notation::write(out, report),
        QueryFormat::Chart => drawing::write(out, style, report),
    }
}

/// A result as rows of series, so that a format need not care which kind it is: a scalar is a series without labels.
fn as_series(value: &QueryValue, at_ms: i64) -> Vec<Series> {
    use crate::engine::Point;
    use crate::model::{Labels, SampleValue};
    let point = |t_ms: i64, value: SampleValue| [Point { t_ms, value }].into_iter().collect();
    match value {
        QueryValue::Scalar(v) => vec![Series { labels: Labels::empty(), points: point(at_ms, (*v).into()) }],
        QueryValue::String(_) => Vec::new(),
        QueryValue::Vector(samples) => samples
            .iter()
            .map(|VectorSample { labels, t_ms, value }| Series {
                labels: labels.clone(),
                points: point(*t_ms, value.clone()),
            })
            .collect(),
        QueryValue::Matrix(series) => series.clone(),
    }
}

/// A number as Prometheus writes it in answers: Go's `FormatFloat(v, 'f', -1, 64)`.
fn number(value: f64) -> String {
    gofmt::format_float(value, gofmt::FloatVerb::Decimal, None)
}
