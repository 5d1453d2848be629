//! Why the samples of an expression are not as expected.

use super::{Detail, parts};
use crate::model::gofmt::{FloatVerb, format_float};
use crate::testfile::notation::number_text;
use crate::testfile::{ExprTest, Tolerance};
use crate::unittest::assert::samples::expected_samples;
use crate::unittest::assert::{compare, tolerance};
use crate::unittest::report::{Difference, FieldKind, Sample, SampleFailure};
use crate::unittest::run::Running;

/// Fills in what explains `failure`.
pub(super) fn explain(running: &Running<'_>, test: &ExprTest, failure: &mut SampleFailure, detail: Detail) {
    // What could not be read has not come so far.
    let order = expected_samples(&test.exp_samples).map(|(_, order)| order).unwrap_or_default();
    let fuzzy = running.shared.test.fuzzy_compare;
    failure.differences =
        compare::sample_differences(&test.exp_samples, &order, &failure.expected, &failure.actual, fuzzy);
    if detail == Detail::Short {
        return;
    }
    failure.notes = notes(&failure.expected, &failure.actual, &failure.differences);
    failure.why = parts::expression(running, test);
}

/// Notes on an assertion about an expression.
fn notes(expected: &[Sample], actual: &[Sample], differences: &[Difference]) -> Vec<String> {
    let mut notes = Vec::new();
    for difference in differences {
        let Difference::Differs { expected: e, actual: a, fields, .. } = difference else { continue };
        let (Some(e), Some(a)) = (expected.get(*e), actual.get(*a)) else { continue };
        if !fields.iter().any(|field| field.kind == FieldKind::Value) {
            continue;
        }
        if let Some(tolerance) = e.tolerance {
            notes.extend(beyond(tolerance, e, a));
            continue;
        }
        if !e.histogram.is_empty() {
            continue;
        }
        if e.value.is_nan() && a.value.is_nan() {
            notes.push("NaN is never equal to NaN; compare with something like `(expr) != (expr)` instead".to_owned());
        } else if e.value.next_up() == a.value || e.value.next_down() == a.value {
            notes.push("the values differ in the last place only; `fuzzy_compare: true` allows that".to_owned());
        }
    }
    notes.dedup();
    notes
}

/// By how much a value is beyond its tolerance.
fn beyond(tolerance: Tolerance, expected: &Sample, actual: &Sample) -> Option<String> {
    if !expected.histogram.is_empty() && !actual.histogram.is_empty() {
        return tolerance::histogram_difference(tolerance, &expected.histogram, &actual.histogram);
    }
    let difference = (actual.value - expected.value).abs();
    let comparable = expected.histogram.is_empty() && actual.histogram.is_empty() && difference.is_finite();
    comparable.then(|| {
        let (difference, allowed) = (rounded(difference), rounded(tolerance.allowed(expected.value)));
        format!("the values are {difference} apart, more than {allowed}")
    })
}

/// A number to read: six digits are enough.
fn rounded(value: f64) -> String {
    let short = format_float(value, FloatVerb::General, Some(6));
    short.parse().map_or(short, number_text)
}
