//! Native histograms: what their operations yield, in the notation of test files, and the laws that hold for all.

use promproof::model::FloatHistogram;
use promproof::model::histogram::{
    ClassicBucket, CounterResetHint, HistogramAverage, HistogramSum, Keep, Reconciliation, from_classic,
};
use promproof::promql::series::parse_histogram;
use proptest::prelude::*;

/// The histogram that `{{…}}` describes.
fn histogram(text: &str) -> FloatHistogram {
    parse_histogram(&format!("{{{{{text}}}}}")).unwrap().0
}

fn sum(a: &str, b: &str) -> String {
    let mut sum = histogram(a);
    match sum.add(&histogram(b)) {
        Ok(Reconciliation { counter_reset_collision: false, bounds_reconciled: false }) => sum.test_expression(),
        Ok(reconciliation) => format!("{} {reconciliation:?}", sum.test_expression()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn addition_reduces_to_the_coarser_schema() {
    insta::assert_snapshot!(sum("schema:1 count:4 buckets:[1 1 1 1]", "schema:0 count:2 buckets:[1 1]"), @"{{count:6 buckets:[2 3 1]}}");
    insta::assert_snapshot!(sum("count:1 n_buckets:[1] n_offset:3", "schema:2 count:2 n_buckets:[1 1]"), @"{{count:3 n_buckets:[1 1 0 1]}}");
}

#[test]
fn addition_widens_the_zero_bucket_to_a_boundary_that_splits_no_bucket() {
    insta::assert_snapshot!(
        sum("count:3 z_bucket:1 z_bucket_w:0.5 buckets:[1 1]", "count:1 z_bucket:1 z_bucket_w:1.5"),
        @"{{count:4 z_bucket:4 z_bucket_w:2}}"
    );
    insta::assert_snapshot!(
        sum("z_bucket:1 z_bucket_w:0.001 buckets:[1 0 1] n_buckets:[1 0 1]", "z_bucket:1 z_bucket_w:0.6"),
        @"{{z_bucket:4 z_bucket_w:1 offset:2 buckets:[1] n_offset:2 n_buckets:[1]}}"
    );
}

#[test]
fn addition_keeps_the_custom_bounds_that_both_have() {
    insta::assert_snapshot!(
        sum(
            "schema:-53 count:4 custom_values:[1 2 5] buckets:[1 1 1 1]",
            "schema:-53 count:4 custom_values:[2 3 5] buckets:[1 1 1 1]",
        ),
        @"{{schema:-53 count:8 custom_values:[2 5] buckets:[3 3 2]}} Reconciliation { counter_reset_collision: false, bounds_reconciled: true }"
    );
    insta::assert_snapshot!(
        sum("schema:-53 custom_values:[1] buckets:[1 2]", "schema:-53 custom_values:[2] buckets:[3 4]"),
        @"{{schema:-53 custom_values:[] buckets:[10]}} Reconciliation { counter_reset_collision: false, bounds_reconciled: true }"
    );
    insta::assert_snapshot!(sum("schema:-53 custom_values:[1]", "schema:1"), @"cannot combine a histogram with custom buckets and one with exponential buckets");
}

#[test]
fn counter_reset_hints_join() {
    let hint = |a: &str, b: &str| sum(&format!("counter_reset_hint:{a}"), &format!("counter_reset_hint:{b}"));
    assert_eq!(hint("not_reset", "not_reset"), "{{counter_reset_hint:not_reset}}");
    assert_eq!(hint("not_reset", "unknown"), "{{}}");
    assert_eq!(hint("reset", "gauge"), "{{counter_reset_hint:gauge}}");
    insta::assert_snapshot!(hint("reset", "not_reset"), @"{{}} Reconciliation { counter_reset_collision: true, bounds_reconciled: false }");
}

#[test]
fn a_negative_factor_makes_a_gauge_and_division_by_zero_drops_buckets() {
    let mut negated = histogram("count:1 sum:2 buckets:[1]");
    negated.mul(-1.0);
    insta::assert_snapshot!(negated.test_expression(), @"{{count:-1 sum:-2 counter_reset_hint:gauge buckets:[-1]}}");
    let mut divided = histogram("count:1 sum:-2 buckets:[1]");
    divided.div(0.0);
    insta::assert_snapshot!(divided.test_expression(), @"{{count:+Inf sum:-Inf z_bucket:NaN}}");
}

#[test]
fn compact_removes_empty_buckets_and_gaps() {
    let mut sparse = histogram("buckets:[0 1 0 0 2 0]");
    sparse.compact();
    let spans: Vec<_> = sparse.positive_spans.iter().map(|span| (span.offset, span.length)).collect();
    assert_eq!(spans, [(1, 1), (2, 1)]);
    assert_eq!(sparse.positive_buckets, [1.0, 2.0]);
    // Written as one run again.
    assert_eq!(sparse.test_expression(), "{{offset:1 buckets:[1 0 0 2]}}");
}

#[test]
fn printed_buckets_show_which_bounds_they_include() {
    let shown = |text: &str| histogram(text).to_string();
    insta::assert_snapshot!(
        shown("count:9 sum:3.5 z_bucket:1 z_bucket_w:0.001 buckets:[2 0 1] n_buckets:[3 2]"),
        @"{count:9, sum:3.5, [-2,-1):2, [-1,-0.5):3, [-0.001,0.001]:1, (0.5,1]:2, (2,4]:1}"
    );
    insta::assert_snapshot!(shown("schema:-53 count:3 custom_values:[-1 2] buckets:[1 1 1]"), @"{count:3, sum:0, [-Inf,-1]:1, (-1,2]:1, (2,+Inf]:1}");
}

#[test]
fn resets_are_seen_in_counts_and_in_layouts() {
    let is_reset = |before: &str, after: &str| histogram(after).detect_reset(&histogram(before));
    assert!(!is_reset("count:2 buckets:[1 1]", "count:3 buckets:[1 2]"));
    assert!(is_reset("count:2 buckets:[1 1]", "count:1 buckets:[1]"));
    assert!(is_reset("count:2 buckets:[1 1]", "count:3 buckets:[3]"), "a populated bucket is gone");
    assert!(!is_reset("count:2 buckets:[1 0]", "count:3 buckets:[3]"), "an empty one may go");
    assert!(is_reset("count:2", "schema:1 count:2"), "the resolution goes up");
    assert!(!is_reset("schema:1 count:2 buckets:[1 1 0]", "count:2 buckets:[1 1]"), "the resolution goes down");
    assert!(is_reset("z_bucket_w:0.5", "z_bucket_w:0.1"));
    assert!(!is_reset("z_bucket_w:0.5 buckets:[1]", "z_bucket:1 z_bucket_w:1"), "a bucket went into the zero bucket");
    assert!(is_reset("z_bucket_w:0.5 buckets:[0 1]", "z_bucket:1 z_bucket_w:1.5"), "a bucket would be cut in two");
    assert!(is_reset("count:1", "schema:-53 count:1 custom_values:[1]"));
    let (coarse, fine) = ("schema:-53 custom_values:[2] buckets:[3]", "schema:-53 custom_values:[1 2] buckets:[1 1]");
    assert!(is_reset(coarse, fine), "below the common bound 2 there were 3 and are 2");
    assert!(!is_reset(fine, coarse));
    assert!(!is_reset("count:2", "count:1 counter_reset_hint:not_reset"), "hints are believed");
    assert!(is_reset("count:1", "count:2 counter_reset_hint:reset"));
}

#[test]
fn trimming_interpolates_the_bucket_that_is_cut() {
    let trimmed = |text: &str, cut: f64, keep| histogram(text).trimmed(cut, keep).test_expression();
    insta::assert_snapshot!(trimmed("count:6 sum:9 buckets:[2 0 4]", 1.0, Keep::Above), @"{{count:4 sum:11.313708498984761 offset:2 buckets:[4]}}");
    insta::assert_snapshot!(trimmed("count:6 sum:9 buckets:[2 0 4]", 2_f64.sqrt() * 2.0, Keep::Below), @"{{count:4 sum:6.171042022383979 buckets:[2 0 2]}}");
    insta::assert_snapshot!(trimmed("count:2 z_bucket:2 z_bucket_w:1", 0.5, Keep::Above), @"{{count:0.5 sum:0.375 z_bucket:0.5 z_bucket_w:1}}");
    insta::assert_snapshot!(
        trimmed("schema:-53 count:3 sum:7 custom_values:[0 10] buckets:[1 1 1]", 5.0, Keep::Below),
        @"{{schema:-53 count:1.5 sum:1.25 custom_values:[0 10] buckets:[1 0.5]}}"
    );
}

#[test]
fn invalid_histograms_are_refused_with_a_reason() {
    let problems = [
        "schema:9",
        "count:-1",
        "buckets:[1 -1]",
        "n_buckets:[-1]",
        "z_bucket:-1",
        "custom_values:[1]",
        "schema:-53 custom_values:[2 1]",
        "schema:-53 custom_values:[1 Inf]",
        "schema:-53 custom_values:[1] buckets:[1 2 3]",
        "schema:-53 custom_values:[1] buckets:[1] offset:-1",
        "schema:-53 custom_values:[1] n_buckets:[1]",
        "schema:-53 custom_values:[1] z_bucket:1",
        "schema:-53 custom_values:[1] z_bucket_w:1",
    ]
    .map(|text| format!("{text}: {}", histogram(text).validate().unwrap_err()));
    insta::assert_snapshot!(problems.join("\n"), @r"
    schema:9: histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for custom buckets: 9
    count:-1: observation count is -1: histogram's observation count is negative
    buckets:[1 -1]: positive side: bucket number 2 has observation count of -1: histogram has a bucket whose observation count is negative
    n_buckets:[-1]: negative side: bucket number 1 has observation count of -1: histogram has a bucket whose observation count is negative
    z_bucket:-1: zero bucket has observation count of -1: histogram has a bucket whose observation count is negative
    custom_values:[1]: histogram with exponential schema must not have custom bounds
    schema:-53 custom_values:[2 1]: custom buckets: previous bound is 2.000000 and current is 1.000000: histogram custom bounds must be in strictly increasing order
    schema:-53 custom_values:[1 Inf]: custom buckets: last +Inf bound must not be explicitly defined: histogram custom bounds must be finite
    schema:-53 custom_values:[1] buckets:[1 2 3]: custom buckets: only 1 custom bounds defined which is insufficient to cover total span length of 3: histogram custom bounds are too few
    schema:-53 custom_values:[1] buckets:[1] offset:-1: custom buckets: span number 1 with offset -1: histogram has a span whose offset is negative
    schema:-53 custom_values:[1] n_buckets:[1]: custom buckets: must not have negative buckets
    schema:-53 custom_values:[1] z_bucket:1: custom buckets: must have zero count of 0
    schema:-53 custom_values:[1] z_bucket_w:1: custom buckets: must have zero threshold of 0
    ");
    assert_eq!(histogram("schema:8 count:3 buckets:[1 2] offset:-5").validate(), Ok(()));
    assert_eq!(histogram("schema:-53 custom_values:[1] buckets:[1 2]").validate(), Ok(()));
}

#[test]
fn classic_histograms_become_custom_buckets() {
    let bucket = |upper, count| ClassicBucket { upper, count };
    let converted = from_classic(&[bucket(1.0, 2.0), bucket(f64::INFINITY, 5.0), bucket(0.5, 2.0)], None, 3.0);
    insta::assert_snapshot!(converted.unwrap().test_expression(), @"{{schema:-53 count:5 sum:3 custom_values:[0.5 1] buckets:[2 0 3]}}");
    let without_infinity = from_classic(&[bucket(1.0, 2.0)], Some(5.0), 3.0);
    insta::assert_snapshot!(without_infinity.unwrap().test_expression(), @"{{schema:-53 count:5 sum:3 custom_values:[1] buckets:[2 3]}}");
    let twice = from_classic(&[bucket(0.2, 2.0), bucket(0.2, 1.0), bucket(f64::INFINITY, 2.0)], None, 1.0);
    insta::assert_snapshot!(twice.unwrap().test_expression(), @"{{schema:-53 count:2 sum:1 custom_values:[0.2] buckets:[2]}}");
    insta::assert_snapshot!(from_classic(&[bucket(1.0, 2.0), bucket(2.0, 1.0)], None, 0.0).unwrap_err(), @"bucket counts are not cumulative");
}

#[test]
fn sums_keep_what_rounding_would_lose() {
    let mut sum = HistogramSum::new(&histogram("sum:1 count:1"));
    for other in ["sum:1e100", "sum:1", "sum:-1e100"] {
        sum.add(&histogram(other)).unwrap();
    }
    assert_eq!(sum.finish().sum, 2.0);
}

#[test]
fn the_mean_of_huge_values_does_not_overflow() {
    let huge = FloatHistogram { sum: f64::MAX, count: 1.0, ..FloatHistogram::default() };
    let mut mean = HistogramAverage::new(&huge);
    for _ in 0..3 {
        mean.add(&huge).unwrap();
    }
    let mean = mean.finish();
    assert_eq!(mean.count, 1.0);
    assert!((1.0 - mean.sum / f64::MAX).abs() < 1e-15, "{}", mean.sum);
}

/// The observations in all buckets.
fn in_buckets(histogram: &FloatHistogram) -> f64 {
    histogram.zero_count + histogram.positive_buckets.iter().chain(&histogram.negative_buckets).sum::<f64>()
}

prop_compose! {
    /// Any histogram with standard buckets and whole counts, so that sums are exact.
    fn standard()(
        schema in -4..=8_i32,
        positive in prop::collection::vec(0..4_u8, 0..20),
        negative in prop::collection::vec(0..4_u8, 0..20),
        offset in -20..20_i32,
        zero in 0..4_u8,
        threshold in prop::sample::select(vec![0.0, 0.001, 0.5, 1.0, 3.0]),
    ) -> FloatHistogram {
        let list = |counts: &[u8]| counts.iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
        let mut text = format!("schema:{schema} z_bucket:{zero} z_bucket_w:{threshold}");
        for (key, counts) in [("", &positive), ("n_", &negative)] {
            if !counts.is_empty() {
                text += &format!(" {key}offset:{offset} {key}buckets:[{}]", list(counts));
            }
        }
        let mut histogram = histogram(&text);
        histogram.count = in_buckets(&histogram);
        histogram
    }
}

proptest! {
    #[test]
    fn addition_loses_no_observation_and_does_not_care_about_order(a in standard(), b in standard()) {
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.add(&b).unwrap();
        ba.add(&a).unwrap();
        prop_assert_eq!(ab.count, a.count + b.count);
        prop_assert_eq!(in_buckets(&ab), ab.count);
        ab.compact();
        ba.compact();
        prop_assert_eq!(ab.test_expression(), ba.test_expression());
        let mut sum = HistogramSum::new(&a);
        sum.add(&b).unwrap();
        prop_assert!(sum.finish().same_data(&ab));
    }

    #[test]
    fn subtraction_undoes_addition(a in standard(), b in standard()) {
        let mut sum = a.clone();
        sum.add(&b).unwrap();
        let layout = sum.clone();
        sum.sub(&b).unwrap();
        // What is left is `a` in the layout of the sum.
        let mut expected = layout;
        expected.mul(0.0);
        expected.add(&a).unwrap();
        sum.compact();
        expected.compact();
        prop_assert_eq!(sum.test_expression(), expected.test_expression());
    }

    #[test]
    fn a_counter_that_grows_is_not_reset(a in standard(), b in standard()) {
        let mut sum = a.clone();
        sum.add(&b).unwrap();
        // Where b's layout is finer, growing by it is no reset either: the sum has the coarser one.
        prop_assert!(!sum.detect_reset(&a));
        prop_assert!(!sum.detect_reset(&b));
    }

    #[test]
    fn the_test_notation_reads_back(a in standard()) {
        let mut a = a;
        let text = a.test_expression();
        let mut again = parse_histogram(&text).unwrap().0;
        prop_assert_eq!(&again.test_expression(), &text);
        a.compact();
        again.compact();
        prop_assert!(again.same_data(&a));
    }

    #[test]
    fn coarser_schemas_hold_the_same_observations(a in standard(), schema in -4..=8_i32) {
        let reduced = a.with_schema(schema);
        prop_assert_eq!(reduced.schema, a.schema.min(schema));
        prop_assert_eq!(in_buckets(&reduced), in_buckets(&a));
    }

    #[test]
    fn trimming_cuts_into_two_parts(a in standard(), cut in -10.0..10.0_f64) {
        let (below, above) = (a.trimmed(cut, Keep::Below), a.trimmed(cut, Keep::Above));
        prop_assert!((below.count + above.count - a.count).abs() < 1e-9, "{} + {}", below.count, above.count);
        prop_assert!(a.trimmed(f64::INFINITY, Keep::Below).same_data(&a));
        prop_assert_eq!(a.trimmed(f64::NEG_INFINITY, Keep::Below).count, 0.0);
    }

    #[test]
    fn whatever_a_histogram_says_nothing_panics(
        text in "(schema:(-53|-5|9|2147483647|0) )?((offset|n_offset):(-2147483648|2147483647|0) )?\
                 (z_bucket_w:(NaN|Inf|2) )?(custom_values:\\[(1 NaN|2 1|Inf|0)\\] )?buckets:\\[(NaN|Inf|1|-1) 2 3\\]",
        cut in any::<f64>(),
        turned in any::<bool>(),
    ) {
        let mut odd = histogram(&text);
        // The notation has no negative width.
        odd.zero_threshold *= if turned { -1.0 } else { 1.0 };
        let mut sum = odd.clone();
        let _ = (odd.validate(), odd.to_string(), odd.test_expression(), odd.all_buckets());
        let _ = (odd.trimmed(cut, Keep::Below), odd.with_schema(-4), odd.detect_reset(&histogram("z_bucket_w:1")));
        let _ = (sum.add(&histogram("z_bucket_w:1 buckets:[1 2]")), sum.sub(&odd));
        prop_assert!(odd.counter_reset_hint == CounterResetHint::Unknown);
    }
}
