//! Expression tests with a tolerance, and expressions that must fail.
//!
//! promtool compares values exactly. That a value is near another is itself an expression: the absolute difference
//! from a vector of the expected values is at most the tolerance. What cannot be said so, histograms first of all,
//! becomes the value that is there today.

use super::plain::{GroupTranslation, PlainExprTest, PlainSample};
use crate::model::gofmt::quote;
use crate::model::labels::{METRIC_NAME, is_legacy_label_name};
use crate::promql::Expr;
use crate::promql::ast::ValueType;
use crate::source::words::collapsed;
use crate::testfile::ExprTest;
use crate::testfile::notation::number;
use crate::unittest::assert::samples::{Evaluated, expected_samples};
use crate::unittest::report::{Outcome, Sample};
use crate::unittest::run::Running;

/// Adds what `test`, which went as `outcome` says, becomes.
pub(super) fn translate(running: &Running<'_>, test: &ExprTest, outcome: &Outcome, out: &mut GroupTranslation) {
    if test.exp_fail.is_some() {
        let plain = must_fail(test, matches!(outcome, Outcome::Passed));
        out.warnings.push((test.expr.span, "promtool cannot test that an expression fails; left out".to_owned()));
        out.expr_tests.push(vec![plain]);
        return;
    }
    let tolerant = test.exp_samples.iter().any(|sample| sample.tolerance.is_some());
    let plain = match outcome {
        Outcome::Passed if tolerant => tolerant_tests(running, test),
        // What is not even near is not equal either.
        _ => vec![as_written(test)],
    };
    out.expr_tests.push(plain);
}

/// The test without tolerances.
pub(super) fn as_written(test: &ExprTest) -> PlainExprTest {
    let samples = test.exp_samples.iter().map(|sample| PlainSample {
        labels: sample.labels.text().to_owned(),
        value: sample.value.value,
        histogram: sample.histogram.text().to_owned(),
    });
    PlainExprTest::new(None, test.expr.text().to_owned(), test.eval_time.value, samples.collect())
}

pub(super) fn must_fail(test: &ExprTest, holds: bool) -> PlainExprTest {
    let expr = collapsed(test.expr.text());
    if holds {
        let comment = Some(format!("promproof tests that this fails: {expr}"));
        return PlainExprTest { comment, test: None };
    }
    PlainExprTest::failing(format!("promproof tests that this fails, and it does not: {expr}"), test.eval_time.value)
}

fn tolerant_tests(running: &Running<'_>, test: &ExprTest) -> Vec<PlainExprTest> {
    let (Evaluated::Samples(expr, actual), Ok((expected, _))) =
        (running.evaluate(test), expected_samples(&test.exp_samples))
    else {
        return vec![as_written(test)];
    };
    let time_ms = test.eval_time.value;
    let comment = format!("within a tolerance: {}", collapsed(test.expr.text()));
    let near = Near::new(&expr, test.expr.text(), &expected).and_then(|near| {
        let tests = near.tests(&comment, time_ms);
        tests.iter().all(|test| holds(running, test)).then_some(tests)
    });
    near.unwrap_or_else(|| {
        let mut actual = actual;
        actual.sort_by(|a, b| a.labels.cmp(&b.labels));
        let comment = format!("{comment}; the values are those of the day on which this was written");
        let samples = actual.iter().map(PlainSample::of).collect();
        vec![PlainExprTest::new(Some(comment), test.expr.text().to_owned(), time_ms, samples)]
    })
}

/// Whether what is written holds.
fn holds(running: &Running<'_>, test: &PlainExprTest) -> bool {
    let Some((expr, time_ms, samples)) = &test.test else { return false };
    let Some(actual) = running.samples_of(expr, *time_ms) else { return false };
    let sorted = |mut samples: Vec<(String, u64)>| {
        samples.sort();
        samples
    };
    let actual = actual.iter().map(PlainSample::of).map(|sample| (sample.labels, sample.value.to_bits()));
    let expected = samples.iter().map(|sample| (sample.labels.clone(), sample.value.to_bits()));
    sorted(actual.collect()) == sorted(expected.collect())
}

/// Expected values as vectors of one element each.
struct Near<'a> {
    /// In parentheses.
    expr: String,
    is_scalar: bool,
    expected: &'a [Sample],
}

impl<'a> Near<'a> {
    /// `None` where it cannot be said in PromQL.
    fn new(expr: &Expr, text: &str, expected: &'a [Sample]) -> Option<Self> {
        let sound = |sample: &Sample| {
            let allowed = sample.tolerance.map_or(0.0, |tolerance| tolerance.allowed(sample.value));
            let named = sample.labels.iter().all(|(name, _)| is_legacy_label_name(name));
            sample.histogram.is_empty() && sample.value.is_finite() && allowed.is_finite() && named
        };
        let is_scalar = expr.value_type() == ValueType::Scalar;
        let distinct = expected.windows(2).all(|pair| pair[0].labels != pair[1].labels);
        if expected.is_empty() || !distinct || !expected.iter().all(sound) {
            return None;
        }
        // A comment would hide the parenthesis behind it.
        let text = if text.contains(['#', '\n']) { expr.to_string() } else { text.trim().to_owned() };
        Some(Near { expr: format!("({text})"), is_scalar, expected })
    }

    fn tests(&self, comment: &str, time_ms: i64) -> Vec<PlainExprTest> {
        let allowed = |sample: &Sample| sample.tolerance.map_or(0.0, |tolerance| tolerance.allowed(sample.value));
        let values = self.union(|sample| sample.value);
        let bounds = match self.expected.split_first() {
            Some((first, rest)) if rest.iter().all(|sample| allowed(sample) == allowed(first)) => {
                number(allowed(first))
            }
            _ => format!("({})", self.union(allowed)),
        };
        let near = format!("abs({} - ({values})) <= bool {bounds}", self.expr);
        let ones = self.expected.iter().map(|sample| Sample { value: 1.0, ..unnamed(sample) });
        let ones = ones.map(|sample| PlainSample::of(&sample)).collect();
        let mut tests = vec![PlainExprTest::new(Some(comment.to_owned()), near, time_ms, ones)];
        if !self.is_scalar {
            // That there are no others, and what they are called.
            let count = format!("count by (__name__) {}", self.expr);
            tests.push(PlainExprTest::new(None, count, time_ms, self.names()));
        }
        tests
    }

    /// A vector of all expected elements, without their names, as their names take no part in arithmetic.
    fn union(&self, value: impl Fn(&Sample) -> f64) -> String {
        let element = |sample: &Sample| {
            let vector = format!("vector({})", number(value(sample)));
            let labels = sample.labels.iter().filter(|(name, _)| name != METRIC_NAME);
            labels.fold(vector, |vector, (name, text)| {
                let text = quote(text.replace('$', "$$").as_bytes());
                format!("label_replace({vector}, \"{name}\", {text}, \"\", \"\")")
            })
        };
        self.expected.iter().map(element).collect::<Vec<_>>().join(" or ")
    }

    /// How many elements have each name.
    fn names(&self) -> Vec<PlainSample> {
        let name = |sample: &Sample| sample.labels.iter().filter(|(name, _)| name == METRIC_NAME).cloned().collect();
        let mut names: Vec<(Vec<(String, String)>, f64)> = Vec::new();
        for sample in self.expected {
            let labels: Vec<(String, String)> = name(sample);
            match names.iter_mut().find(|(known, _)| *known == labels) {
                Some((_, count)) => *count += 1.0,
                None => names.push((labels, 1.0)),
            }
        }
        let sample = |(labels, value)| Sample { labels, value, histogram: String::new(), tolerance: None };
        names.into_iter().map(|named| PlainSample::of(&sample(named))).collect()
    }
}

fn unnamed(sample: &Sample) -> Sample {
    let labels = sample.labels.iter().filter(|(name, _)| name != METRIC_NAME).cloned().collect();
    Sample { labels, ..sample.clone() }
}
