//! `test/untested-rule`: demanded by a policy or by `--require-tests`, of all rules or of what a change has to do with.

use std::process::Command;

use crate::support::Sandbox;

const RULES: &str = "groups:
- name: g
  rules:
  - {record: 'job:up:sum', expr: sum by (job) (up)}
  - {record: 'job:x:sum', expr: sum by (job) (x)}
  - {alert: ByAlert, expr: 'job:up:sum > 1', labels: {severity: page}}
  - {alert: ByTimeline, expr: x > 2, labels: {severity: page}}
  - {alert: ByExpr, expr: x > 3, labels: {severity: info}}
  - {alert: Nobody, expr: x > 4, labels: {severity: page}}
  - {alert: Nobody2, expr: x > 5, labels: {severity: info}}
";

const TESTS: &str = "rule_files: [rules.yml]
tests:
- input_series: [{series: 'up{job=\"a\"}', values: '9x9'}]
  alert_rule_test:
  - {eval_time: 5m, alertname: ByAlert, exp_alerts: [{exp_labels: {severity: page, job: a}}]}
  alert_timeline:
  - {alertname: ByTimeline, fires_at: 0s}
  promql_expr_test:
  - {expr: 'ALERTS{alertname=\"ByExpr\"}', eval_time: 1m}
";

/// The rules that are told to have no test.
fn untested(sandbox: &Sandbox, args: &[&str]) -> String {
    let run = sandbox.run(&[&["check", "--output-format", "concise"], args].concat());
    let names =
        run.stdout.lines().filter(|line| line.contains("has no test")).filter_map(|line| line.split('`').nth(1));
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_no_assertion_looks_at_has_no_test() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("rules_test.yml", TESTS)]);
    assert_eq!(untested(&sandbox, &[]), "");
    assert_eq!(untested(&sandbox, &["--require-tests"]), "job:x:sum Nobody Nobody2");
    assert_eq!(untested(&sandbox, &["--require-tests=page"]), "Nobody");
    assert_eq!(untested(&sandbox, &["--require-tests=page, info"]), "Nobody Nobody2");
    // Tests that the run does not look at say nothing.
    assert_eq!(untested(&sandbox, &["--require-tests=page", "rules.yml"]), "ByAlert ByTimeline Nobody");
    let run = sandbox.run(&["check", "--require-tests=page", "-q"]);
    insta::assert_snapshot!(run.stdout, @"
    error[test/untested-rule]: the alert `Nobody` has no test
        ╭─[rules.yml:9:13]
      8 │   - {alert: ByExpr, expr: x > 3, labels: {severity: info}}
      9 │   - {alert: Nobody, expr: x > 4, labels: {severity: page}}
        ·             ───┬──
        ·                ╰── a test file loads it, and no assertion looks at it
     10 │   - {alert: Nobody2, expr: x > 5, labels: {severity: info}}
        ╰────
      help: write an `alert_rule_test` about it
      more: promproof explain test/untested-rule
    ");
    // A test file that cannot be read may be about anything.
    sandbox.write("rules_test.yml", TESTS.replace("eval_time: 5m", "eval_time: soon"));
    assert_eq!(untested(&sandbox, &["--require-tests"]), "");
}

#[test]
fn policies_and_the_usual_exceptions_choose() {
    let policy = "[[policy]]\nkind = 'alert'\nwith-labels = { severity = 'page' }\nrequire-tests = true\nmessage = 'see the wiki'\n";
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("rules_test.yml", TESTS), ("promproof.toml", policy)]);
    assert_eq!(untested(&sandbox, &[]), "Nobody");
    assert_eq!(untested(&sandbox, &["--require-tests=info"]), "Nobody Nobody2");
    sandbox.write("promproof.toml", format!("{policy}[[overrides]]\nnames = 'Nobody'\nrules = {{ test = 'off' }}\n"));
    assert_eq!(untested(&sandbox, &[]), "");
    sandbox.write("promproof.toml", policy);
    let excused = RULES
        .replace("  - {alert: Nobody,", "  # promproof: ignore[test/untested-rule] cannot be\n  - {alert: Nobody,");
    sandbox.write("rules.yml", excused);
    assert_eq!(untested(&sandbox, &[]), "");
    // What is known today is known, and what comes next is not.
    sandbox.write("rules.yml", RULES);
    sandbox.run(&["check", "--baseline", "known.jsonl", "--update-baseline"]);
    assert_eq!(untested(&sandbox, &["--baseline", "known.jsonl"]), "");
    sandbox.write("rules.yml", format!("{RULES}  - {{alert: New, expr: x > 6, labels: {{severity: page}}}}\n"));
    assert_eq!(untested(&sandbox, &["--baseline", "known.jsonl"]), "New");
}

#[test]
fn of_a_change_what_it_has_to_do_with() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("rules_test.yml", TESTS)]);
    let git = |args: &[&str]| {
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let run = Command::new("git").current_dir(sandbox.path("")).args(author).args(args).output().unwrap();
        assert!(run.status.success(), "git {args:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "x"]);
    let since = ["--since", "HEAD", "--require-tests"];
    assert_eq!(untested(&sandbox, &since), "");
    // A new rule, and one that was touched.
    let changed = RULES.replace("x > 5", "x > 50");
    sandbox.write("rules.yml", format!("{changed}  - {{alert: New, expr: x > 6}}\n"));
    assert_eq!(untested(&sandbox, &since), "Nobody2 New");
    // A test is gone.
    sandbox.write("rules.yml", RULES);
    sandbox.write("rules_test.yml", TESTS.replace("ByExpr", "Nobody2"));
    assert_eq!(untested(&sandbox, &since), "ByExpr");
}
