//! Whether a result is the expected one.

use promproof::engine::{Output, Points, QueryValue, Series, VectorSample};
use promproof::model::histogram::FloatHistogram;
use promproof::model::{Labels, SampleValue, gofmt, is_stale_nan};

use super::script::{Expect, ExpectedValue, Range, Text};

/// The relative error that two floats may have.
const EPSILON: f64 = 1e-6;

/// Compares a result; `range` gives the times of a matrix' points.
pub(crate) fn check(expect: &Expect, value: &QueryValue, range: Option<Range>) -> Result<(), String> {
    match value {
        QueryValue::String(text) => match &expect.string {
            Some(expected) if expected == text => Ok(()),
            _ => Err(format!("got the string {:?}", String::from_utf8_lossy(text))),
        },
        _ if expect.string.is_some() => Err(format!("expected a string, got {}", show(value))),
        QueryValue::Scalar(value) => match expect.scalar {
            Some(expected) if almost_equal(expected, *value) => Ok(()),
            Some(expected) => Err(format!("expected {expected}, got {value}")),
            None => Err(format!("got the scalar {value}")),
        },
        _ if expect.scalar.is_some() => Err(format!("expected a scalar, got {}", show(value))),
        QueryValue::Vector(samples) => vector(expect, samples),
        QueryValue::Matrix(series) => match range {
            Some(range) => matrix(expect, series, range),
            None => Err(format!("got a range vector: {}", show(value))),
        },
    }
}

fn vector(expect: &Expect, samples: &[VectorSample]) -> Result<(), String> {
    for (position, sample) in samples.iter().enumerate() {
        let found = expect.series.iter().position(|series| series.labels == sample.labels);
        let Some(index) = found else {
            return Err(format!("unexpected {} {}", sample.labels, show_value(&sample.value)));
        };
        if expect.ordered && index != position {
            return Err(format!("expected {} at position {index}, got it at {position}", sample.labels));
        }
        let expected = expect.series.get(index).and_then(|series| series.values.first()?.as_ref());
        let Some(expected) = expected else { return Err(format!("unexpected value of {}", sample.labels)) };
        same_value(expected, &sample.value).map_err(|error| format!("{}: {error}", sample.labels))?;
    }
    match expect.series.iter().find(|series| !samples.iter().any(|sample| sample.labels == series.labels)) {
        Some(series) => Err(format!("missing {}, got {}", series.labels, show_vector(samples))),
        None => Ok(()),
    }
}

fn matrix(expect: &Expect, found: &[Series], range: Range) -> Result<(), String> {
    if let Some(pair) = found.windows(2).find(|pair| matches!(pair, [a, b] if a.labels >= b.labels)) {
        return Err(format!("series are not sorted: {} is before {}", pair[0].labels, pair[1].labels));
    }
    for series in found {
        let Some(expected) = expect.series.iter().find(|expected| expected.labels == series.labels) else {
            return Err(format!("unexpected {}", show_series(series)));
        };
        points(&expected.values, &series.points, range).map_err(|error| format!("{}: {error}", series.labels))?;
    }
    let is_missing = |labels: &Labels| !found.iter().any(|series| series.labels == *labels);
    match expect.series.iter().find(|series| is_missing(&series.labels) && series.values.iter().any(Option::is_some)) {
        Some(series) => Err(format!("missing {}", series.labels)),
        None => Ok(()),
    }
}

fn points(expected: &[Option<ExpectedValue>], found: &Points, range: Range) -> Result<(), String> {
    let times = (0..).map(|index: i64| range.start + index * range.step);
    let expected: Vec<(i64, &ExpectedValue)> =
        times.zip(expected).filter_map(|(time, value)| Some((time, value.as_ref()?))).collect();
    if let Some((time, _)) = expected.last().filter(|(time, _)| *time > range.end) {
        return Err(format!("the script expects a point at {time}ms, after the end of the range"));
    }
    let got = || found.iter().map(|p| format!("{}@{}ms", show_value(&p.value), p.t_ms)).collect::<Vec<_>>().join(" ");
    if expected.len() != found.len() {
        return Err(format!("expected {} points, got {}: {}", expected.len(), found.len(), got()));
    }
    for ((time, expected), point) in expected.iter().zip(found) {
        if *time != point.t_ms {
            return Err(format!("expected a point at {time}ms, got one at {}ms: {}", point.t_ms, got()));
        }
        same_value(expected, &point.value).map_err(|error| format!("at {time}ms: {error}"))?;
    }
    Ok(())
}

fn same_value(expected: &ExpectedValue, found: &SampleValue) -> Result<(), String> {
    let is_same = match (&expected.value, found) {
        (SampleValue::Float(a), SampleValue::Float(b)) => almost_equal(*a, *b),
        (SampleValue::Histogram(a), SampleValue::Histogram(b)) => {
            same_histogram(a, b) && (!expected.names_hint || a.counter_reset_hint == b.counter_reset_hint)
        }
        _ => false,
    };
    if is_same {
        return Ok(());
    }
    Err(format!("\n    expected {}\n    got      {}", show_value(&expected.value), show_value(found)))
}

/// Equal but for rounding (`almost.Equal` in Prometheus' `util/almost`).
fn almost_equal(a: f64, b: f64) -> bool {
    if is_stale_nan(a) || is_stale_nan(b) {
        return is_stale_nan(a) && is_stale_nan(b);
    }
    if a.is_nan() && b.is_nan() || a == b {
        return true;
    }
    let (magnitude, difference) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || magnitude < f64::MIN_POSITIVE {
        return difference < EPSILON * f64::MIN_POSITIVE;
    }
    difference / magnitude.min(f64::MAX) < EPSILON
}

fn same_histogram(expected: &FloatHistogram, found: &FloatHistogram) -> bool {
    let compacted = |histogram: &FloatHistogram| {
        let mut histogram = histogram.clone();
        histogram.compact();
        histogram
    };
    let (a, b) = (compacted(expected), compacted(found));
    let same_counts = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| almost_equal(*a, *b));
    a.schema == b.schema
        && almost_equal(a.count, b.count)
        && almost_equal(a.sum, b.sum)
        && almost_equal(a.zero_count, b.zero_count)
        && a.zero_threshold == b.zero_threshold
        && a.custom_values == b.custom_values
        && a.positive_spans == b.positive_spans
        && a.negative_spans == b.negative_spans
        && same_counts(&a.positive_buckets, &b.positive_buckets)
        && same_counts(&a.negative_buckets, &b.negative_buckets)
}

/// Checks warnings and infos, as texts with positions in `query`.
pub(crate) fn check_annotations(expect: &Expect, output: &Output, query: &str) -> Result<(), String> {
    let warnings: Vec<String> = output.annotations.warnings().map(|item| item.to_text(query)).collect();
    let infos: Vec<String> = output.annotations.infos().map(|item| item.to_text(query)).collect();
    texts("warning", &expect.warnings, expect.no_warnings, &warnings)?;
    texts("info", &expect.infos, expect.no_infos, &infos)
}

fn texts(what: &str, expected: &[Text], none: bool, found: &[String]) -> Result<(), String> {
    if none && !found.is_empty() {
        return Err(format!("expected no {what}, got {found:?}"));
    }
    if expected.is_empty() {
        return Ok(());
    }
    if let Some(missing) = expected.iter().find(|expected| !found.iter().any(|text| expected.accepts(text))) {
        return Err(format!("expected the {what}\n    {}\n    got {found:?}", missing.describe()));
    }
    match found.iter().find(|text| !expected.iter().any(|expected| expected.accepts(text))) {
        Some(text) => Err(format!("unexpected {what}: {text}")),
        None => Ok(()),
    }
}

fn show_value(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(value) => gofmt::format_v(*value),
        SampleValue::Histogram(histogram) => histogram.test_expression(),
    }
}

fn show_vector(samples: &[VectorSample]) -> String {
    let shown: Vec<String> = samples.iter().map(|s| format!("{} {}", s.labels, show_value(&s.value))).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

fn show_series(series: &Series) -> String {
    let points: Vec<String> = series.points.iter().map(|p| format!("{}@{}ms", show_value(&p.value), p.t_ms)).collect();
    format!("{} {}", series.labels, points.join(" "))
}

fn show(value: &QueryValue) -> String {
    match value {
        QueryValue::Scalar(value) => format!("scalar {}", gofmt::format_v(*value)),
        QueryValue::String(text) => format!("string {:?}", String::from_utf8_lossy(text)),
        QueryValue::Vector(samples) => show_vector(samples),
        QueryValue::Matrix(series) => series.iter().map(show_series).collect::<Vec<_>>().join(", "),
    }
}
