//! The configuration, and what adds to it on the command line, holds in every command.

use super::support::{Run, Sandbox};

/// What reads rules or expressions; each finds its files by itself, but for `eval`, which has one expression.
const COMMANDS: [&[&str]; 6] =
    [&["check"], &["check", "--diff"], &["check", "--fix"], &["test"], &["render"], &["eval", "limitk(1, up)"]];

/// `limitk` needs a feature, `instance` is missing, the ratio has a fix, and the test says nothing of `idle`.
const RULES: &str = r#"groups:
  - name: a
    rules:
      - alert: Few
        expr: limitk(1, up) == 1
      - alert: Many
        expr: sum by (job) (up) > 0
        annotations: {summary: "{{ $labels.instance }} is up"}
      - alert: Ratio
        expr: sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) > 0.05
        annotations: {summary: "{{ $value }}% fail"}
"#;
const TESTS: &str = r#"rule_files: [rules.yml]
tests:
  - input_series:
      - {series: 'up{job="a", instance="b"}', values: 1x10}
      - {series: idle, values: 1x10}
    promql_expr_test:
      - {expr: 'count(limitk(1, up))', eval_time: 5m, exp_samples: [{value: 1}]}
"#;
const FEATURE: &str = "promql-experimental-functions";

fn sandbox(config: &str) -> Sandbox {
    Sandbox::with(&[("rules.yml", RULES), ("test.yml", TESTS), ("promproof.toml", config)])
}

/// What the command says, on both streams.
fn run(sandbox: &Sandbox, command: &[&str], args: &[&str]) -> (Run, String) {
    let data: &[&str] = if command[0] == "eval" { &["--from", "test.yml"] } else { &[] };
    let run = sandbox.run(&[command, args, data].concat());
    let said = format!("{}{}", run.stdout, run.stderr);
    (run, said)
}

#[test]
fn features_hold_in_every_command() {
    for command in COMMANDS {
        let needs = |config: &str, args: &[&str]| {
            run(&sandbox(config), command, args).1.contains(&format!("enable-feature={FEATURE}"))
        };
        // What is to be fixed says nothing of the rest.
        let is_silent = command.contains(&"--diff");
        assert_eq!(needs("", &[]), !is_silent, "{command:?} without the feature");
        assert!(!needs(&format!("[promql]\nfeatures = [\"{FEATURE}\"]\n"), &[]), "{command:?} as configured");
        assert!(!needs("", &["--enable-feature", FEATURE]), "{command:?} with the option");
        let (_, said) = run(&sandbox(""), command, &["--enable-feature", "promql-experimental-function"]);
        let warning = format!(
            "warning: unknown feature `promql-experimental-function` in --enable-feature; did you mean `{FEATURE}`?"
        );
        assert!(said.contains(&warning), "{command:?}: {said}");
    }
}

#[test]
fn a_feature_that_changes_values_holds_where_there_are_values() {
    let rules = "groups: [{name: a, rules: [{alert: A, expr: 'rate(up[5m]) >= 0', annotations: {summary: '{{ $labels.__name__ }}!'}}]}]";
    let tests = "rule_files: [rules.yml]\ntests:\n  - input_series: [{series: up, values: 1x10}]\n    promql_expr_test:\n      - {expr: 'rate(up[5m])', eval_time: 5m, exp_samples: [{labels: '{}', value: 0}]}\n";
    let configured = "[promql]\nfeatures = [\"promql-delayed-name-removal\"]\n";
    let replaced = "label_replace(rate(up[5m]), \"of\", \"$1\", \"__name__\", \"(.*)\")";
    let tests = tests.replace("'rate(up[5m])'", &format!("'{replaced}'"));
    for (config, of) in [("", ""), (configured, "{of=\"up\"}")] {
        let sandbox = Sandbox::with(&[("rules.yml", rules), ("test.yml", &tests), ("promproof.toml", config)]);
        assert_eq!(sandbox.run(&["test"]).code, Some((!of.is_empty()).into()), "{config}");
        let eval = sandbox.run(&["eval", replaced, "--from", "test.yml", "--at", "5m"]);
        assert!(eval.stdout.contains("of=\"up\"") != of.is_empty(), "{eval}");
    }
}

#[test]
fn excluded_files_are_read_by_no_command() {
    for command in COMMANDS {
        let sandbox = Sandbox::with(&[
            ("a/rules.yml", RULES),
            ("a/test.yml", TESTS),
            ("b/rules.yml", RULES),
            ("b/test.yml", TESTS),
            ("promproof.toml", "exclude = [\"b\"]\n"),
        ]);
        if command[0] == "eval" {
            // It finds no files by itself. One that is named is read in every command.
            let eval = sandbox.run(&["eval", "up", "--from", "b/test.yml"]);
            assert_eq!(eval.code, Some(0), "{eval}");
            continue;
        }
        let (_, said) = run(&sandbox, command, &["--enable-feature", FEATURE]);
        assert!(said.contains("a/") && !said.contains("b/"), "{command:?}: {said}");
        let (_, named) = run(&sandbox, command, &["--enable-feature", FEATURE, "b/rules.yml", "b/test.yml"]);
        assert!(named.contains("b/"), "{command:?}: {named}");
    }
}

#[test]
fn levels_hold_in_every_command() {
    // What each command tells, and of which rule. `eval` reads no rule file but to record, and has no findings.
    let told: [(&[&str], &str, &str); 5] = [
        (COMMANDS[0], "template/missing-label", "error[template/missing-label]"),
        (COMMANDS[1], "template/ratio-as-percent", "humanizePercentage"),
        (COMMANDS[2], "template/ratio-as-percent", "1 fixed"),
        (COMMANDS[3], "test/unused-series", "warning[test/unused-series]"),
        (COMMANDS[4], "template/missing-label", "is empty: the alert has no such label"),
    ];
    for (command, rule, shows) in told {
        let shown = |config: &str, args: &[&str]| {
            let args = [&["--enable-feature", FEATURE], args].concat();
            run(&sandbox(config), command, &args).1.contains(shows)
        };
        let level = |level: &str| format!("[rules]\n\"{rule}\" = \"{level}\"\n");
        assert!(shown("", &[]), "{command:?}");
        assert!(!shown(&level("off"), &[]), "{command:?}: off");
        let legacy = format!("[[overrides]]\npaths = [\"*.yml\"]\nrules = {{ \"{rule}\" = \"off\" }}\n");
        assert!(!shown(&legacy, &[]), "{command:?}: off in an override");
        assert!(shown(&legacy, &["--select", rule]), "{command:?}: selected");
        assert!(!shown("", &["--ignore", rule]), "{command:?}: ignored");
        assert!(!shown("", &["--select", "alert/zero-for"]), "{command:?}: another is selected");
        assert!(
            shown(&level("off"), &["--no-config"]) || rule == "suppression/unused",
            "{command:?}: no configuration"
        );
    }
}

#[test]
fn comments_excuse_remarks_of_render() {
    let sandbox = sandbox(&format!("[promql]\nfeatures = [\"{FEATURE}\"]\n"));
    assert_eq!(sandbox.run(&["render"]).code, Some(1));
    sandbox.write(
        "rules.yml",
        RULES.replace(
            "      - alert: Many",
            "      # promproof: ignore[template/missing-label] set on the way\n      - alert: Many",
        ),
    );
    let run = sandbox.run(&["render"]);
    assert_eq!(run.code, Some(0), "{run}");
}
