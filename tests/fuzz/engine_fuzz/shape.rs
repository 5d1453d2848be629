//! What every result must look like, whatever was asked.

use std::collections::BTreeSet;

use promproof::engine::{EvalError, Output, Point, QueryValue, Series};
use promproof::model::histogram::BucketSpan;
use promproof::model::{FloatHistogram, SampleValue};
use promproof::source::Span;

use crate::fuzz::Outcome;

fn check_span(text: &str, span: Span, message: &str) {
    assert!(span.start() <= span.end() && span.end() <= text.len(), "{text}: {message} is at {span:?}");
    assert!(text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()), "{text}: {message} at {span:?}");
}

/// An error has a text and a place inside the expression.
pub(crate) fn check_error(text: &str, error: &EvalError) -> Outcome {
    assert!(!error.message.is_empty(), "{text}");
    if let Some(span) = error.span {
        check_span(text, span, &error.message);
    }
    Outcome::Refused
}

fn check_annotations(text: &str, output: &Output) {
    for annotation in output.annotations.iter() {
        check_span(text, annotation.span, &annotation.message);
        assert!(!annotation.to_text(text).is_empty());
    }
}

/// The result at one time: no two elements have the same labels.
pub(crate) fn check_instant(text: &str, output: &Output, t_ms: i64, max_series: usize) -> Outcome {
    check_annotations(text, output);
    match &output.value {
        QueryValue::Scalar(_) | QueryValue::String(_) => Outcome::Result,
        QueryValue::Vector(samples) => {
            let labels: BTreeSet<_> = samples.iter().map(|sample| &sample.labels).collect();
            assert_eq!(labels.len(), samples.len(), "{text}: two elements have the same labels");
            assert!(samples.len() <= max_series, "{text}: {} series", samples.len());
            for sample in samples {
                assert_eq!(sample.t_ms, t_ms, "{text}");
                check_value(text, &sample.value);
            }
            if samples.is_empty() { Outcome::Empty } else { Outcome::Result }
        }
        QueryValue::Matrix(matrix) => check_matrix(text, matrix),
    }
}

/// The result over a range: points only at its steps, by time.
pub(crate) fn check_range(
    text: &str,
    output: &Output,
    (start, end, step): (i64, i64, i64),
    max_samples: usize,
) -> Outcome {
    check_annotations(text, output);
    let QueryValue::Matrix(matrix) = &output.value else { panic!("{text}: a range query yields a matrix") };
    for point in matrix.iter().flat_map(|series| &series.points) {
        let after_start = i128::from(point.t_ms) - i128::from(start);
        assert!(after_start >= 0 && point.t_ms <= end, "{text}: a point at {}", point.t_ms);
        assert_eq!(after_start % i128::from(step), 0, "{text}: a point at {}", point.t_ms);
    }
    let points: usize = matrix.iter().map(|series| series.points.len()).sum();
    assert!(points <= max_samples, "{text}: {points} points");
    check_matrix(text, matrix)
}

/// Series sorted by labels and not empty, points sorted by time.
fn check_matrix(text: &str, matrix: &[Series]) -> Outcome {
    assert!(matrix.is_sorted_by(|a, b| a.labels < b.labels), "{text}: series are not sorted, or one is there twice");
    for series in matrix {
        assert!(!series.points.is_empty(), "{text}: {} has no points", series.labels);
        let ascend = |a: &Point, b: &Point| a.t_ms < b.t_ms;
        assert!(series.points.iter().is_sorted_by(ascend), "{text}: the points of {} are not sorted", series.labels);
        series.points.iter().for_each(|point| check_value(text, &point.value));
    }
    if matrix.is_empty() { Outcome::Empty } else { Outcome::Result }
}

fn check_value(text: &str, value: &SampleValue) {
    let SampleValue::Histogram(histogram) = value else { return };
    check_buckets(text, &histogram.positive_spans, &histogram.positive_buckets);
    check_buckets(text, &histogram.negative_spans, &histogram.negative_buckets);
    let printed: fn(&FloatHistogram) -> String = FloatHistogram::test_expression;
    assert!(!printed(histogram).is_empty());
}

fn check_buckets(text: &str, spans: &[BucketSpan], buckets: &[f64]) {
    let length: u64 = spans.iter().map(|span| u64::from(span.length)).sum();
    assert_eq!(length, buckets.len() as u64, "{text}: spans and buckets of a histogram disagree");
}
