//! `repeat`: many series at once.

use super::{concise, trimmed};

#[test]
fn mistakes_of_repeat_are_reported_at_their_places() {
    let series = "tests:
  - name: t
    input_series:
      - {series: 'up{i=\"{i}\"}', repeat: 0}
      - {series: 'up{i=\"{i}\"}', repeat: 100001}
      - {series: 'up{i=\"{i}\"}', repeat: {i: 9..1}}
      - {series: 'up{i=\"{i}\"}', repeat: {}}
      - {series: 'up{i=\"{i}\"}', repeat: {i: []}}
      - {series: 'up{i=\"{i}\"}', repeat: {i: [a, b, a]}}
      - {series: 'up{i=\"{i}\"}', repeat: {i-1: 2}}
      - {series: 'up{i=\"{i}\", j=\"{j}\"}', repeat: {i: 1000, j: 1000}}
      - {series: 'up{i=\"i\"}', repeat: 2}
      - {series: 'up{i=\"{i}\"}', repeat: [1]}
      - {series: 'up{i=\"{i}\"}', repeat: -3}
      - {series: 'up{i=\"{i}\"}', repeat: many}
      - {series: 'up{i=\"{i}\"}', repeat: {i: {from: 1}}}
";
    insta::assert_snapshot!(trimmed(&concise(series)), @r"
    t.yml:4:41: error[schema/invalid-value] `repeat` would make no series
    t.yml:5:41: error[schema/invalid-value] `repeat` makes 100001 series; the limit is 100000 for one test
    t.yml:6:45: error[schema/invalid-value] `9..1` counts down, so there is no number in it
    t.yml:7:41: error[schema/invalid-value] `repeat` names no placeholder
    t.yml:8:45: error[schema/invalid-value] `i` has no values
    t.yml:9:52: error[schema/invalid-value] `a` is there already
    t.yml:10:42: error[schema/invalid-value] `i-1` cannot be a placeholder
    t.yml:11:50: error[schema/invalid-value] `repeat` makes 1000000 series; the limit is 100000 for one test
    t.yml:12:18: error[schema/invalid-value] `{i}` does not occur in `series`, so the repeated series would be the same
    t.yml:13:41: error[schema/wrong-type] `repeat` must be a number, or a mapping of placeholders, not a list
    t.yml:14:41: error[schema/invalid-value] `-3` is negative
    t.yml:15:41: error[schema/invalid-value] `many` is neither a number of series nor a range of numbers
    t.yml:16:45: error[schema/wrong-type] `i` must be a number, a range such as `0..99`, or a list, not a mapping
    failed: 1 of 1 test file, 0 groups, 0 assertions
    --- exit code 1
    ");
}

#[test]
fn repeated_series_are_many_series() {
    let of = |series: &str, expr: &str, samples: &str| {
        let test = format!(
            "tests:\n  - name: t\n    input_series:\n{series}    promql_expr_test:\n      - expr: {expr}\n        \
             exp_samples: {samples}\n"
        );
        trimmed(&concise(&test))
    };
    let zones = "      - {series: 'up{zone=\"{zone}\", pod=\"{zone}-{i}\"}', values: '{i}{zone}', repeat: {zone: ['1', '2'], i: 08..09}}\n";
    let all = "[{labels: 'up{zone=\"1\", pod=\"1-08\"}', value: 81}, {labels: 'up{zone=\"1\", pod=\"1-09\"}', value: 91}, \
               {labels: 'up{zone=\"2\", pod=\"2-08\"}', value: 82}, {labels: 'up{zone=\"2\", pod=\"2-09\"}', value: 92}]";
    assert!(of(zones, "up", all).contains("passed"), "{}", of(zones, "up", all));

    // Without the key braces are only braces.
    let plain = "      - {series: 'up{pod=\"web-{i}\"}', values: '1'}\n";
    assert!(of(plain, "up", "[{labels: 'up{pod=\"web-{i}\"}', value: 1}]").contains("passed"));

    let broken = "      - {series: 'up{pod=\"{i}\"}', values: '1 {i}x2 x', repeat: {i: [1, y]}}\n";
    insta::assert_snapshot!(of(broken, "up", "[]"), @r"
    t.yml:4:52: error[test/invalid-series] this series cannot be read with `{i}` = 1: unexpected `x`, expected a number, `_`, `stale` or a histogram `{{…}}`
    failed: 1 of 1 test file, 1 of 1 group, 1 assertion (1 not checked)
    --- exit code 1
    ");
    let same = "      - {series: 'up{pod=\"{i}{j}\"}', values: '1', repeat: {i: [1, 11], j: [1, 11]}}\n";
    insta::assert_snapshot!(of(same, "count(up)", "[{value: 3}]"), @r"
    t.yml:4:18: warning[test/duplicate-series] this series is there already; only the last one is loaded
    passed: 1 test file, 1 group, 1 assertion; 1 warning
    --- exit code 0
    ");
    let unused = "      - {series: 'down{pod=\"{i}\"}', values: '1', repeat: 50}\n";
    insta::assert_snapshot!(of(unused, "count(up)", "[]"), @r"
    t.yml:4:18: warning[test/unused-series] no rule or expression under test reads `down`
    passed: 1 test file, 1 group, 1 assertion; 1 warning
    --- exit code 0
    ");
}

#[test]
fn too_many_repeated_series_are_refused_at_once() {
    let series = "tests:
  - name: t
    input_series:
      - {series: 'up{i=\"{i}\"}', values: '1', repeat: 60000}
      - {series: 'down{i=\"{i}\"}', values: '1', repeat: 60000}
    promql_expr_test: [{expr: up, exp_samples: []}]
  - name: long
    input_series: [{series: 'up{i=\"{i}\"}', values: '1x100000', repeat: 1000}]
    promql_expr_test: [{expr: up, eval_time: 70d, exp_samples: []}]
";
    insta::assert_snapshot!(trimmed(&concise(series)), @r"
    t.yml:5:56: error[test/too-many-values] with this `repeat` the test has too many series, or too long ones
    t.yml:8:29: error[test/too-many-values] with this series the test has more than 10000000 input values
    failed: 1 of 1 test file, 2 of 2 groups, 2 assertions (2 not checked)
    --- exit code 1
    ");
}
