//! Evaluating all steps in one pass gives the same, bit for bit, as evaluating each step on its own.

use std::collections::BTreeMap;

use promproof::engine::{Engine, EvalError, Options, Output, Prepared, QueryValue, Store};
use promproof::model::SampleValue;
use promproof::promql::{self, ParseOptions};
use proptest::prelude::*;

use super::expressions::expression;
use super::store::store;

/// By time and labels: the bits of the value.
type Points = BTreeMap<(i64, String), String>;

fn bits(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(value) if value.is_nan() => "NaN".to_owned(),
        SampleValue::Float(value) => format!("{value} {:x}", value.to_bits()),
        SampleValue::Histogram(histogram) => histogram.test_expression(),
    }
}

fn points(output: Output, t_ms: i64) -> Points {
    match output.value {
        QueryValue::Scalar(value) => [((t_ms, "{}".to_owned()), bits(&value.into()))].into(),
        QueryValue::Vector(samples) => {
            samples.iter().map(|sample| ((sample.t_ms, sample.labels.to_string()), bits(&sample.value))).collect()
        }
        QueryValue::Matrix(matrix) => matrix
            .iter()
            .flat_map(|series| {
                let labels = series.labels.to_string();
                series.points.iter().map(move |point| ((point.t_ms, labels.clone()), bits(&point.value)))
            })
            .collect(),
        QueryValue::String(_) => Points::new(),
    }
}

fn step_by_step(
    engine: &Engine,
    store: &Store,
    prepared: &Prepared,
    times: impl Iterator<Item = i64>,
) -> Result<Points, EvalError> {
    let mut all = Points::new();
    for t_ms in times {
        all.extend(points(engine.instant(store, prepared, t_ms)?, t_ms));
    }
    Ok(all)
}

fn check(text: &str, seed: u64, options: Options) -> Result<(), TestCaseError> {
    let expr = promql::parse(text, &ParseOptions::all())
        .map_err(|errors| TestCaseError::fail(format!("{text}: {errors:?}")))?;
    let engine = Engine::new(options);
    let Ok(prepared) = engine.prepare(&expr) else { return Ok(()) };
    let store = store(seed);
    let (start, end, step) = (-30_000, 1_400_000, 35_000);
    let whole = engine.range(&store, &prepared, start, end, step).map(|output| points(output, start));
    let parts = step_by_step(&engine, &store, &prepared, (start..=end).step_by(step as usize));
    match (whole, parts) {
        (Ok(whole), Ok(parts)) => prop_assert_eq!(whole, parts, "{}", text),
        (Err(_), Err(_)) => {}
        (whole, parts) => prop_assert!(false, "{text}: one pass {:?}, step by step {:?}", whole.err(), parts.err()),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("CASES").ok().and_then(|v| v.parse().ok()).unwrap_or(150), max_shrink_iters: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_pass_equals_step_by_step(text in expression(), seed in 1u64..50) {
        check(&text, seed, Options::default())?;
    }

    #[test]
    fn one_pass_equals_step_by_step_with_delayed_names_and_start_timestamps(text in expression(), seed in 1u64..50) {
        check(&text, seed, Options { delayed_name_removal: true, start_timestamps: true, ..Options::default() })?;
    }
}
