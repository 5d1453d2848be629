//! Sums that fill the memory although each part is small: what a test records, expands, and keeps of its failures.

use crate::attack;
use crate::support::Sandbox;

/// Runs a test file with two groups: the first is `attacked`, the second is sound and must be run all the same.
fn test(rules: &str, attacked: &str) -> attack::Ended {
    let text = format!(
        "rule_files: [rules.yml]\ntests:\n{attacked}- name: sound\n  input_series: [{{series: other, values: 1}}]\n  \
         promql_expr_test: [{{expr: other, exp_samples: [{{labels: other, value: 1}}]}}]\n"
    );
    let sandbox = Sandbox::with(&[("rules.yml", rules), ("t.yml", &text)]);
    let ended = attack::run(&sandbox, &["test", "t.yml", "--output-format", "json"]);
    assert_eq!(ended.code, 1);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let groups = report["files"][0]["groups"].as_array().unwrap();
    assert_eq!(groups.last().unwrap()["passed"], true, "the other groups go on");
    ended
}

const ALERTS: &str = "- name: attacked
  input_series: [{series: 'up{i=\"{n}\"}', values: '0 0 0', repeat: {n: 10000}}]
  alert_rule_test: [{eval_time: 1m, alertname: A, exp_alerts: []}]
";

#[test]
fn annotations_of_a_megabyte_each() {
    let rules =
        "groups: [{name: g, rules: [{alert: A, expr: up == 0, annotations: {d: '{{ printf \"%1000000d\" 1 }}'}}]}]";
    let ended = test(rules, ALERTS);
    assert!(ended.stdout.contains("test/too-much-output"), "{}", ended.stdout);
    assert!(ended.stdout.contains("have more than 128 MiB of labels and annotations"));
}

#[test]
fn labels_of_a_megabyte_each() {
    let label = "{{ printf \"%1000000d\" 1 }}{{ $labels.i }}";
    let rules = format!("groups: [{{name: g, rules: [{{alert: A, expr: up == 0, labels: {{d: '{label}'}}}}]}}]");
    let ended = test(&rules, ALERTS);
    assert!(ended.stdout.contains("the labels of alerts and recorded series of this test take more than 128 MiB"));
}

#[test]
fn labels_that_double_and_double() {
    let many = "$1".repeat(32);
    let nested = (0..3).fold("up".to_owned(), |inner, level| {
        let source = if level == 0 { "i".to_owned() } else { format!("l{}", level - 1) };
        format!("label_replace({inner}, \"l{level}\", \"{many}\", \"{source}\", \"(.*)\")")
    });
    let rules = format!("groups: [{{name: g, rules: [{{record: 'r:x', expr: '{nested}'}}]}}]");
    let series = "- name: attacked
  input_series: [{series: 'up{i=\"01234567890123456789012345{n}\"}', values: '0', repeat: {n: 1000}}]
  promql_expr_test: [{expr: 'r:x', exp_samples: []}]
";
    let ended = test(&rules, series);
    assert!(ended.stdout.contains("this call makes labels of more than 128 MiB together"), "{}", ended.stdout);
}

/// Each of four groups, of which four could run at a time, is within its limits and takes more than 200 MiB.
#[test]
fn large_groups_wait_for_each_other() {
    let label = "x".repeat(100_000);
    let rules = format!(
        "groups: [{{name: g, rules: [{{alert: A, expr: up == 0, labels: {{d: '{label}{{{{ $labels.i }}}}'}}}}]}}]"
    );
    let groups = ALERTS.replace("10000", "280").repeat(4);
    let text = format!("rule_files: [rules.yml]\ntests:\n{groups}");
    let sandbox = Sandbox::with(&[("rules.yml", &rules), ("t.yml", &text)]);
    let ended = attack::run_with(&sandbox, &["test", "t.yml", "-q"], &[("RAYON_NUM_THREADS", "4")]);
    assert_eq!(ended.code, 1);
    assert!(!ended.stdout.contains("test/too-much-output"), "{}", ended.stdout);
}

#[test]
fn many_failures_over_many_alerts() {
    let rules = "groups: [{name: g, rules: [{alert: A, expr: up == 0, annotations: {d: 'is {{ $labels.i }}'}}]}]";
    let mut attacked = String::from(
        "- name: attacked\n  input_series: [{series: 'up{i=\"{n}\"}', values: '0 0 0', repeat: {n: 2000}}]\n  alert_rule_test:\n",
    );
    attacked.push_str(&"  - {eval_time: 1m, alertname: A, exp_alerts: []}\n".repeat(100));
    let ended = test(rules, &attacked);
    assert!(ended.stdout.contains("1990 more differences of this assertion are left out"));
}

/// A group with 200 series, each with a label of 64 KB: a failed assertion on all of them keeps 12 MiB.
fn long_series(assertions: &str) -> String {
    let series = format!("up{{i=\"{{n}}\",d=\"{}\"}}", "x".repeat(64_000));
    format!(
        "- name: attacked\n  input_series: [{{series: '{series}', values: 0 0 0, repeat: {{n: 200}}}}]\n  {assertions}\n"
    )
}

/// No group keeps more than it may; all together would.
#[test]
fn failures_of_many_groups() {
    let rules = "groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]";
    let assertions = ["{eval_time: 1m, alertname: A, exp_alerts: []}"; 4].join(", ");
    let groups = long_series(&format!("alert_rule_test: [{assertions}]")).repeat(4);
    let text = format!("rule_files: [rules.yml]\ntests:\n{groups}");
    let sandbox = Sandbox::with(&[("rules.yml", rules), ("t.yml", &text)]);
    let ended = attack::run(&sandbox, &["test", "t.yml", "-q"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("the failures of one test keep 64 MiB, and those of a run 128 MiB"));
    assert!(ended.stdout.contains("190 more differences of this assertion are left out"));
}

/// Samples and messages are kept as alerts are.
#[test]
fn many_expressions_that_yield_many_series() {
    let samples = ["{eval_time: 1m, expr: up, exp_samples: []}"; 6].join(", ");
    let messages = ["{eval_time: 1m, expr: up, exp_fail: {contains: x}}"; 30].join(", ");
    let ended = test("groups: []", &long_series(&format!("promql_expr_test: [{samples}, {messages}]")));
    assert!(ended.stdout.contains("190 more differences of this assertion are left out"));
}

/// Each alert has a text of 3 KB: together more than a reader, or a page of CI, can bear.
#[test]
fn reports_are_as_long_as_a_reader_can_bear() {
    let same = "x".repeat(1_500);
    let rules = format!(
        "groups: [{{name: g, rules: [{{alert: A, expr: up == 0, annotations: {{d: '{same}{{{{ $labels.i }}}}{same}'}}}}]}}]"
    );
    let expected = format!("[{{exp_labels: {{i: 0}}, exp_annotations: {{d: '{same}{same}'}}}}]");
    let text = format!(
        "rule_files: [rules.yml]\ntests:\n- input_series: [{{series: 'up{{i=\"{{n}}\"}}', values: '0 0 0', repeat: {{n: 1010}}}}]\n  \
         alert_rule_test:\n  - {{eval_time: 1m, alertname: A, exp_alerts: []}}\n  - {{eval_time: 1m, alertname: A, exp_alerts: {expected}}}\n"
    );
    let sandbox = Sandbox::with(&[("rules.yml", &rules), ("t.yml", &text)]);
    for (format, most) in [("full", 300_000), ("json", 7_000_000), ("junit", 1_000_000)] {
        let ended = attack::run(&sandbox, &["test", "t.yml", "--output-format", format]);
        assert_eq!(ended.code, 1);
        assert!(ended.stdout.len() < most, "{format}: {} bytes", ended.stdout.len());
        assert!(ended.stdout.contains("characters more)") || ended.stdout.contains("characters in common"), "{format}");
        let is_counted = match format {
            "full" => ended.stdout.contains("and 1000 more"),
            "json" => ended.stdout.contains("\"left_out\": {\n"),
            _ => ended.stdout.contains("and 910 differences more"),
        };
        assert!(is_counted, "{format}");
    }
}

#[test]
fn many_timelines_over_many_alerts() {
    let rules = "groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]";
    let mut attacked = String::from(
        "- name: attacked\n  input_series: [{series: 'up{i=\"{n}\"}', values: '0 0 0', repeat: {n: 1000}}]\n  alert_timeline:\n",
    );
    attacked.push_str(&"  - {alertname: A, never: firing, until: 2m}\n".repeat(150));
    let ended = test(rules, &attacked);
    assert!(ended.stdout.contains("more alerts of this assertion are left out"));
}

#[test]
fn a_test_that_takes_too_long_says_where_the_time_went() {
    let queries = "{{ range query \"up\" }}{{ range query \"up\" }}{{ end }}{{ end }}";
    let rules =
        format!("groups: [{{name: g, rules: [{{alert: Slow, expr: up == 0, annotations: {{d: '{queries}'}}}}]}}]");
    let attacked = ALERTS.replace("alertname: A", "alertname: Slow").replace("10000", "2000");
    let text = format!("rule_files: [rules.yml]\ntests:\n{attacked}");
    let sandbox = Sandbox::with(&[("rules.yml", &rules), ("t.yml", &text)]);
    let ended = attack::run(&sandbox, &["test", "t.yml", "--timeout", "1s", "--output-format", "concise"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("[test/timeout] this test takes longer than the 1s of --timeout: `Slow` took "));
}
