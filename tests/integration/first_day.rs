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
    error: no test file in `.`
      help: a test file has a `tests:` list at the top, as `promtool test rules` takes it; --allow-none accepts this
    --- exit code 2
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
