//! Small stores of nasty data.

use std::sync::Arc;

use promproof::engine::Store;
use promproof::model::histogram::{BucketSpan, CUSTOM_BUCKETS_SCHEMA, CounterResetHint};
use promproof::model::{FloatHistogram, Labels, SampleValue, stale_nan};
use promproof::promql::Expr;
use promproof::promql::ast::{MatchOp, VectorSelector};

use super::expressions::METRICS;
use crate::expressions::Generator;

const FLOATS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.5,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    5e-324,
    1e-300,
    9_007_199_254_740_993.0,
    1e19,
];
/// Where the samples of a series begin, in milliseconds: nearly always at 0.
const STARTS_MS: [i64; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, -600_000, i64::MAX - 1_000_000, i64::MIN + 1];

/// A store with every metric of [`METRICS`] but the last.
pub(crate) fn random(random: &mut Generator) -> Store {
    let mut store = Store::new();
    for name in METRICS.iter().filter(|name| **name != "none") {
        for _ in 0..=random.below(5) {
            let mut pairs = vec![("__name__", *name)];
            pairs.push(("group", random.pick(&["a", "b", "bb", ""])));
            pairs.push(("instance", random.pick(&["1", "2", "3", ""])));
            match *name {
                "hist_bucket" => pairs.push(("le", random.pick(&["0", "0.1", "1", "+Inf", "Inf", "x", "-5", "NaN"]))),
                "target_info" => pairs.push(("a", random.pick(&["1", "2"]))),
                _ => pairs.push(("läbel", random.pick(&["ü", "", ""]))),
            }
            fill(random, &mut store, &Labels::from_pairs(pairs), name);
        }
    }
    store
}

/// A store in which the selectors of `expr` find something: the names and labels that they ask for.
pub(crate) fn fitting(random: &mut Generator, expr: &Expr) -> Store {
    let mut store = Store::new();
    let mut selectors = Vec::new();
    expr.walk(&mut |node| selectors.extend(node.selector()));
    for selector in selectors.into_iter().take(12) {
        for _ in 0..=random.below(3) {
            let labels = matched(random, selector);
            let kind = random.pick(&["counter", "counter", "gauge", "native", "mixed"]);
            fill(random, &mut store, &labels, kind);
        }
    }
    store
}

fn matched(random: &mut Generator, selector: &VectorSelector) -> Labels {
    let mut pairs = vec![
        ("instance".to_owned(), random.pick(&["1", "2", "3"]).to_owned()),
        ("le".to_owned(), random.pick(&["", "", "0.1", "1", "+Inf"]).to_owned()),
    ];
    if let Some(name) = &selector.name {
        pairs.push(("__name__".to_owned(), name.value.to_string()));
    }
    for matcher in selector.matchers.iter().filter(|matcher| matches!(matcher.op, MatchOp::Equal | MatchOp::Regex)) {
        // Of a regular expression the first alternative, which often matches itself.
        let text = String::from_utf8_lossy(&matcher.value.value).into_owned();
        pairs.push((matcher.name.value.clone(), text.split('|').next().unwrap_or_default().to_owned()));
    }
    Labels::from_pairs(pairs)
}

/// Appends up to 50 samples; what the store refuses, is left out.
fn fill(random: &mut Generator, store: &mut Store, labels: &Labels, kind: &str) {
    let mut t_ms = STARTS_MS[random.below(STARTS_MS.len())];
    let interval = [15_000, 15_000, 15_000, 15_000, 60_000, 20_000, 1, 7_001][random.below(8)];
    let (mut counter, mut histogram) = (0.0, histogram(random));
    let wild = random.below(4) == 0;
    for _ in 0..random.below(50) {
        t_ms = t_ms.saturating_add(interval);
        counter = if random.below(15) == 0 { 0.0 } else { counter + random.below(100) as f64 / 7.0 };
        if random.below(8) == 0 {
            histogram = self::histogram(random);
        } else {
            let factor = random.below(5) as f64 / 2.0;
            histogram.mul(factor);
        }
        let float = if wild { FLOATS[random.below(FLOATS.len())] } else { counter - 50.0 };
        let value = match (kind, random.below(20)) {
            (_, 0) => SampleValue::Float(stale_nan()),
            (_, 1 | 2) => continue,
            ("native", 3) => SampleValue::Histogram(Arc::new(FloatHistogram::stale())),
            ("native", _) | ("mixed", 4..=10) => SampleValue::Histogram(Arc::new(histogram.clone())),
            ("counter" | "hist_bucket", _) if !wild => SampleValue::Float(counter),
            _ => SampleValue::Float(float),
        };
        if value.as_histogram().is_some_and(|histogram| !histogram.is_stale() && histogram.validate().is_err()) {
            continue;
        }
        let start = match random.below(6) {
            0 => Some(t_ms.saturating_sub(20_000)),
            1 => Some([i64::MIN, 0, 1, t_ms, i64::MAX][random.below(5)]),
            _ => None,
        };
        let _ = store.append(labels, t_ms, value, start);
    }
}

/// A histogram of any schema, with buckets anywhere.
fn histogram(random: &mut Generator) -> FloatHistogram {
    let count = |random: &mut Generator| match random.below(40) {
        0 => FLOATS[random.below(FLOATS.len())],
        _ => random.below(50) as f64,
    };
    let custom = random.below(4) == 0;
    let (positive_spans, positive_buckets) = buckets(random, custom, count);
    let mut histogram = FloatHistogram { positive_spans, positive_buckets, ..FloatHistogram::default() };
    if custom {
        histogram.schema = CUSTOM_BUCKETS_SCHEMA;
        let bounds = 20 + random.below(3);
        histogram.custom_values = (0..bounds).map(|bound| bound as f64 - random.below(2) as f64 / 3.0).collect();
    } else {
        histogram.schema = random.below(13) as i32 - 4;
        histogram.zero_threshold = [0.0, 1e-128, 0.01, 3.0, 1e30][random.below(5)];
        histogram.zero_count = count(random);
        (histogram.negative_spans, histogram.negative_buckets) = buckets(random, custom, count);
    }
    histogram.counter_reset_hint = match random.below(8) {
        0 => CounterResetHint::Reset,
        1 => CounterResetHint::NotReset,
        2 => CounterResetHint::Gauge,
        _ => CounterResetHint::Unknown,
    };
    let observed: f64 = histogram.positive_buckets.iter().chain(&histogram.negative_buckets).sum();
    histogram.count = if random.below(10) == 0 { count(random) } else { observed + histogram.zero_count };
    histogram.sum = FLOATS[random.below(FLOATS.len())];
    histogram
}

fn buckets(random: &mut Generator, custom: bool, count: impl Fn(&mut Generator) -> f64) -> (Vec<BucketSpan>, Vec<f64>) {
    let (mut spans, mut buckets) = (Vec::new(), Vec::new());
    for index in 0..random.below(4) {
        let length = random.below(4);
        let offset = match random.below(12) {
            _ if custom => random.below(3) as i32,
            0 => [i32::MIN, i32::MAX, 1_000_000, -5_000][random.below(4)],
            _ if index == 0 => random.below(12) as i32 - 6,
            _ => random.below(4) as i32,
        };
        spans.push(BucketSpan { offset, length: length as u32 });
        buckets.extend((0..length).map(|_| count(random)));
    }
    (spans, buckets)
}
