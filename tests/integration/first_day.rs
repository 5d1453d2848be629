//! What a new user meets in a repository: templates, tests of other programs, dialects.

use super::support::Sandbox;

const RULES: &str = "groups:\n- name: a\n  rules:\n  - {alert: A, expr: up == 0}\n";
const ERB: &str = "groups:\n- name: a\n  rules:\n  - {alert: A, expr: up == 0, for: \"<%= p('x') %>\"}\n";
const HELM: &str = "{{- if .Values.x }}\nkind: PrometheusRule\nspec:\n  groups:\n  - name: a\n    rules:\n    - alert: A\n      expr: up ==\n{{- end }}\n";
const UNITTEST: &str =
    "suite: x\ntemplates: [a.yaml]\ntests:\n- it: renders\n  asserts:\n  - hasDocuments: {count: 1}\n";

#[test]
fn templates_and_foreign_tests_are_passed_over_with_one_word() {
    let files = [
        ("rules.yml", RULES),
        ("a.erb.yml", ERB),
        ("chart/templates/a.yaml", HELM),
        ("chart/templates/b.yaml", HELM),
        ("chart/tests/a_test.yaml", UNITTEST),
    ];
    let sandbox = Sandbox::with(&files);
    insta::assert_snapshot!(sandbox.run(&["check"]), @r"
    passed over 2 Helm templates and 1 ERB template; check what Helm makes of them: `helm template . | promproof check -`
    no findings in 1 file
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["check", "-q"]), @"--- exit code 0");
    // Also where they are named, and where there is nothing else.
    insta::assert_snapshot!(sandbox.run(&["check", "a.erb.yml"]), @r"
    --- stderr
    error: nothing to lint in `a.erb.yml`: only 1 ERB template
      help: check what is rendered from them: `promproof check -` reads standard input
    --- exit code 2
    ");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["check", "--output-format", "json"]).stdout).unwrap();
    insta::assert_snapshot!(json["passed_over"], @r#"[{"files":["chart/templates/a.yaml","chart/templates/b.yaml"],"help":"check what Helm makes of them: `helm template . | promproof check -`","kind":"template","name":"Helm"},{"files":["a.erb.yml"],"help":"check what is rendered from them: `promproof check -` reads standard input","kind":"template","name":"ERB"}]"#);
    insta::assert_snapshot!(sandbox.run(&["test"]), @r"
    --- stderr
    error: no test file in `.`: passed over 2 Helm templates and 1 ERB template
      help: check what Helm makes of them: `helm template . | promproof check -`
    --- exit code 2
    ");
}

#[test]
fn a_run_of_tests_says_once_what_it_passed_over() {
    let test = "rule_files: [rules.yml]\ntests:\n- input_series: [{series: up, values: 1}]\n  alert_rule_test: [{eval_time: 0, alertname: A}]\n";
    let erb = "rule_files: [rules.yml]\ntests:\n- input_series: [{series: up, values: <%= p('x') %>}]\n  alert_rule_test: [{eval_time: 0, alertname: A}]\n";
    let files =
        [("rules.yml", RULES), ("a.test.yml", test), ("b.test.yml", erb), ("c.test.yml", erb), ("chart/a.yaml", HELM)];
    let sandbox = Sandbox::with(&files);
    insta::assert_snapshot!(sandbox.run(&["test"]), @r"
    ok    a.test.yml  1 group, 1 assertion
    passed over 1 Helm template and 2 ERB templates; check what is rendered from them: `promproof check -` reads standard
    input
    passed: 1 test file, 1 group, 1 assertion
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["test", "--output-format", "concise"]), @r"
    passed over 1 Helm template and 2 ERB templates; check what is rendered from them: `promproof check -` reads standard
    input
    passed: 1 test file, 1 group, 1 assertion
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["test", "-q"]), @r"
    passed: 1 test file, 1 group, 1 assertion
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["render"]), @r"
    no data: neither pending nor firing in any of these tests:
      A  rules.yml:4

    rendered: 0 of 1 alerting rule
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["render", "b.test.yml"]), @r"
    --- stderr
    error: no test file in `b.test.yml`: passed over 1 ERB template
      help: check what is rendered from them: `promproof check -` reads standard input
    --- exit code 2
    ");
    let part = |part: &str| {
        let json = sandbox.run(&["test", "--output-format", "json", "--partition", part]).stdout;
        sandbox.write(&format!("{}.json", part.replace('/', "-")), &json);
        json
    };
    let parsed = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
    insta::assert_snapshot!(parsed(&part("1/2"))["passed_over"], @r#"[{"files":["chart/a.yaml"],"help":"check what Helm makes of them: `helm template . | promproof check -`","kind":"template","name":"Helm"},{"files":["b.test.yml","c.test.yml"],"help":"check what is rendered from them: `promproof check -` reads standard input","kind":"template","name":"ERB"}]"#);
    part("2/2");
    let merged = sandbox.run(&["report", "merge", "1-2.json", "2-2.json"]);
    assert_eq!(parsed(&merged.stdout)["passed_over"], parsed(&part("1/2"))["passed_over"], "{merged}");
}

#[test]
fn a_dialect_holds_wherever_rules_are_read() {
    const RULES: &str = "groups:\n- name: a\n  partial_response_strategy: warn\n  source_tenants: [x]\n  rules:\n  - {record: 'job:up:sum', expr: sum by (job) (up)}\n  - {alert: A, expr: up == 0}\n";
    const LOKI: &str = "groups:\n- name: a\n  rules:\n  - {alert: B, expr: 'sum(rate({app=\"x\"}[5m])) > 1'}\n";
    const TEST: &str = "rule_files: [rules.yml]\ntests:\n- input_series: [{series: 'up{job=\"a\"}', values: 0}]\n  alert_rule_test: [{eval_time: 0, alertname: A, exp_alerts: [{exp_labels: {job: a}}]}]\n";
    let sandbox = Sandbox::with(&[
        ("thanos/rules.yml", &RULES.replace("  source_tenants: [x]\n", "")),
        ("thanos/test.yml", TEST),
        ("mimir/rules.yml", &RULES.replace("  partial_response_strategy: warn\n", "")),
        ("mimir/test.yml", TEST),
        ("loki/rules.yml", LOKI),
        ("loki/test.yml", &TEST.replace("alertname: A", "alertname: B")),
    ]);
    // Known by their fields. Nothing shows that the third one is LogQL.
    insta::assert_snapshot!(sandbox.run(&["test", "thanos", "mimir", "--output-format", "concise"]), @r"
    passed: 2 test files, 2 groups, 2 assertions
    --- exit code 0
    ");
    // The configuration knows better than the file, for one file and for all.
    sandbox.write(
        "promproof.toml",
        "dialect = \"prometheus\"\n[[overrides]]\npaths = [\"mimir\"]\ndialect = \"mimir\"\n\
         [[overrides]]\npaths = [\"loki\"]\ndialect = \"loki\"\n",
    );
    insta::assert_snapshot!(sandbox.run(&["test", "--output-format", "concise"]), @r"
    loki/test.yml:1:14: error[test/unreadable-rule-file] cannot read the rule file `loki/rules.yml`: it has expressions in LogQL, and only PromQL can be evaluated
    thanos/rules.yml:3:3: error[schema/unknown-field] unknown field `partial_response_strategy` in a rule group
    failed: 2 of 3 test files, 2 of 3 groups, 3 assertions (2 not checked)
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.run(&["render", "mimir"]), @r##"
    A  mimir/rules.yml:6
      fires first at 0s, active since 0s, value 0 in test "#1" (mimir/test.yml:3)
        labels
          alertname  A
          job        a
        no annotations

    rendered: 1 of 1 alerting rule
    --- exit code 0
    "##);
    insta::assert_snapshot!(sandbox.run(&["render", "thanos"]), @r"
    error[schema/unknown-field]: unknown field `partial_response_strategy` in a rule group
       ╭─[thanos/rules.yml:3:3]
     2 │ - name: a
     3 │   partial_response_strategy: warn
       ·   ────────────┬────────────
       ·               ╰── Prometheus does not know this field
     4 │   rules:
       ╰────
      help: `partial_response_strategy` is a field of Thanos Ruler; Prometheus refuses a rule file that has it
      more: promproof explain schema/unknown-field

    rendered: 0 of 0 alerting rules
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.run(&["eval", "job:up:sum", "--from", "mimir/test.yml", "--output-format", "notation"]), @r#"
    {__name__="job:up:sum", job="a"} 0
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.run(&["eval", "job:up:sum", "--from", "thanos/test.yml", "--output-format", "notation"]), @r"
    --- stderr
    note: nothing is known of what its rules record: unknown field `partial_response_strategy` in a rule group
    --- exit code 0
    ");
}

#[test]
fn what_helm_renders_names_the_template() {
    let sandbox = Sandbox::with(&[(
        "out.yml",
        "---\n# Source: chart/templates/a.yaml\nkind: PrometheusRule\nspec:\n  groups:\n  - name: a\n    rules:\n    - {alert: A, expr: up ==}\n",
    )]);
    insta::assert_snapshot!(sandbox.run(&["check", "out.yml", "--output-format", "concise"]), @r"
    out.yml:8:29: error[promql/syntax] unexpected end of input (from chart/templates/a.yaml)
    1 error in 1 of 1 file
    --- exit code 1
    ");
}

#[test]
fn dialects_are_configured_or_recognised() {
    const THANOS: &str =
        "groups:\n- name: a\n  partial_response_strategy: warn\n  rules:\n  - {alert: A, expr: up == 0}\n";
    const LOKI: &str =
        "groups:\n- name: a\n  rules:\n  - {alert: A, expr: 'sum(rate({app=\"x\"} |= \"error\" [5m])) > 1'}\n";
    let sandbox = Sandbox::with(&[("thanos.yml", THANOS), ("loki.yml", LOKI)]);
    insta::assert_snapshot!(sandbox.run(&["check"]), @r"
    1 expression in LogQL was not checked
    no findings in 2 files
    --- exit code 0
    ");
    sandbox.write(
        "promproof.toml",
        "dialect = \"prometheus\"\n[[overrides]]\npaths = [\"loki.yml\"]\ndialect = \"loki\"\n",
    );
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise"]), @r"
    thanos.yml:3:3: error[schema/unknown-field] unknown field `partial_response_strategy` in a rule group
    1 expression in LogQL was not checked
    1 error in 1 of 2 files
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.run(&["check", "--ignore-unknown-fields"]), @r"
    1 expression in LogQL was not checked
    no findings in 2 files
    --- exit code 0
    ");
    sandbox.write("promproof.toml", "dialect = \"cortex\"\n");
    assert_eq!(sandbox.run(&["check"]).code, Some(2));
}

#[test]
fn braces_in_quotes_are_a_mistake_outside_of_charts() {
    let rules = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    annotations:\n      summary: '{{ \"{{ $labels.job }}\" }} is down'\n";
    let sandbox =
        Sandbox::with(&[("rules.yml", rules), ("chart/Chart.yaml", "name: a\n"), ("chart/alerts/a.yaml", rules)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise"]), @r"
    rules.yml:7:20: warning[template/literal-braces] [*] the annotation `summary` prints braces instead of what is in them
    passed over 1 Helm template; check what Helm makes of them: `helm template . | promproof check -`
    1 warning in 1 of 1 file
    [*] 1 fixable with --fix
    --- exit code 0
    ");
}
