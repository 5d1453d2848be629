//! A small store with everything that can be in one: counters with resets, gauges with gaps, special values, staleness
//! markers, classic and native histograms, series that change their kind, start timestamps.

use std::sync::Arc;

use promproof::engine::Store;
use promproof::model::histogram::{BucketSpan, CounterResetHint};
use promproof::model::{FloatHistogram, Labels, SampleValue, stale_nan};

/// Milliseconds between two samples of a series.
const INTERVAL_MS: i64 = 15_000;
/// Samples of a series.
const SAMPLES: i64 = 80;

/// Numbers that look random and are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn float(&mut self) -> f64 {
        self.below(1_000_000) as f64 / 777.0
    }
}

/// The store; `seed` is not zero.
pub(crate) fn store(seed: u64) -> Store {
    let mut store = Store::new();
    let mut numbers = Numbers(seed);
    for (name, group, instance) in series() {
        let labels = Labels::from_pairs([("__name__", name), ("group", group), ("instance", instance)]);
        fill(&mut store, &mut numbers, &labels, name);
    }
    for le in ["0.1", "0.5", "1", "+Inf"] {
        let labels = Labels::from_pairs([("__name__", "latency_bucket"), ("group", "a"), ("le", le)]);
        fill(&mut store, &mut numbers, &labels, "counter_total");
    }
    store
}

fn series() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let names = ["counter_total", "gauge", "other", "native", "mixed"];
    names.into_iter().flat_map(|name| {
        ["a", "b"].into_iter().flat_map(move |group| ["1", "2", "3"].into_iter().map(move |i| (name, group, i)))
    })
}

fn fill(store: &mut Store, numbers: &mut Numbers, labels: &Labels, kind: &str) {
    let mut counter = numbers.float();
    let mut count = 1.0;
    for index in 0..SAMPLES {
        let t_ms = index * INTERVAL_MS + numbers.below(3) as i64 * 1000;
        counter = if numbers.below(20) == 0 { 0.0 } else { counter + numbers.float() };
        count = if numbers.below(25) == 0 { 1.0 } else { count + numbers.below(5) as f64 };
        let value = match (kind, numbers.below(30)) {
            (_, 0) => SampleValue::Float(stale_nan()),
            (_, 1..=3) => continue,
            ("counter_total", _) => SampleValue::Float(counter),
            ("native", _) => native(count),
            ("mixed", 4..=12) => native(count),
            ("gauge", 4) => SampleValue::Float(f64::NAN),
            ("gauge", 5) => SampleValue::Float(f64::NEG_INFINITY),
            _ => SampleValue::Float(numbers.float() - 600.0),
        };
        let start = (numbers.below(4) == 0).then_some(t_ms - 20_000);
        assert_eq!(store.append(labels, t_ms, value, start), Ok(()), "times ascend");
    }
}

fn native(count: f64) -> SampleValue {
    SampleValue::Histogram(Arc::new(FloatHistogram {
        counter_reset_hint: CounterResetHint::Unknown,
        count: count * 3.0,
        sum: count * 1.7,
        positive_spans: vec![BucketSpan { offset: 0, length: 2 }],
        positive_buckets: vec![count, count * 2.0],
        ..FloatHistogram::default()
    }))
}
