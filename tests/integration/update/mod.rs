//! `--update`: what does not hold is written anew, and every other byte stays.

use promproof::unittest::{self, Extent};

use crate::folder::{Folder, TRAEFIK, TRAEFIK_SERIES};
use crate::support::Sandbox;

mod layouts;
mod texts;

/// The test file with all that does not hold rewritten, after a look that it passes then.
pub(crate) fn updated(folder: &Folder, text: &str) -> String {
    let report = folder.run(text);
    assert!(report.failed(), "nothing to update");
    let update = unittest::update(&report.files[0], Extent::All);
    assert_eq!(update.left, [], "{text}");
    assert!(update.broken.is_none(), "{:?}\n{text}", update.broken);
    let again = folder.run(&update.text);
    assert!(!again.failed(), "{}\n{}", update.text, folder.full(&update.text));
    update.text
}

#[test]
fn an_update_changes_only_what_differs() {
    let folder = Folder::with(&[TRAEFIK]);
    let head = format!("rule_files: [rules.yml]\ntests:\n  - name: errors{TRAEFIK_SERIES}");
    let text = format!(
        "{head}    # what fires
    alert_rule_test:
      - eval_time: 10m   # in the middle
        alertname: HighErrorRate
        exp_alerts:
          # the bad one
          - exp_labels:
              severity: 'warning'   # to be discussed
              backend: \"api\"
            exp_annotations:
              summary: >-
                Backend api
          # never seen
          - exp_labels: {{backend: web}}

      - {{eval_time: 5m, alertname: HighErrorRate, exp_alerts: [{{exp_labels: {{backend: api}}}}]}}
      - eval_time: 11m
        alertname: HighErrorRate

      - eval_time: 16m
        alertname: HighErrorRate
        exp_alerts:
          - exp_labels: {{backend: api}}
    # numbers
    promql_expr_test:
      - expr: sum by (code) (rate(requests_total[2m]))
        eval_time: 9m
        exp_samples:
          - labels: '{{code=\"200\"}}'
            value: 3.1 # rounded
          - value: 7
      - expr: vector(time())
        eval_time: 3m
        exp_samples: [] # none
"
    );
    let new = updated(&folder, &text);
    insta::assert_snapshot!(new.strip_prefix(&head).unwrap(), @r#"
    # what fires
    alert_rule_test:
      - eval_time: 10m   # in the middle
        alertname: HighErrorRate
        exp_alerts:
          # the bad one
          - exp_labels:
              severity: 'critical'   # to be discussed
              backend: "api"
            exp_annotations:
              summary: >-
                Backend api answers 10% of its requests with an error
          # never seen

      - {eval_time: 5m, alertname: HighErrorRate, exp_alerts: []}
      - eval_time: 11m
        alertname: HighErrorRate
        exp_alerts:
          - exp_labels:
              backend: api
              severity: critical
            exp_annotations:
              summary: Backend api answers 10% of its requests with an error

      - eval_time: 16m
        alertname: HighErrorRate
        exp_alerts: []
    # numbers
    promql_expr_test:
      - expr: sum by (code) (rate(requests_total[2m]))
        eval_time: 9m
        exp_samples:
          - labels: '{code="200"}'
            value: 3.166666666666667 # rounded
          - value: 0.16666666666666666
            labels: '{code="500"}'
      - expr: vector(time())
        eval_time: 3m
        exp_samples: # none
          - value: 180
    "#);
}

/// Runs an update of a file with `assertions`, of which none can be updated, and which stays as it is.
fn refused_update(assertions: &str) -> String {
    let text = format!(
        "rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series: [{{series: 'up{{job=\"a\"}}', values: 1x9}}]
{assertions}"
    );
    let rules = "groups: [{name: g, rules: [{alert: Up, expr: up == 1, annotations: {s: 'v {{ $value }}'}},
      {alert: UpToo, expr: up == 1, annotations: {s: b}}]}]
";
    let sandbox = Sandbox::with(&[("rules.yml", rules), ("t.yml", &text)]);
    let run = sandbox.run(&["test", "t.yml", "--update", "--quiet", "--output-format", "concise"]);
    assert_eq!(std::fs::read_to_string(sandbox.path("t.yml")).unwrap(), text, "{run}");
    assert_eq!(run.code, Some(1), "{run}");
    run.stderr
}

#[test]
fn an_update_leaves_values_that_assertions_share() {
    let labels = "    alert_rule_test:
      - {eval_time: 1m, alertname: Up, exp_alerts: [
          {exp_labels: &lab {job: z}, exp_annotations: {s: v 1}}]}
      - eval_time: 1m
        alertname: UpToo
        exp_alerts:
          - exp_labels: *lab
            exp_annotations: {s: b}
";
    insta::assert_snapshot!(refused_update(labels), @r"
    error: t.yml:6: this assertion cannot be updated: it shares its values with another place through an alias
      help: what fits one may be wrong for the other: write the values out, or change them by hand
    error: t.yml:8: this assertion cannot be updated: its values come from another place through an alias
      help: write the values out, or change them there
    ");
    let annotations = "    alert_rule_test:
      - eval_time: 1m
        alertname: Up
        exp_alerts:
          - exp_labels: {job: a}
            exp_annotations: &n {s: old}
      - eval_time: 1m
        alertname: UpToo
        exp_alerts:
          - exp_labels: {job: a}
            exp_annotations: *n
";
    insta::assert_snapshot!(refused_update(annotations), @r"
    error: t.yml:6: this assertion cannot be updated: it shares its values with another place through an alias
      help: what fits one may be wrong for the other: write the values out, or change them by hand
    error: t.yml:11: this assertion cannot be updated: its values come from another place through an alias
      help: write the values out, or change them there
    ");
    let assertions = "    promql_expr_test:
      - &x {expr: up, eval_time: 1m, exp_samples: [{labels: up, value: 2}]}
      - *x
      - <<: *x
";
    insta::assert_snapshot!(refused_update(assertions), @r"
    error: t.yml:6: this assertion cannot be updated: it shares its values with another place through an alias
      help: what fits one may be wrong for the other: write the values out, or change them by hand
    error: t.yml:8: this assertion cannot be updated: its values come from another place through an alias
      help: write the values out, or change them there
    ");
    let without_samples = "    promql_expr_test:
      - &x
        expr: up
        eval_time: 1m   # a comment
      - {<<: *x, eval_time: 2m, exp_samples: [{labels: 'up{job=\"a\"}', value: 1}]}
";
    insta::assert_snapshot!(refused_update(without_samples), @"
    error: t.yml:7: this assertion cannot be updated: it shares its values with another place through an alias
      help: what fits one may be wrong for the other: write the values out, or change them by hand
    ");
}

/// What becomes of a group with `assertions` about `up{job="a"}`, which is 1, and `up{job="b"}`, which is 2.
fn assertions_updated(assertions: &str) -> String {
    let rules = "groups: [{name: g, rules: [{alert: Up, expr: up > 0, annotations: {s: 'v {{ $value }}'}}]}]\n";
    let head = "rule_files: [rules.yml]\ntests:\n  - input_series: [{series: 'up{job=\"a\"}', values: 1}, {series: 'up{job=\"b\"}', values: 2}]\n";
    let new = updated(&Folder::with(&[("rules.yml", rules)]), &format!("{head}{assertions}"));
    new.strip_prefix(head).unwrap().to_owned()
}

#[test]
fn brackets_keep_what_stands_between_them() {
    insta::assert_snapshot!(assertions_updated("    promql_expr_test: [
      {expr: up, exp_samples: [{labels: 'up{job=\"c\"}', value: 3}, # gone
        {value: 1.0 , labels: \"up{job='a'}\"}, # as it was
        {labels: up, value: 7}]},
      {'expr': up, 'exp_samples': [
          {\"value\": 5, \"labels\": \"up{job='a'}\"}] },
      {expr: up, exp_samples: [ ] }, {expr: up, exp_samples: }, {expr: up}, {expr: absent(up), exp_samples: [ {value: 1} ]},
      {expr: up + 0, exp_samples: [ {labels: '{job=\"a\"}', value: 1}, {labels: '{job=\"b\"}', value: 2, }, {labels: x, value: 7}, ] },
      {expr: sum(up), exp_samples: [ {labels: up, value: 3}, # not its name
      ]}]
"), @r#"
    promql_expr_test: [
      {expr: up, exp_samples: [ # gone
        {value: 1.0 , labels: "up{job='a'}"}, # as it was
        {labels: "up{job=\"b\"}", value: 2}]},
      {'expr': up, 'exp_samples': [
          {"value": 1, "labels": "up{job='a'}"},
          {"labels": "up{job=\"b\"}", "value": 2}] },
      {expr: up, exp_samples: [{labels: "up{job=\"a\"}", value: 1}, {labels: "up{job=\"b\"}", value: 2}] }, {expr: up, exp_samples: [{labels: "up{job=\"a\"}", value: 1}, {labels: "up{job=\"b\"}", value: 2}] }, {expr: up, exp_samples: [{labels: "up{job=\"a\"}", value: 1}, {labels: "up{job=\"b\"}", value: 2}]}, {expr: absent(up), exp_samples: []},
      {expr: up + 0, exp_samples: [ {labels: '{job="a"}', value: 1}, {labels: '{job="b"}', value: 2, }, ] },
      {expr: sum(up), exp_samples: [ {labels: "{}", value: 3}, # not its name
      ]}]
    "#);
}

#[test]
fn anchors_tags_and_odd_places() {
    insta::assert_snapshot!(assertions_updated("    promql_expr_test:
    -   expr: up
        exp_samples: &none
    - expr: up
      exp_samples: &some !!seq # both
      -
        value: !!float 1
        labels: !!str 'up{job=\"b\"}'
      - &second # a comment
        value:
        labels: |  # the other
          up{job=\"c\"}
      - {}
    - exp_samples:
      - labels: up{job=\"a\"}
        value: 1
      -
      expr: up
    - ? exp_samples
      : [{labels: 'up{job=\"a\"}', value: 1}, {labels: 'up{job=\"b\"}', value: 2}]
      expr: up
    alert_rule_test:
    - alertname: Up
      exp_alerts:
      - exp_labels:
          job: |+
            z

          # a comment
        exp_annotations:
          s: >-
            v
            1
      - exp_annotations: {s: 'v 2'}
        exp_labels: ~
"), @r#"
    promql_expr_test:
    -   expr: up
        exp_samples: &none
          - labels: up{job="a"}
            value: 1
          - labels: up{job="b"}
            value: 2
    - expr: up
      exp_samples: &some !!seq # both
      -
        value: !!float 2
        labels: !!str 'up{job="b"}'
      - &second # a comment
        value: 1
        labels: "up{job=\"a\"}"  # the other
    - exp_samples:
      - labels: up{job="a"}
        value: 1
      - {labels: "up{job=\"b\"}", value: 2}
      expr: up
    - ? exp_samples
      : [{labels: 'up{job="a"}', value: 1}, {labels: 'up{job="b"}', value: 2}]
      expr: up
    alert_rule_test:
    - alertname: Up
      exp_alerts:
      - exp_labels:
          job: "a"

          # a comment
        exp_annotations:
          s: >-
            v
            1
      - exp_annotations: {s: 'v 2'}
        exp_labels:
          job: b
    "#);
}

#[test]
fn a_number_becomes_a_histogram_and_back() {
    insta::assert_snapshot!(assertions_updated("    promql_expr_test:
      - expr: up{job=\"a\"}
        exp_samples:
          - labels: up{job=\"a\"}
            histogram: '{{schema:0 sum:1 count:1 buckets:[1]}}'   # buckets
"), @r#"
    promql_expr_test:
      - expr: up{job="a"}
        exp_samples:
          - labels: up{job="a"}
            value: 1   # buckets
    "#);
}

#[test]
fn quotes_of_keys_and_blanks_at_the_end_of_a_text() {
    insta::assert_snapshot!(assertions_updated("    promql_expr_test:
      - {expr: 'up{job=\"a\"}', exp_samples: [{labels: 'up{job=\"a\"}', \"histogram\":'{{schema:0 sum:1 count:1 buckets:[1]}}'}]}
      - expr: up{job=\"b\"}
        exp_samples:
          - value: 2
            labels: |-
              up  
"), @r#"
    promql_expr_test:
      - {expr: 'up{job="a"}', exp_samples: [{labels: 'up{job="a"}', "value":1}]}
      - expr: up{job="b"}
        exp_samples:
          - value: 2
            labels: "up{job=\"b\"}"
    "#);
}

#[test]
fn json_stays_json() {
    let rules = "groups: [{name: g, rules: [{alert: Up, expr: up > 0, annotations: {s: 'is up'}}]}]\n";
    let test = serde_json::json!({"rule_files": ["rules.yml"], "tests": [{
        "input_series": [{"series": "up", "values": "1x5 0x5"}],
        "alert_rule_test": [
            {"eval_time": "1m", "alertname": "Up", "exp_alerts": []},
            {"eval_time": "2m", "alertname": "Up", "exp_alerts": [{}]},
            {"eval_time": "3m", "alertname": "Up", "exp_alerts": [{"exp_annotations": {"s": "was up"}}, {}]},
        ],
        "promql_expr_test": [{"expr": "up", "exp_samples": []}, {"expr": "up", "exp_samples": [{"value": 2}]}],
        "alert_timeline": [{"alertname": "Up", "resolves_at": "1m"}, {"alertname": "Up", "fires_at": ["1m", "2m"]}],
    }]});
    for text in [test.to_string(), serde_json::to_string_pretty(&test).unwrap()] {
        let new = updated(&Folder::with(&[("rules.yml", rules)]), &text);
        let read: serde_json::Value = serde_json::from_str(&new).unwrap();
        assert_eq!(read["tests"][0]["alert_timeline"][1]["fires_at"], serde_json::json!(["0s"]), "{new}");
        assert_eq!(read["tests"][0]["promql_expr_test"][0]["exp_samples"][0]["value"], 1, "{new}");
    }
}

/// What does not fire any more stays expected: it may be the rule that is broken.
#[test]
fn an_update_does_not_make_a_broken_rule_green() {
    let tests = |alerts: &str, samples: &str| {
        format!(
            "rule_files: [rules.yml]
tests:
  - input_series:
      - {{series: 'up{{job=\"a\"}}', values: 0x9}}
      - {{series: 'up{{job=\"b\"}}', values: 1x9}}
    alert_rule_test: # expected
      - {{eval_time: 1m, alertname: Down, exp_alerts: {alerts}}}
    promql_expr_test:
      - {{expr: up > 1, eval_time: 1m, exp_samples: {samples}}}
"
        )
    };
    let rules = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n";
    let both = "[{exp_labels: {job: a}}, {exp_labels: {job: b}}]";
    let before = tests(both, "[{labels: up, value: 2}]");
    let sandbox = Sandbox::with(&[("rules.yml", rules), ("t.yml", &before)]);
    let text = || std::fs::read_to_string(sandbox.path("t.yml")).unwrap();
    let run = sandbox.run(&["test", "--update", "--quiet", "--output-format", "concise"]);
    assert_eq!((run.code, text()), (Some(1), before), "{run}");
    insta::assert_snapshot!(run.stderr, @r"
    error: t.yml:7: this assertion cannot be updated: what it expects is not there any more
      help: look whether the rule still does what it is meant to; `--update=all` writes that it is gone
    error: t.yml:9: this assertion cannot be updated: what it expects is not there any more
      help: look whether the rule still does what it is meant to; `--update=all` writes that it is gone
    ");

    let run = sandbox.run(&["test", "--update=all", "--quiet"]);
    assert_eq!((run.code, text()), (Some(0), tests("[{exp_labels: {job: a}}]", "[]")), "{run}");

    // One alert in place of another is no loss.
    sandbox.write("t.yml", tests("[{exp_labels: {job: c, x: y}}]", "[]"));
    let run = sandbox.run(&["test", "--update", "--quiet"]);
    assert_eq!((run.code, text()), (Some(0), tests("[{exp_labels: {job: a}}]", "[]")), "{run}");
}

/// No expectation holds for NaN, which is not even equal to itself.
#[test]
fn that_a_value_is_nan_cannot_be_expected() {
    let text = "tests:\n- input_series: [{series: m, values: 0 NaN}]\n  promql_expr_test:\n  \
                - {expr: m, eval_time: 1m, exp_samples: [{labels: m, value: 3}]}\n  \
                - {expr: m > 0 or m != m, eval_time: 1m}\n  - {expr: m, eval_time: 0, exp_samples: [{labels: m, value: 3}]}\n";
    let sandbox = Sandbox::with(&[("t.yml", text)]);
    let run = sandbox.run(&["test", "-q", "--update"]);
    let said = "this assertion cannot be updated: its value is NaN, which is equal to nothing";
    assert!(
        run.stderr.contains(&format!("t.yml:4: {said}")) && run.stderr.contains(&format!("t.yml:5: {said}")),
        "{run}"
    );
    let now = std::fs::read_to_string(sandbox.path("t.yml")).unwrap();
    assert_eq!(
        now,
        text.replace(
            "eval_time: 0, exp_samples: [{labels: m, value: 3}]",
            "eval_time: 0, exp_samples: [{labels: m, value: 0}]"
        )
    );
}
