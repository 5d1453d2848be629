//! What callers of the engine rely on, beside what the scripts under `tests/conformance/promqltest` cover.

use crate::model::{FloatHistogram, Labels, SampleValue, stale_nan};
use crate::promql::{self, ParseOptions};

use super::{Engine, EvalError, Options, Output, QueryValue, Store};

/// Labels and values of a series.
type TestSeries<'a> = (&'a [(&'a str, &'a str)], &'a [Option<f64>]);

/// One sample a minute for each value; `None` leaves a gap.
fn store(series: &[TestSeries<'_>]) -> Store {
    let mut store = Store::new();
    for (labels, values) in series {
        let labels = Labels::from_pairs(labels.iter().copied());
        for (minute, value) in (0..).zip(*values) {
            if let Some(value) = value {
                store.append(&labels, minute * 60_000, SampleValue::Float(*value), None).expect("times ascend");
            }
        }
    }
    store
}

fn instant(store: &Store, options: Options, text: &str, t_ms: i64) -> Result<Output, EvalError> {
    let expr = promql::parse(text, &ParseOptions::all()).expect("the expression parses");
    let engine = Engine::new(options);
    engine.instant(store, &engine.prepare(&expr)?, t_ms)
}

fn shown(value: &QueryValue) -> String {
    match value {
        QueryValue::Scalar(value) => format!("{value}"),
        QueryValue::String(text) => String::from_utf8_lossy(text).into_owned(),
        QueryValue::Vector(samples) => {
            let lines = samples.iter().map(|sample| format!("{} {:?}", sample.labels, sample.value));
            lines.collect::<Vec<_>>().join("\n")
        }
        QueryValue::Matrix(series) => {
            let lines = series.iter().map(|series| format!("{} {} points", series.labels, series.points.len()));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

const UP: &[(&str, &str)] = &[("__name__", "up"), ("job", "a")];
const OTHER: &[(&str, &str)] = &[("__name__", "up"), ("job", "b")];

#[test]
fn a_staleness_marker_ends_a_series_until_its_next_sample() {
    let store = store(&[(UP, &[Some(1.0), Some(stale_nan()), None, Some(2.0)])]);
    let at = |minute: i64| shown(&instant(&store, Options::default(), "up", minute * 60_000).expect("evaluates").value);
    insta::assert_snapshot!(at(0), @r#"{__name__="up", job="a"} Float(1.0)"#);
    insta::assert_snapshot!(at(1), @"");
    insta::assert_snapshot!(at(2), @"");
    insta::assert_snapshot!(at(3), @r#"{__name__="up", job="a"} Float(2.0)"#);
}

#[test]
fn samples_must_come_in_order() {
    let mut store = store(&[(UP, &[Some(1.0), Some(2.0)])]);
    let labels = Labels::from_pairs(UP.iter().copied());
    let mut append = |t_ms, value: f64| {
        let result = store.append(&labels, t_ms, value.into(), None);
        result.map_or_else(|error| error.to_string(), |()| "taken".to_owned())
    };
    insta::assert_snapshot!(append(60_000, 2.0), @"taken");
    insta::assert_snapshot!(append(60_000, 3.0), @"duplicate sample for timestamp");
    insta::assert_snapshot!(append(59_999, 2.0), @"out of order sample");
}

#[test]
fn a_long_chain_of_operators_is_evaluated_in_a_loop() {
    let store = store(&[(UP, &[Some(1.0)])]);
    let text = vec!["up"; 100_000].join(" + ");
    let output = instant(&store, Options::default(), &text, 0).expect("evaluates");
    insta::assert_snapshot!(shown(&output.value), @r#"{job="a"} Float(100000.0)"#);
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let store = store(&[(UP, &[Some(-1.0)])]);
    let depth = promql::ast::MAX_NESTING / 2 - 1;
    for (open, close) in [("abs(", ")"), ("sum(", ")"), ("-(", ")"), ("max_over_time(", "[1m:])")] {
        let text = format!("{}up{}", open.repeat(depth), close.repeat(depth));
        if let Ok(expr) = promql::parse(&text, &ParseOptions::all()) {
            let engine = Engine::default();
            let prepared = engine.prepare(&expr).expect("it is valid");
            assert!(engine.instant(&store, &prepared, 0).is_ok(), "{open}");
        }
    }
}

#[test]
fn limits_say_which_expression_and_how_to_raise_them() {
    let store = store(&[(UP, &[Some(1.0)]), (OTHER, &[Some(2.0)])]);
    let shown = |options: Options, text: &str| {
        let error = instant(&store, options, text, 0).expect_err("the limit is too low");
        format!("{}: {}", error.span.expect("it is about a part of the expression").slice(text), error.message)
    };
    let few_series = Options { max_series: Some(1), ..Options::default() };
    insta::assert_snapshot!(
        shown(few_series, "sum(up)"),
        @"up: this yields more than 1 series: select fewer, or raise the limit `max_series`"
    );
    let few_samples = Options { max_samples: Some(100), ..Options::default() };
    insta::assert_snapshot!(
        shown(few_samples, "max_over_time(sum(up)[1h:1s])"),
        @"sum(up)[1h:1s]: the query holds more than 100 samples at a time: use fewer steps or series, or raise the limit `max_samples`"
    );
}

#[test]
fn columns_that_are_no_selectors_count_as_samples_too() {
    let info: &[(&str, &str)] = &[("__name__", "target_info"), ("job", "a"), ("version", "1")];
    let store = store(&[(UP, &[Some(1.0)]), (OTHER, &[Some(2.0)]), (info, &[Some(1.0)])]);
    let message = |max_samples, text: &str| {
        let options = Options { max_samples: Some(max_samples), start_timestamps: true, ..Options::default() };
        let engine = Engine::new(options);
        let expr = promql::parse(text, &ParseOptions::all()).expect("the expression parses");
        let prepared = engine.prepare(&expr).expect("it is valid");
        match engine.range(&store, &prepared, 0, 99_000, 1000) {
            Ok(_) => "evaluated".to_owned(),
            Err(error) => error.message.split(':').next().unwrap_or_default().to_owned(),
        }
    };
    for text in ["timestamp(up)", "start_timestamp(up)"] {
        assert_eq!(message(199, text), "the query holds more than 199 samples at a time", "{text}");
        assert_eq!(message(200, text), "evaluated", "{text}");
    }
    // The series, the winners among the info metrics, and the series with more labels.
    let text = r#"info(up{job="a"})"#;
    insta::assert_snapshot!(message(199, text), @"the query holds more than 199 samples at a time");
    insta::assert_snapshot!(message(299, text), @"the query holds more than 299 samples at a time");
    insta::assert_snapshot!(message(300, text), @"evaluated");
}

#[test]
fn an_annotation_shows_its_place_in_the_expression() {
    let store = store(&[(UP, &[Some(1.0), Some(2.0)])]);
    let text = "1 +\n  rate(up[5m])";
    let output = instant(&store, Options::default(), text, 60_000).expect("evaluates");
    let texts: Vec<String> = output.annotations.iter().map(|annotation| annotation.to_text(text)).collect();
    insta::assert_snapshot!(
        texts.join("\n"),
        @r#"PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "up" (2:8)"#
    );
}

#[test]
fn only_numbers_and_instant_vectors_are_evaluated_over_time() {
    let store = Store::new();
    let engine = Engine::default();
    for (text, found) in [("up[5m]", "range vector"), ("'x'", "string")] {
        let expr = promql::parse(text, &ParseOptions::default()).expect("the expression parses");
        let prepared = engine.prepare(&expr).expect("it is valid");
        let error = engine.range(&store, &prepared, 0, 60_000, 1_000).expect_err("it is no vector");
        let expected = format!("invalid expression type \"{found}\" for range query, must be Scalar or instant Vector");
        assert_eq!(error.message, expected);
    }
}

#[test]
fn a_label_cannot_be_multiplied_without_end() {
    let store = store(&[(UP, &[Some(1.0)])]);
    let message = |text: &str| instant(&store, Options::default(), text, 0).expect_err("it is too long").message;
    let nested = |call: &dyn Fn(String) -> String| (0..5).fold("up".to_owned(), |inner, _| call(inner));
    let hundredfold = "$1".repeat(100);
    let replaced = nested(&|inner| format!(r#"label_replace({inner}, "job", "{hundredfold}", "job", "(.*)")"#));
    insta::assert_snapshot!(
        message(&replaced),
        @r#"label_replace() makes the label "job" longer than 1048576 bytes: make it shorter"#
    );
    let sources = vec![r#""job""#; 100].join(", ");
    let joined = nested(&|inner| format!(r#"label_join({inner}, "job", "-", {sources})"#));
    insta::assert_snapshot!(
        message(&joined),
        @r#"label_join() makes the label "job" longer than 1048576 bytes: make it shorter"#
    );
    let long = format!(r#"label_replace(up, "job", "{}", "job", ".*")"#, "x".repeat(1000));
    assert!(instant(&store, Options::default(), &long, 0).is_ok(), "a long label is no error");
}

#[test]
fn a_range_vector_whose_names_are_removed_late_has_each_label_set_once() {
    let named = |name: &'static str| [("__name__", name), ("job", "a")];
    let (both, early, late) = (named("both"), named("early"), named("late"));
    let store = store(&[
        (&both, &[Some(1.0), Some(1.0)]),
        (&early, &[Some(2.0), Some(stale_nan())]),
        (&late, &[None, Some(3.0)]),
    ]);
    let at = |text: &str| {
        let options = Options { delayed_name_removal: true, ..Options::default() };
        instant(&store, options, text, 60_000).map_or_else(|error| error.message, |output| shown(&output.value))
    };
    insta::assert_snapshot!(at(r#"(-{__name__=~"early|late"})[2m:1m]"#), @r#"{job="a"} 2 points"#);
    insta::assert_snapshot!(at(r#"(-{__name__=~"early|both"})[2m:1m]"#), @"vector cannot contain metrics with the same labelset");
}

#[test]
fn the_store_takes_no_histogram_that_contradicts_itself() {
    let mut store = Store::new();
    let negative = FloatHistogram { count: -1.0, ..FloatHistogram::default() };
    let error = store.append(&Labels::default(), 0, SampleValue::Histogram(negative.into()), None);
    insta::assert_snapshot!(error.unwrap_err(), @"observation count is -1: histogram's observation count is negative");
}
