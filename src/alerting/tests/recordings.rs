//! Recording rules.

use insta::assert_snapshot;

use crate::alerting::{CompileOptions, RunOptions};

use super::support::{compile, inputs, ran, ran_with};

#[test]
fn labels_are_taken_as_they_are_and_rules_see_those_before_them() {
    let rules = "
groups:
- name: g
  labels: {team: x}
  rules:
  - {record: 'r:sum', expr: sum by (job) (x), labels: {raw: '{{ $value }}', job: ''}}
  - {record: 'r:twice', expr: 'r:sum * 2'}
  - {record: 'r:scalar', expr: time()}
";
    assert_snapshot!(ran(rules, "x{job='a'} 1 2 _ stale 5", 4).shown(), @r#"
    {__name__="r:scalar", team="x"}: 0m 0, 1m 60, 2m 120, 3m 180, 4m 240
    {__name__="r:sum", raw="{{ $value }}", team="x"}: 0m 1, 1m 2, 2m 2, 3m stale, 4m 5
    {__name__="r:twice", raw="{{ $value }}", team="x"}: 0m 2, 1m 4, 2m 4, 3m stale, 4m 10
    "#);
}

#[test]
fn a_rule_that_reads_a_later_one_sees_the_step_before() {
    let rules = "
groups:
- name: g
  rules:
  - {record: 'r:late', expr: 'r:x'}
  - {record: 'r:x', expr: x}
  - {record: 'r:count', expr: 'r:count + 1 or vector(0)'}
";
    assert_snapshot!(ran(rules, "x 1 2 3 4", 3).shown(), @r#"
    {__name__="r:count"}: 0m 0, 1m 1, 2m 2, 3m 3
    {__name__="r:late"}: 1m 1, 2m 2, 3m 3
    {__name__="r:x"}: 0m 1, 1m 2, 2m 3, 3m 4
    "#);
}

#[test]
fn two_elements_with_the_same_labels_end_the_run() {
    let rules = "
groups:
- name: g
  rules:
  - {record: 'r:x', expr: x, labels: {job: same}}
";
    assert_snapshot!(ran(rules, "x{job='a'} 1x9\nx{job='b'} _ _ 1x9", 5).shown(), @r#"
    2m: Rule(RuleId { group: 0, rule: 0 }): vector contains metrics with the same labelset after applying rule labels
    {__name__="r:x", job="same"}: 0m 1, 1m 1
    "#);
}

#[test]
fn a_rule_that_writes_over_an_input_is_refused() {
    let rules = "
groups:
- name: g
  rules:
  - {record: 'r:x', expr: vector(2)}
  - {record: 'r:y', expr: 'x'}
";
    assert_snapshot!(ran(rules, "r:x _ _ 5 6\nx 1x9", 5).shown(), @r#"
    2m: Rule(RuleId { group: 0, rule: 0 }): duplicate sample for timestamp 120000; overrides not allowed: existing 5, new value 2
    {__name__="r:x"}: 0m 2, 1m 2, 2m 5
    {__name__="r:y"}: 0m 1, 1m 1, 2m 1
    "#);
}

#[test]
fn the_future_is_not_seen() {
    let rules = "
groups:
- name: g
  rules:
  - {record: 'r:next', expr: x offset -1m}
  - {record: 'r:at', expr: x @ 120}
  - {record: 'r:end', expr: x @ end()}
";
    assert_snapshot!(ran(rules, "x 1 2 3 4 5", 4).shown(), @r#"
    {__name__="r:at"}: 0m 1, 1m 2, 2m 3, 3m 3, 4m 3
    {__name__="r:end"}: 0m 1, 1m 2, 2m 3, 3m 4, 4m 5
    {__name__="r:next"}: 0m 1, 1m 2, 2m 3, 3m 4, 4m 5
    "#);
}

#[test]
fn an_expression_that_fails_ends_the_run_with_its_step() {
    let rules = "
groups:
- name: g
  rules:
  - {record: 'r:x', expr: 'x * on () y'}
  - {record: 'r:y', expr: 'y'}
";
    assert_snapshot!(ran(rules, "x 1x9\ny{job='a'} 1x9\ny{job='b'} _ _ 1x9", 5).shown(), @r#"
    2m: Rule(RuleId { group: 0, rule: 0 }): found duplicate series for the match group {} on the right hand-side of the operation: [{__name__="y", job="a"}, {__name__="y", job="b"}];many-to-many matching not allowed: matching labels must be unique on one side
    {__name__="r:x"}: 0m 1, 1m 1
    {__name__="r:y", job="a"}: 0m 1, 1m 1, 2m 1
    {__name__="r:y", job="b"}: 2m 1
    "#);
}

#[test]
fn what_expressions_gave_is_kept_when_asked_for() {
    let set = compile("groups: [{name: g, rules: [{alert: A, expr: x > 1, for: 5m}]}]", CompileOptions::default());
    for step_by_step in [false, true] {
        let options = RunOptions { keep_expressions: true, step_by_step, ..RunOptions::default() };
        let ran = ran_with(&set, &inputs("x 1 2 3 0 5"), 4, options);
        let [series] = ran.run.rules[0].expression.as_slice() else { panic!("one series") };
        let points: Vec<_> = series.points.iter().map(|point| (point.t_ms, point.value.as_float())).collect();
        assert_eq!(points, [(60_000, Some(2.0)), (120_000, Some(3.0)), (240_000, Some(5.0))]);
    }
}
