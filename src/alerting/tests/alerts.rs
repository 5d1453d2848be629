//! Alerting rules.

use insta::assert_snapshot;

use super::support::{MINUTE, ran};

#[test]
fn pending_firing_kept_resolved() {
    let rules = "
groups:
- name: g
  rules:
  - alert: High
    expr: load > 1
    for: 2m
    keep_firing_for: 3m
    labels: {severity: page}
";
    let ran = ran(rules, "load{job='a'} 0 2x5 0x6 2x1 0x9", 20);
    assert_snapshot!(ran.timelines(), @r#".ppFFFFkkk....pp..... {alertname="High", job="a", severity="page"}"#);
    assert_snapshot!(ran.written(), @r#"
    {__name__="ALERTS", alertname="High", alertstate="firing", job="a", severity="page"}: 3m 1, 4m 1, 5m 1, 6m 1, 7m 1, 8m 1, 9m 1, 10m stale
    {__name__="ALERTS", alertname="High", alertstate="pending", job="a", severity="page"}: 1m 1, 2m 1, 3m stale, 14m 1, 15m 1, 16m stale
    {__name__="ALERTS_FOR_STATE", alertname="High", job="a", severity="page"}: 1m 60, 2m 60, 3m 60, 4m 60, 5m 60, 6m 60, 7m 60, 8m 60, 9m 60, 10m stale, 14m 840, 15m 840, 16m stale
    "#);
    let rule = &ran.run.rules[0];
    assert_eq!(rule.alerts[0].resolved_steps().collect::<Vec<_>>(), [10]);
    let alerts = ran.run.alerts_at("High", 8 * MINUTE + 59_999);
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].state.is_firing());
    assert_eq!(alerts[0].active_at_ms, MINUTE);
    assert_eq!(ran.run.alerts_at("High", -1).len(), 0);
    assert_eq!(rule.elements, [(1, 1), (7, 0), (14, 1), (16, 0)]);
}

#[test]
fn without_for_an_alert_fires_at_first_sight() {
    let rules = "
groups:
- name: g
  rules:
  - {alert: Up, expr: up == 0}
";
    assert_snapshot!(ran(rules, "up 1 0 1 0 _ _ _ _ _ _ 0", 12).timelines(), @r#".F.FFFFF..FFF {alertname="Up"}"#);
}

#[test]
fn labels_are_merged_expanded_and_identify_the_alert() {
    let rules = "
groups:
- name: g
  labels: {team: group, job: override}
  rules:
  - alert: A
    expr: x > 0
    for: 2m
    labels:
      team: rule
      alertname: other
      alertstate: mine
      original: '{{ $labels.job }}'
      gone: '{{ $labels.nothing }}'
      value: '{{ $value }}'
    annotations:
      text: '{{ $labels.job }} {{ .Labels.team }} {{ $value }}'
      empty: ''
      bad: '{{ query \"absent_metric\" | first | value }}'
";
    let ran = ran(rules, "x{job='a',instance='i'} 1 1 1 2 2 2", 5);
    assert_snapshot!(ran.timelines(), @r#"
    ppF... {alertname="A", alertstate="mine", instance="i", job="override", original="a", team="rule", value="1"}
    ...ppF {alertname="A", alertstate="mine", instance="i", job="override", original="a", team="rule", value="2"}
    "#);
    assert_snapshot!(ran.annotations(), @r#"
    0m [("bad", "<error expanding template: error executing template __alert_A: template: __alert_A:1:139: executing \"__alert_A\" at <first>: error calling first: first() called on vector with no elements>"), ("empty", ""), ("text", "a  1")]
    3m [("bad", "<error expanding template: error executing template __alert_A: template: __alert_A:1:139: executing \"__alert_A\" at <first>: error calling first: first() called on vector with no elements>"), ("empty", ""), ("text", "a  2")]
    "#);
    assert_snapshot!(ran.written(), @r#"
    {__name__="ALERTS", alertname="A", alertstate="firing", gone="{{ $labels.nothing }}", instance="i", job="override", original="a", team="rule", value="1"}: 2m 1, 3m stale
    {__name__="ALERTS", alertname="A", alertstate="firing", gone="{{ $labels.nothing }}", instance="i", job="override", original="a", team="rule", value="2"}: 5m 1
    {__name__="ALERTS", alertname="A", alertstate="pending", gone="{{ $labels.nothing }}", instance="i", job="override", original="a", team="rule", value="1"}: 0m 1, 1m 1, 2m stale
    {__name__="ALERTS", alertname="A", alertstate="pending", gone="{{ $labels.nothing }}", instance="i", job="override", original="a", team="rule", value="2"}: 3m 1, 4m 1, 5m stale
    {__name__="ALERTS_FOR_STATE", alertname="A", alertstate="mine", gone="{{ $labels.nothing }}", instance="i", job="override", original="a", team="rule", value="1"}: 0m 0, 1m 0, 2m 0, 3m stale
    {__name__="ALERTS_FOR_STATE", alertname="A", alertstate="mine", gone="{{ $labels.nothing }}", instance="i", job="override", original="a", team="rule", value="2"}: 3m 180, 4m 180, 5m 180
    "#);
}

#[test]
fn two_elements_that_become_one_alert_end_the_run() {
    let rules = "
groups:
- name: g
  rules:
  - {alert: A, expr: x > 0, labels: {job: ''}}
  - {alert: B, expr: y > 0}
";
    assert_snapshot!(ran(rules, "x{job='a'} 1x9\nx{job='b'} 0 0 1x9\ny 1x9", 5).timelines(), @r#"
    FF. {alertname="A"}
    FFF {alertname="B"}
    2m: Rule(RuleId { group: 0, rule: 0 }): vector contains metrics with the same labelset after applying alert labels
    "#);
}

#[test]
fn a_limit_counts_pending_and_firing_alerts() {
    let rules = "
groups:
- name: g
  limit: 1
  rules:
  - {alert: A, expr: x > 0, for: 5m}
";
    assert_snapshot!(ran(rules, "x{job='a'} 1x9\nx{job='b'} 0 0 1x9", 5).timelines(), @r#"
    ppp {alertname="A", job="a"}
    ..p {alertname="A", job="b"}
    2m: Rule(RuleId { group: 0, rule: 0 }): exceeded limit of 1 with 2 alerts
    "#);
}

#[test]
fn the_query_offset_moves_what_is_read_and_written() {
    let rules = "
groups:
- name: g
  query_offset: 2m
  rules:
  - {alert: A, expr: x > 0, annotations: {n: '{{ now }} {{ query \"x\" | first | value }}'}}
  - {record: 'r:x', expr: x}
";
    let ran = ran(rules, "x 0 1 2 3 4", 5);
    assert_snapshot!(ran.shown(), @r#"
    ...FFF {alertname="A"}
    {__name__="ALERTS", alertname="A", alertstate="firing"}: 1m 1, 2m 1, 3m 1
    {__name__="ALERTS_FOR_STATE", alertname="A"}: 1m 180, 2m 180, 3m 180
    {__name__="r:x"}: 0m 0, 1m 1, 2m 2, 3m 3
    "#);
    assert_snapshot!(ran.annotations(), @r#"
    3m [("n", "180 3")]
    4m [("n", "240 4")]
    5m [("n", "300 4")]
    "#);
}

#[test]
fn alerts_about_alerts_see_the_rules_before_them() {
    let rules = "
groups:
- name: g
  rules:
  - {alert: Before, expr: 'count(ALERTS{alertname=\"A\", alertstate=\"firing\"}) > 0'}
  - {alert: A, expr: x > 0, for: 1m}
  - {alert: After, expr: 'count(ALERTS{alertname=\"A\", alertstate=\"firing\"}) > 0'}
  - {alert: Long, expr: 'time() - ALERTS_FOR_STATE{alertname=\"A\"} >= 120', labels: {alertname: x}}
";
    assert_snapshot!(ran(rules, "x 0 1 1 1 1 0 0", 7).timelines(), @r#"
    ...FFF.. {alertname="Before"}
    .pFFF... {alertname="A"}
    ..FFF... {alertname="After"}
    ...FF... {alertname="Long"}
    "#);
}

#[test]
fn kept_firing_keeps_value_and_annotations() {
    let rules = "
groups:
- name: g
  rules:
  - alert: A
    expr: x > 1
    keep_firing_for: 2m
    annotations: {v: '{{ $value }} {{ now }}'}
";
    let ran = ran(rules, "x 2 3 0 0 4 0 0 0 0", 8);
    assert_snapshot!(ran.timelines(), @r#"FFkkFkk.. {alertname="A"}"#);
    assert_snapshot!(ran.annotations(), @r#"
    0m [("v", "2 0")]
    1m [("v", "3 60")]
    4m [("v", "4 240")]
    "#);
}
