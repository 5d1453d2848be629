//! Which rules run and what fails: `--select`, `--ignore`, `--pedantic`, `--fail-on`, above the configuration.

use super::support::{Run, Sandbox};

/// An error, two warnings, and what only `--pedantic` tells.
const RULES: &str = r#"groups:
  - name: a
    rules:
      - alert: Errors
        expr: sum by (job) (rate(errors_total[5m]))
        annotations: {summary: "{{ $labels.instance }}"}
      - alert: Queue
        expr: rate(workqueue_depth[5m]) > 10
        for: 0m
"#;
const BROKEN: &str =
    "groups:\n  - name: a\n    rules:\n      - {alert: A, expr: up ==}\n      - {alert: B, expr: sum(up)}\n";
const TESTS: &str = "tests:\n  - alert_rule_test:\n      - {eval_time: 1m, alertname: Nope}\n";

/// The rules that are reported, and the exit code.
fn found(sandbox: &Sandbox, args: &[&str]) -> String {
    let run = sandbox.run(&[args, &["--output-format", "concise"]].concat());
    let rule = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    let rules: Vec<String> = run.stdout.lines().filter_map(rule).collect();
    format!("{} ({})", rules.join(" "), run.code.unwrap())
}

fn said(run: &Run) -> String {
    format!("{}{}", run.stderr, run.code.unwrap())
}

#[test]
fn rules_are_chosen_by_name() {
    let sandbox = Sandbox::with(&[("r.yml", RULES)]);
    let check = |args: &[&str]| found(&sandbox, &[&["check"], args].concat());
    insta::assert_snapshot!(check(&[]), @"alert/no-condition template/missing-label promql/rate-of-gauge (1)");
    insta::assert_snapshot!(check(&["--pedantic"]), @"alert/no-condition template/missing-label promql/rate-of-gauge alert/zero-for * (1)");
    insta::assert_snapshot!(check(&["--select", "no-condition,promql/rate-of-gauge"]), @"alert/no-condition promql/rate-of-gauge (0)");
    insta::assert_snapshot!(check(&["--select=alert", "--select=template/*"]), @"alert/no-condition template/missing-label alert/zero-for * (1)");
    insta::assert_snapshot!(check(&["--ignore", "missing-label"]), @"alert/no-condition promql/rate-of-gauge (0)");
    insta::assert_snapshot!(check(&["--select", "alert", "--ignore", "zero-for"]), @"alert/no-condition (0)");
    insta::assert_snapshot!(check(&["--select", "zero-for", "--ignore", "alert"]), @"alert/zero-for * (0)");
    insta::assert_snapshot!(check(&["--select", "zero-for", "--ignore", "zero-for"]), @" (0)");
}

#[test]
fn the_command_line_narrows_what_the_configuration_lets() {
    let config =
        "[rules]\n\"alert/no-condition\" = \"off\"\ntemplate = \"off\"\n\"promql/rate-of-gauge\" = \"error\"\n";
    let sandbox = Sandbox::with(&[("r.yml", RULES), ("promproof.toml", config)]);
    let check = |args: &[&str]| found(&sandbox, &[&["check"], args].concat());
    insta::assert_snapshot!(check(&[]), @"promql/rate-of-gauge (1)");
    insta::assert_snapshot!(check(&["--pedantic"]), @"alert/always-fires promql/rate-of-gauge alert/zero-for * (1)");
    // What is off by its own name has to be selected by it; what is off with its category need not.
    insta::assert_snapshot!(check(&["--select", "alert,template"]), @"alert/always-fires template/missing-label alert/zero-for * (1)");
    insta::assert_snapshot!(check(&["--select", "alert/no-condition"]), @"alert/no-condition (0)");
    insta::assert_snapshot!(check(&["--ignore", "promql"]), @" (0)");
    insta::assert_snapshot!(check(&["--select", "rate-of-gauge"]), @"promql/rate-of-gauge (1)");
}

#[test]
fn selecting_does_not_silence_what_cannot_be_read() {
    let sandbox = Sandbox::with(&[("r.yml", BROKEN)]);
    let check = |args: &[&str]| found(&sandbox, &[&["check"], args].concat());
    insta::assert_snapshot!(check(&["--select", "zero-for"]), @"promql/syntax (1)");
    insta::assert_snapshot!(check(&["--ignore", "promql/syntax", "--select", "zero-for"]), @" (0)");
    sandbox.write("r.yml", "groups:\n  - name: a\n    rules: [\n");
    insta::assert_snapshot!(check(&["--select", "zero-for", "r.yml"]), @"yaml/syntax (1)");
}

#[test]
fn errors_fail_and_warnings_where_it_is_asked_for() {
    let rules = RULES.replace("instance", "job");
    let sandbox = Sandbox::with(&[("r.yml", &rules), ("t.yml", TESTS)]);
    let codes = |args: &[&str]| {
        ["check", "test"].map(|command| sandbox.run(&[&[command], args].concat()).code.unwrap_or_default())
    };
    assert_eq!(codes(&[]), [0, 0]);
    assert_eq!(codes(&["--fail-on", "error"]), [0, 0]);
    assert_eq!(codes(&["--fail-on", "warning"]), [1, 1]);
    assert_eq!(codes(&["--strict"]), [1, 1]);
    assert_eq!(codes(&["--strict", "--select", "syntax/", "--no-config"]), [2, 2]);
    assert_eq!(codes(&["--strict", "--ignore", "alert,promql,test"]), [0, 0]);
    sandbox.write("promproof.toml", "fail-on = \"warning\"\n");
    assert_eq!((codes(&[]), codes(&["--fail-on", "error"])), ([1, 1], [0, 0]));
    sandbox.write("promproof.toml", "[rules]\nalert = \"error\"\ntest = \"error\"\n");
    assert_eq!(codes(&[]), [1, 1], "what the configuration makes an error fails");
    sandbox.write("promproof.toml", "[rules]\nalert = \"info\"\npromql = \"info\"\ntest = \"info\"\n");
    assert_eq!(codes(&["--strict"]), [0, 0]);
    insta::assert_snapshot!(sandbox.run(&["test", "--strict", "--no-config", "-q", "--output-format", "concise"]), @r"
    t.yml:3:36: error[test/no-rules] this file has no `rule_files`, and without rules no alert fires and nothing is recorded
    failed: 1 test file, 1 group, 1 assertion; 1 warning, which fails the run
    --- exit code 1
    ");
}

#[test]
fn names_that_are_none_are_refused_with_what_was_meant() {
    let sandbox = Sandbox::with(&[("r.yml", RULES), ("t.yml", TESTS)]);
    for command in ["check", "test"] {
        let said = |args: &[&str]| said(&sandbox.run(&[&[command], args].concat()));
        insta::allow_duplicates! {
            insta::assert_snapshot!(said(&["--select", "mising-label"]), @r"
            error: --select: there is no rule and no category `mising-label`
              help: did you mean `template/missing-label`?
            2
            ");
            insta::assert_snapshot!(said(&["--ignore", "duplicate,template"]), @r"
            error: --ignore: `duplicate` is the name of 2 rules
              help: write `rule/duplicate` or `test/duplicate`
            2
            ");
            insta::assert_snapshot!(said(&["--ignore", "test/timeout"]), @r"
            error: --ignore: `test/timeout` is a failure of a run, not a lint rule
              help: it cannot be switched off or selected
            2
            ");
            insta::assert_snapshot!(said(&["--select", ","]), @r"
            error: --select names no rule
              help: `promproof rules` lists them all
            2
            ");
            insta::assert_snapshot!(said(&["--strict", "--fail-on", "error"]).replace(command, "…"), @r"
            error: the argument '--strict' cannot be used with '--fail-on <SEVERITY>'

            Usage: promproof … --strict [PATHS]...

            For more information, try '--help'.
            2
            ");
            insta::assert_snapshot!(said(&["--fail-on", "info"]), @r"
            error: invalid value 'info' for '--fail-on <SEVERITY>'
              [possible values: error, warning]

            For more information, try '--help'.
            2
            ");
        }
    }
}
