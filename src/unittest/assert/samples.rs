//! Assertions on the results of expressions.

use super::compare;
use crate::engine::{EvalError, Output, QueryValue};
use crate::model::duration::format_duration;
use crate::model::{Labels, SampleValue};
use crate::promql;
use crate::source::{Diagnostic, Label, Severity, Span};
use crate::testfile::{ExpectedSample, ExprTest, TextPattern, mistakes};
use crate::unittest::report::{MessageFailure, Outcome, Sample, SampleFailure};
use crate::unittest::run::Running;

/// How the expression test went.
pub(super) fn check(running: &Running<'_>, test: &ExprTest) -> Outcome {
    if let Some(pattern) = &test.exp_fail {
        return check_failure(running, test, pattern);
    }
    let error = |rule, message: String, span: Span| {
        let label = Label::new(&running.shared.test.file, span, "");
        Outcome::Error(Box::new(Diagnostic::new(rule, Severity::Error, message, label)))
    };
    let mut actual = match running.evaluate(test) {
        Evaluated::Samples(_, samples) => samples,
        Evaluated::WrongType(expr) => {
            let message = format!("the expression yields a {}, not a vector or a scalar", type_name(&expr));
            return error("promql/type", message, test.expr.span);
        }
        Evaluated::Invalid(failure) => {
            return Outcome::Error(Box::new(mistakes::syntax(running.shared.test, test, failure)));
        }
        Evaluated::Fails(failure) => {
            let at = format_duration(test.eval_time.value);
            let span = failure.span.map_or(test.expr.span, |span| test.expr.file_span(span));
            let message = format!("the expression fails at {at}: {}", failure.message);
            return error("test/expression-fails", message, span);
        }
    };
    let (expected, _) = match expected_samples(&test.exp_samples) {
        Ok(expected) => expected,
        Err((span, message)) => return error("test/invalid-sample", message, span),
    };
    actual.sort_by(|a, b| a.labels.cmp(&b.labels));
    let fuzzy = running.shared.test.fuzzy_compare;
    if compare::same_samples(&expected, &actual, fuzzy) {
        return Outcome::Passed;
    }
    Outcome::Samples(Box::new(SampleFailure {
        expected,
        actual,
        differences: Vec::new(),
        is_shortened: false,
        notes: Vec::new(),
        why: None,
    }))
}

/// An expression that must fail.
fn check_failure(running: &Running<'_>, test: &ExprTest, pattern: &TextPattern) -> Outcome {
    let mut failure = MessageFailure {
        expected: pattern.text.text().to_owned(),
        pattern: pattern.kind,
        span: pattern.text.span,
        actual: None,
        samples: Vec::new(),
        is_shortened: false,
        why: None,
    };
    match running.evaluate(test) {
        Evaluated::Invalid(error) => failure.actual = Some(error.message),
        Evaluated::Fails(error) => failure.actual = Some(error.message),
        Evaluated::WrongType(_) => {}
        Evaluated::Samples(_, samples) => failure.samples = samples,
    }
    if failure.actual.as_ref().is_some_and(|message| pattern.accepts(message)) {
        return Outcome::Passed;
    }
    Outcome::Message(Box::new(failure))
}

impl Running<'_> {
    pub(in crate::unittest) fn evaluate(&self, test: &ExprTest) -> Evaluated {
        self.evaluate_text(test.expr.text(), test.eval_time.value)
    }

    /// What an expression yields at a time from the start of the test; `None` where it fails or yields no vector.
    pub(in crate::unittest) fn samples_of(&self, expr: &str, eval_time_ms: i64) -> Option<Vec<Sample>> {
        match self.evaluate_text(expr, eval_time_ms) {
            Evaluated::Samples(_, mut samples) => {
                samples.sort_by(|a, b| a.labels.cmp(&b.labels));
                Some(samples)
            }
            _ => None,
        }
    }

    fn evaluate_text(&self, text: &str, eval_time_ms: i64) -> Evaluated {
        let expr = match promql::parse(text, self.shared.parse) {
            Ok(expr) => expr,
            Err(errors) => {
                let first = errors.into_iter().next();
                return Evaluated::Invalid(first.unwrap_or_else(|| promql::ParseError::new(Span::default(), "")));
            }
        };
        let engine = &self.shared.set.options().engine;
        let t_ms = self.since_epoch(eval_time_ms);
        let output = engine.prepare(&expr).and_then(|prepared| engine.instant(&self.store, &prepared, t_ms));
        match output.map(samples) {
            Ok(Some(samples)) => Evaluated::Samples(expr, samples),
            Ok(None) => Evaluated::WrongType(expr),
            Err(failure) => Evaluated::Fails(failure),
        }
    }
}

/// What became of the expression of a test.
pub(in crate::unittest) enum Evaluated {
    /// It does not parse.
    Invalid(promql::ParseError),
    /// It fails.
    Fails(EvalError),
    /// It yields neither a scalar nor an instant vector.
    WrongType(promql::Expr),
    /// It yields these.
    Samples(promql::Expr, Vec<Sample>),
}

fn type_name(expr: &promql::Expr) -> &'static str {
    match expr.value_type() {
        promql::ast::ValueType::Scalar => "scalar",
        promql::ast::ValueType::Vector => "vector",
        promql::ast::ValueType::Matrix => "range vector",
        promql::ast::ValueType::String => "text",
    }
}

/// The samples of a result; `None` where it is neither a scalar nor an instant vector.
fn samples(output: Output) -> Option<Vec<Sample>> {
    match output.value {
        QueryValue::Scalar(value) => {
            Some(vec![Sample { labels: Vec::new(), value, histogram: String::new(), tolerance: None }])
        }
        QueryValue::Vector(samples) => {
            Some(samples.into_iter().map(|sample| self::sample(&sample.labels, &sample.value)).collect())
        }
        QueryValue::String(_) | QueryValue::Matrix(_) => None,
    }
}

fn sample(labels: &Labels, value: &SampleValue) -> Sample {
    let labels = compare::label_pairs(labels);
    match value {
        SampleValue::Float(value) => Sample { labels, value: *value, histogram: String::new(), tolerance: None },
        SampleValue::Histogram(histogram) => {
            Sample { labels, value: 0.0, histogram: histogram.test_expression(), tolerance: None }
        }
    }
}

/// The expected samples sorted by labels, and for each its index in the file; else what cannot be read, and where.
pub(in crate::unittest) type Expected = (Vec<Sample>, Vec<usize>);

pub(in crate::unittest) fn expected_samples(written: &[ExpectedSample]) -> Result<Expected, (Span, String)> {
    let mut expected = Vec::with_capacity(written.len());
    for (index, item) in written.iter().enumerate() {
        let labels = promql::parse_metric(item.labels.text()).map_err(|error| {
            (item.labels.file_span(error.span), format!("these labels cannot be read: {}", error.message))
        })?;
        let histogram = expected_histogram(item)?;
        let labels = labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let tolerance = item.tolerance.map(|tolerance| tolerance.value);
        expected.push((Sample { labels, value: item.value.value, histogram, tolerance }, index));
    }
    expected.sort_by(|(a, _), (b, _)| a.labels.cmp(&b.labels));
    Ok(expected.into_iter().unzip())
}

/// The canonical text of the expected histogram; empty where none is expected.
fn expected_histogram(item: &ExpectedSample) -> Result<String, (Span, String)> {
    if item.histogram.text().is_empty() {
        return Ok(String::new());
    }
    let values = promql::series::parse_values(item.histogram.text()).map_err(|error| {
        (item.histogram.file_span(error.span), format!("this histogram cannot be read: {}", error.message))
    })?;
    match values.as_slice() {
        [Some(SampleValue::Histogram(histogram))] => Ok(histogram.test_expression()),
        _ => Err((item.histogram.span, "one native histogram is wanted here, `{{…}}`".to_owned())),
    }
}
