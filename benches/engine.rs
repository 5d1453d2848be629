//! How long queries take, by number of series and steps.
//!
//! `cargo bench --bench engine` runs everything, `cargo bench --bench engine -- rate/100x` a part of it. One sample every
//! 15 s and a step of 15 s, so that a query reads about as many samples as it has steps, for each series.
//! `benches/README.md` has the results.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use promproof::engine::{Engine, Options, Prepared, Store};
use promproof::model::histogram::BucketSpan;
use promproof::model::{FloatHistogram, Labels, SampleValue};
use promproof::promql::{self, ParseOptions};

const STEP_MS: i64 = 15_000;
/// Where the queries start: after an hour of samples, so that all windows are full.
const START_STEP: i64 = 240;
const BOUNDS: [&str; 12] = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];

/// Name, expression, and the most series that it is run with.
const QUERIES: [(&str, &str, usize); 8] = [
    ("selector", "requests_total", 1000),
    ("sum_by_rate", "sum by (group) (rate(requests_total[5m]))", 1000),
    ("ratio_alert", "sum by (group) (rate(errors_total[5m])) / sum by (group) (rate(requests_total[5m])) > 0.05", 1000),
    ("histogram_quantile", "histogram_quantile(0.99, sum by (le, instance) (rate(latency_bucket[5m])))", 100),
    ("subquery", "max_over_time(sum by (group) (rate(requests_total[5m]))[30m:1m])", 1000),
    ("topk", "topk(5, rate(requests_total[5m]))", 1000),
    ("group_left", "requests_total * on (instance) group_left (version) build_info", 1000),
    ("native_rate", "sum(rate(native[5m]))", 1000),
];

/// Appends what `value` yields for each step.
fn fill(store: &mut Store, labels: &[(&str, &str)], samples: i64, mut value: impl FnMut(i64) -> SampleValue) {
    let labels = Labels::from_pairs(labels.iter().copied());
    for index in 0..samples {
        store.append(&labels, index * STEP_MS, value(index), None).expect("times ascend");
    }
}

fn native(index: i64) -> SampleValue {
    let count = index as f64;
    SampleValue::Histogram(Arc::new(FloatHistogram {
        count: count * 12.0,
        sum: count * 3.0,
        positive_spans: vec![BucketSpan { offset: -6, length: 12 }],
        positive_buckets: vec![count; 12],
        ..FloatHistogram::default()
    }))
}

/// The metrics that `query` reads, with `series` series each.
fn store(query: &str, series: usize, steps: i64) -> Store {
    let mut store = Store::new();
    let samples = START_STEP + steps;
    for number in 0..series {
        let instance = format!("host-{number}:9100");
        let group = format!("group-{}", number % 10);
        let labels =
            |name: &'static str| [("__name__", name), ("instance", instance.as_str()), ("group", group.as_str())];
        let slope = (number % 17 + 1) as f64;
        // A counter reset every hour.
        let counter = |index: i64| SampleValue::Float((index % 240) as f64 * slope);
        for name in ["requests_total", "errors_total"].into_iter().filter(|name| query.contains(name)) {
            fill(&mut store, &labels(name), samples, counter);
        }
        if query.contains("native") {
            fill(&mut store, &labels("native"), samples, native);
        }
        if query.contains("build_info") {
            let info = [("__name__", "build_info"), ("instance", instance.as_str()), ("version", "1.2.3")];
            fill(&mut store, &info, samples, |_| SampleValue::Float(1.0));
        }
        for (rank, le) in BOUNDS.iter().enumerate().filter(|_| query.contains("latency_bucket")) {
            let labels = [("__name__", "latency_bucket"), ("instance", instance.as_str()), ("le", *le)];
            fill(&mut store, &labels, samples, |index| SampleValue::Float(index as f64 * slope * (rank + 1) as f64));
        }
    }
    store
}

fn prepare(engine: &Engine, query: &str) -> Prepared {
    let expr = promql::parse(query, &ParseOptions::all()).expect("the query parses");
    engine.prepare(&expr).expect("the query is valid")
}

fn queries(criterion: &mut Criterion) {
    let engine = Engine::new(Options { max_samples: None, ..Options::default() });
    for (name, query, most_series) in QUERIES {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800));
        let prepared = prepare(&engine, query);
        for series in [10, 100, 1000].into_iter().filter(|series| *series <= most_series) {
            for steps in [100i64, 1_000, 10_000] {
                // More histograms than this would not fit into memory.
                if name == "native_rate" && series as i64 * steps > 1_000_000 {
                    continue;
                }
                let id = BenchmarkId::from_parameter(format!("{series}x{steps}"));
                group.throughput(Throughput::Elements(series as u64 * steps as u64));
                let mut filled = None;
                group.bench_function(id, |bencher| {
                    let store = filled.get_or_insert_with(|| store(query, series, steps));
                    let (start, end) = (START_STEP * STEP_MS, (START_STEP + steps - 1) * STEP_MS);
                    bencher.iter(|| black_box(engine.range(store, &prepared, start, end, STEP_MS)));
                });
            }
        }
        group.finish();
    }
}

/// What alert rules do: the same small expression at one time after the other.
fn instants(criterion: &mut Criterion) {
    let engine = Engine::new(Options::default());
    let mut group = criterion.benchmark_group("instant");
    let query = "sum by (group) (rate(errors_total[5m])) / sum by (group) (rate(requests_total[5m])) > 0.05";
    let prepared = prepare(&engine, query);
    let store = store(query, 10, 100);
    group.bench_function("ratio_alert/10", |bencher| {
        bencher.iter(|| black_box(engine.instant(&store, &prepared, START_STEP * STEP_MS)));
    });
    group.finish();
}

criterion_group!(benches, instants, queries);
criterion_main!(benches);
