//! Series of one kind, floats or histograms of one layout, take a short way through window functions. It gives the same
//! bits as the long one.

#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be set up should stop the test")]

use promproof::engine::{Engine, Options, QueryValue, Store};
use promproof::model::histogram::BucketSpan;
use promproof::model::{FloatHistogram, Labels, SampleValue};
use promproof::promql::{self, ParseOptions};
use proptest::prelude::*;

const FUNCTIONS: [&str; 10] = [
    "rate",
    "increase",
    "delta",
    "sum_over_time",
    "avg_over_time",
    "count_over_time",
    "first_over_time",
    "last_over_time",
    "min_over_time",
    "max_over_time",
];
/// Where the floats begin, in milliseconds: no window reaches back from there to time 0.
const BEGIN_MS: i64 = 1_000_000_000;

/// A counter with resets, a gauge, or values that are hard to add up and to compare.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (0u32..1000).prop_map(f64::from),
        2 => -1e3f64..1e3,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), Just(0.0), Just(1e300), Just(-1e300)],
    ]
}

/// Samples: the distance from the one before in milliseconds, and the value. Mostly as regular as scraping makes them.
fn samples() -> impl Strategy<Value = Vec<(i64, f64)>> {
    let gap = prop_oneof![6 => Just(15_000i64), 1 => 1i64..40_000, 1 => Just(120_000i64)];
    let ascending = prop::collection::vec((gap.clone(), 0u32..50), 0..80).prop_map(|steps| {
        let mut total = 0.0;
        let mut count = |add: u32| {
            total = if add == 0 { 0.0 } else { total + f64::from(add) };
            total
        };
        steps.into_iter().map(|(gap, add)| (gap, count(add))).collect()
    });
    let whole = prop::collection::vec((gap.clone(), (-50i32..50).prop_map(f64::from)), 0..80);
    let any = prop_oneof![ascending, whole, prop::collection::vec((gap, value()), 0..80)];
    (any, prop::option::of(prop::sample::select(&[5_000i64, 15_000][..])))
        .prop_map(|(samples, even)| evenly(samples, even))
}

/// The samples, all the same distance apart if there is one: over even samples windows move on in strides.
fn evenly<T>(samples: Vec<(i64, T)>, gap: Option<i64>) -> Vec<(i64, T)> {
    samples.into_iter().map(|(own, rest)| (gap.unwrap_or(own), rest)).collect()
}

/// The samples in a store; with a histogram long before them, which sends the series the long way.
fn store(samples: &[(i64, f64)], long_way: bool) -> Store {
    let labels = Labels::from_pairs([("__name__", "x_total")]);
    let mut store = Store::new();
    if long_way {
        let histogram = SampleValue::Histogram(FloatHistogram::default().into());
        assert_eq!(store.append(&labels, 0, histogram, None), Ok(()));
    }
    let mut t_ms = BEGIN_MS;
    for (gap, value) in samples {
        t_ms += gap;
        assert_eq!(store.append(&labels, t_ms, SampleValue::Float(*value), None), Ok(()));
    }
    store
}

fn points(store: &Store, text: &str, step_ms: i64) -> Vec<(i64, SampleValue)> {
    let expr = promql::parse(text, &ParseOptions::all()).expect("the expression parses");
    let engine = Engine::new(Options::default());
    let prepared = engine.prepare(&expr).expect("the expression is valid");
    let output = engine.range(store, &prepared, BEGIN_MS - 60_000, BEGIN_MS + 1_500_000, step_ms);
    let QueryValue::Matrix(matrix) = output.expect("the query succeeds").value else { panic!("a matrix is expected") };
    matrix.iter().flat_map(|series| &series.points).map(|point| (point.t_ms, point.value)).collect()
}

fn float_bits(points: Vec<(i64, SampleValue)>) -> Vec<(i64, u64)> {
    let bits = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    points.into_iter().map(|(t_ms, value)| (t_ms, bits(value.as_float().expect("a float is expected")))).collect()
}

/// What each of a series' histograms has more than the one before, bucket by bucket. Now and then the counter is reset.
fn growth() -> impl Strategy<Value = Vec<(i64, [u32; 4], bool)>> {
    let gap = prop_oneof![6 => Just(15_000i64), 1 => 1i64..40_000, 1 => Just(120_000i64)];
    let more = prop::array::uniform4(prop_oneof![2 => Just(0u32), 3 => 0u32..9]);
    let growth = prop::collection::vec((gap, (more, prop::bool::weighted(0.1))), 0..60);
    let even = prop::option::of(Just(15_000i64));
    (growth, even).prop_map(|(growth, even)| {
        evenly(growth, even).into_iter().map(|(gap, (more, reset))| (gap, more, reset)).collect()
    })
}

/// Two series of native histograms in a store; with a float long before them, which sends them the long way.
fn native_store(growth: &[(i64, [u32; 4], bool)], long_way: bool) -> Store {
    let mut store = Store::new();
    for instance in ["a", "b"] {
        let labels = Labels::from_pairs([("__name__", "x"), ("instance", instance)]);
        if long_way {
            assert_eq!(store.append(&labels, 0, SampleValue::Float(1.0), None), Ok(()));
        }
        let (mut t_ms, mut counts) = (BEGIN_MS, [0u32; 4]);
        for (gap, more, reset) in growth {
            t_ms += gap;
            for (count, more) in counts.iter_mut().zip(more) {
                *count = if *reset { *more } else { *count + more };
            }
            assert_eq!(store.append(&labels, t_ms, native(counts, instance == "b"), None), Ok(()));
        }
    }
    store
}

fn native(counts: [u32; 4], more: bool) -> SampleValue {
    let [zero, a, b, c] = counts.map(|count| f64::from(count) * if more { 1.1 } else { 1.0 });
    let histogram = FloatHistogram {
        zero_threshold: 0.001,
        zero_count: zero,
        count: zero + a + b + c,
        sum: a * 0.3 + b,
        positive_spans: vec![BucketSpan { offset: -1, length: 1 }, BucketSpan { offset: 2, length: 1 }],
        positive_buckets: vec![a, b],
        negative_spans: vec![BucketSpan { offset: 0, length: 1 }],
        negative_buckets: vec![c],
        ..FloatHistogram::default()
    };
    SampleValue::Histogram(histogram.into())
}

fn texts(points: Vec<(i64, SampleValue)>) -> Vec<(i64, String)> {
    let text = |value: SampleValue| value.as_histogram().expect("a histogram is expected").test_expression();
    points.into_iter().map(|(t_ms, value)| (t_ms, text(value))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("CASES").ok().and_then(|v| v.parse().ok()).unwrap_or(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_short_way_equals_the_long_one(
        samples in samples(),
        function in prop::sample::select(&FUNCTIONS[..]),
        range_s in prop::sample::select(&[1u32, 15, 30, 60, 61, 300, 1200][..]),
        step_ms in prop::sample::select(&[1_000i64, 15_000, 20_000, 60_000][..]),
        offset_s in prop::sample::select(&[0i64, 7, -45][..]),
    ) {
        let text = format!("{function}(x_total[{range_s}s] offset {offset_s}s)");
        prop_assert_eq!(
            float_bits(points(&store(&samples, false), &text, step_ms)),
            float_bits(points(&store(&samples, true), &text, step_ms)),
            "{}", text
        );
    }

    #[test]
    fn the_short_way_of_histograms_equals_the_long_one(
        growth in growth(),
        expression in prop::sample::select(&["rate(x[R])", "increase(x[R])", "sum(rate(x[R]))", "2 * rate(x[R])"][..]),
        range_s in prop::sample::select(&[15u32, 30, 61, 300][..]),
        step_ms in prop::sample::select(&[15_000i64, 20_000, 60_000][..]),
    ) {
        let text = expression.replace('R', &format!("{range_s}s"));
        let (short, long) = (native_store(&growth, false), native_store(&growth, true));
        prop_assert_eq!(texts(points(&short, &text, step_ms)), texts(points(&long, &text, step_ms)), "{}", text);
    }
}
