//! Values that may differ a little: numbers, and histograms number by number.

use crate::model::FloatHistogram;
use crate::model::gofmt::quote;
use crate::model::histogram::BucketSpan;
use crate::promql::series::parse_histogram;
use crate::testfile::Tolerance;
use crate::unittest::report::Sample;

/// Whether the actual value is within the tolerance of the expected one.
pub(in crate::unittest) fn allows(tolerance: Tolerance, expected: &Sample, actual: &Sample) -> bool {
    match (expected.histogram.is_empty(), actual.histogram.is_empty()) {
        (true, true) => tolerance.allows(expected.value, actual.value),
        (false, false) => histogram_difference(tolerance, &expected.histogram, &actual.histogram).is_none(),
        _ => false,
    }
}

/// The first thing about two histograms, both in series notation, that is not within the tolerance. Buckets have to
/// have the same bounds and the counter reset hints to be the same; numbers of observations and the sum may differ.
pub(in crate::unittest) fn histogram_difference(tolerance: Tolerance, expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let (Ok((expected, _)), Ok((actual, _))) = (parse_histogram(expected), parse_histogram(actual)) else {
        return Some("the histograms cannot be compared".to_owned());
    };
    if let Some(difference) = shape_difference(&expected, &actual) {
        return Some(difference);
    }
    let numbers = [
        ("count", expected.count, actual.count),
        ("sum", expected.sum, actual.sum),
        ("z_bucket", expected.zero_count, actual.zero_count),
    ];
    let outside = numbers.into_iter().find(|(_, e, a)| !tolerance.allows(*e, *a));
    if let Some((name, e, a)) = outside {
        return Some(format!("`{name}` is {a}, expected {e} ± {tolerance}"));
    }
    let positive = buckets(&expected.positive_spans, &expected.positive_buckets);
    let differs =
        bucket_difference(tolerance, &positive, &buckets(&actual.positive_spans, &actual.positive_buckets), "positive");
    differs.or_else(|| {
        let negative = buckets(&expected.negative_spans, &expected.negative_buckets);
        let actual = buckets(&actual.negative_spans, &actual.negative_buckets);
        bucket_difference(tolerance, &negative, &actual, "negative")
    })
}

/// What must be the same for the numbers to be comparable.
fn shape_difference(expected: &FloatHistogram, actual: &FloatHistogram) -> Option<String> {
    if expected.schema != actual.schema {
        return Some(format!("the schema is {}, expected {}", actual.schema, expected.schema));
    }
    if expected.custom_values != actual.custom_values {
        return Some("the custom bucket bounds are others".to_owned());
    }
    if expected.zero_threshold != actual.zero_threshold {
        let (e, a) = (expected.zero_threshold, actual.zero_threshold);
        return Some(format!("the zero bucket is {a} wide, expected {e}"));
    }
    if expected.counter_reset_hint != actual.counter_reset_hint {
        let word = |hint| quote(format!("{hint:?}").to_lowercase().as_bytes());
        let (e, a) = (word(expected.counter_reset_hint), word(actual.counter_reset_hint));
        return Some(format!("the counter reset hint is {a}, expected {e}"));
    }
    None
}

/// The populated buckets by index.
fn buckets(spans: &[BucketSpan], counts: &[f64]) -> Vec<(i64, f64)> {
    let mut index = 0_i64;
    let mut counts = counts.iter();
    let mut buckets = Vec::new();
    for span in spans {
        index = index.saturating_add(i64::from(span.offset));
        let length = usize::try_from(span.length).unwrap_or(usize::MAX);
        for count in counts.by_ref().take(length) {
            buckets.push((index, *count));
            index = index.saturating_add(1);
        }
    }
    buckets
}

/// The first bucket whose number is not within the tolerance; a bucket that is not there holds nothing.
fn bucket_difference(
    tolerance: Tolerance,
    expected: &[(i64, f64)],
    actual: &[(i64, f64)],
    side: &str,
) -> Option<String> {
    let (mut expected, mut actual) = (expected.iter().peekable(), actual.iter().peekable());
    loop {
        let index = match (expected.peek(), actual.peek()) {
            (Some((e, _)), Some((a, _))) => *e.min(a),
            (Some((index, _)), None) | (None, Some((index, _))) => *index,
            (None, None) => return None,
        };
        let e = expected.next_if(|(at, _)| *at == index).map_or(0.0, |(_, count)| *count);
        let a = actual.next_if(|(at, _)| *at == index).map_or(0.0, |(_, count)| *count);
        if !tolerance.allows(e, a) {
            return Some(format!("the {side} bucket {index} holds {a}, expected {e} ± {tolerance}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive_and_nan_is_near_nothing() {
        let (half, tenth) = (Tolerance::Absolute(0.5), Tolerance::Relative(10.0));
        assert!(half.allows(1.0, 1.5) && half.allows(1.0, 0.5) && !half.allows(1.0, 1.5_f64.next_up()));
        assert!(tenth.allows(-100.0, -110.0) && !tenth.allows(-100.0, -111.0) && tenth.allows(0.0, -0.0));
        assert!(!half.allows(f64::NAN, f64::NAN) && !half.allows(1.0, f64::NAN));
        assert!(half.allows(f64::INFINITY, f64::INFINITY) && !half.allows(f64::INFINITY, 1.0));
        assert!(!tenth.allows(f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn histograms_differ_number_by_number() {
        let difference = |expected: &str, actual: &str| {
            histogram_difference(Tolerance::Absolute(1.0), expected, actual).unwrap_or_else(|| "none".to_owned())
        };
        let base = "{{schema:0 sum:5 count:4 buckets:[1 2 1]}}";
        assert_eq!(difference(base, base), "none");
        assert_eq!(difference(base, "{{schema:0 sum:6 count:5 buckets:[1 2 1 1]}}"), "none");
        assert_eq!(difference(base, "{{schema:0 sum:7 count:4 buckets:[1 2 1]}}"), "`sum` is 7, expected 5 ± 1");
        assert_eq!(
            difference(base, "{{schema:0 sum:5 count:4 buckets:[1 4 1]}}"),
            "the positive bucket 1 holds 4, expected 2 ± 1"
        );
        assert_eq!(difference(base, "{{schema:1 sum:5 count:4 buckets:[1 2 1]}}"), "the schema is 1, expected 0");
    }
}
