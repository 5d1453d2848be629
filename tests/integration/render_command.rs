//! What the user sees of `promproof render`.

use crate::support::Sandbox;

const RULES: &str = r#"groups:
  - name: queue
    labels: {team: '{{ $labels.owner }}'}
    rules:
      - alert: QueueLong
        expr: sum by (queue) (jobs) > 5
        for: 1m
        labels: {severity: page}
        annotations:
          summary: '{{ $labels.queue }} of {{ $labels.host }} has {{ $value }} jobs'
          details: |
            first line
              {{ if $labels.host }}on {{ $labels.host }}{{ end }}
          empty: '{{ with $labels.host }}x{{ end }}'
          broken: '{{ humanizeDuration "soon" }}'
          unread: '{{ $labels.queue '
          wrong: '{{ printf "%d" $value }}'
      - alert: QueueStuck
        expr: deriv(jobs[5m]) == 0 and jobs > 100
      - alert: QueueGrows
        expr: jobs > 2
        for: 1h
"#;

const TEST: &str = "rule_files: [rules.yml]
tests:
  - name: quiet
    input_series: [{series: 'jobs{queue=\"mail\"}', values: 1x10}]
  - name: two queues
    input_series:
      - {series: 'jobs{queue=\"mail\"}', values: 1 6x5 1x5}
      - {series: 'jobs{queue=\"print\"}', values: 1 1 1 9x5 1}
";

fn sandbox() -> Sandbox {
    Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)])
}

#[test]
fn each_alert_is_shown_when_it_first_fires() {
    insta::assert_snapshot!(sandbox().run(&["render", "test.yml"]), @r#"
    QueueLong  rules.yml:5
      fires first at 2m, active since 1m, value 6 in test "two queues" (test.yml:5)
        labels
          alertname  QueueLong
          queue      mail
          severity   page
          team
                     ! it renders to nothing: `$labels.owner` is empty: the alert has no such label  rules.yml:3 [template/missing-label]
        annotations
          broken     <error expanding template: error executing template __alert_QueueLong: template: __alert_QueueLong:1:115: executing "__alert_QueueLong" at <humanizeDuration "soon">: error calling humanizeDuration: strconv.ParseFloat: parsing "soon": invalid syntax>
                     ! the template fails  rules.yml:15 [template/runtime-error]
          details    first line

          empty
                     ! it renders to nothing  rules.yml:14
          summary    mail of  has 6 jobs
                     ! `$labels.host` is empty: the alert has no such label  rules.yml:10 [template/missing-label]
          unread     <error expanding template: error parsing template __alert_QueueLong: template: __alert_QueueLong:1: unclosed action>
                     ! the template cannot be read: unclosed action  rules.yml:16 [template/syntax]
          wrong      %!d(float64=6)
                     ! it contains `%!`: something in it has no value or another type  rules.yml:17
      and 1 more alert in this test, see --all

    QueueGrows  rules.yml:20
      is pending at 1m and never fires, active since 1m, value 6 in test "two queues" (test.yml:5)
        labels
          alertname  QueueGrows
          queue      mail
          team
                     ! it renders to nothing: `$labels.owner` is empty: the alert has no such label  rules.yml:3 [template/missing-label]
        no annotations
      and 1 more alert in this test, see --all

    no data: neither pending nor firing in any of these tests:
      QueueStuck  rules.yml:18

    rendered: 2 of 3 alerting rules; 7 remarks
    --- exit code 1
    "#);
}

#[test]
fn all_alerts_at_a_time_or_some_of_them() {
    insta::assert_snapshot!(
        sandbox().run(&["render", "test.yml", "--at", "5m", "--all", "--alert", "^QueueG"]),
        @r#"
    QueueGrows  rules.yml:20
      is pending at 5m, active since 1m, value 6 in test "two queues" (test.yml:5)
        labels
          alertname  QueueGrows
          queue      mail
          team
                     ! it renders to nothing: `$labels.owner` is empty: the alert has no such label  rules.yml:3 [template/missing-label]
        no annotations
      is pending at 5m, active since 3m, value 9 in test "two queues" (test.yml:5)
        labels
          alertname  QueueGrows
          queue      print
          team
                     ! it renders to nothing: `$labels.owner` is empty: the alert has no such label  rules.yml:3 [template/missing-label]
        no annotations

    rendered: 1 of 1 alerting rule; 2 remarks
    --- exit code 1
    "#
    );
    insta::assert_snapshot!(sandbox().run(&["render", "test.yml", "--at", "3h", "-k", "stuck"]), @r"
    neither pending nor firing at 3h in any of these tests:
      QueueStuck  rules.yml:18

    rendered: 0 of 1 alerting rule
    --- exit code 0
    ");
}

#[test]
fn json_has_the_same() {
    let run = sandbox().run(&["render", "test.yml", "--alert", "QueueLong", "--output-format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let alert = &json["alerts"][0]["tests"][0]["alerts"][0];
    insta::assert_snapshot!(serde_json::to_string_pretty(&alert["labels"]).unwrap(), @r#"
    {
      "alertname": "QueueLong",
      "queue": "mail",
      "severity": "page"
    }
    "#);
    assert_eq!(alert["state"], "firing");
    assert_eq!(alert["at_ms"], 120_000);
    assert_eq!(alert["annotations"]["summary"], "mail of  has 6 jobs");
    assert_eq!(alert["remarks"].as_array().map(Vec::len), Some(6), "{alert:#}");
}

#[test]
fn exit_codes_are_those_of_the_other_commands() {
    let sandbox = sandbox();
    sandbox.write("fine.yml", TEST.replace("[rules.yml]", "[fine_rules.yml]"));
    sandbox.write("fine_rules.yml", "groups: [{name: a, rules: [{alert: Up, expr: jobs > 5}]}]");
    sandbox.write("broken.yml", "rule_files: [missing.yml]\ntests: [{inputs: 1}]\n");
    sandbox.write("none.yml", "tests: [{input_series: [{series: up, values: 1}]}]");
    assert_eq!(sandbox.run(&["render", "fine.yml"]).code, Some(0));
    assert_eq!(sandbox.run(&["render", "broken.yml"]).code, Some(1));
    for (args, says) in [
        (vec!["fine.yml", "--alert", "nothing"], "the filter selects no alert"),
        (vec!["fine.yml", "--alert", "("], "is not a regular expression"),
        (vec!["none.yml"], "load no alerting rule"),
        (vec!["missing.yml"], "missing.yml"),
        (vec!["rules.yml"], "no test file in `rules.yml`"),
    ] {
        let run = sandbox.run(&[&["render"], &args[..]].concat());
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains(says), "{run}");
    }
}

#[test]
fn a_rule_file_alone_has_nothing_to_render() {
    let sandbox = Sandbox::with(&[("rules.yml", "groups: []\n")]);
    insta::assert_snapshot!(sandbox.run(&["render", "rules.yml"]), @r"
    --- stderr
    error: no test file in `rules.yml`
      help: alerts are rendered over the series of their tests: name a test file that loads these rules
    --- exit code 2
    ");
}
