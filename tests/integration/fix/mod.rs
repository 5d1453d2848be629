//! `check --fix` and `--diff`: what findings suggest is written, and every other byte stays.

use crate::support::Sandbox;

mod hostile;
mod layouts;

const RULES: &str = "\
# promproof: ignore-file[yaml/multiple-documents] once there were two
groups:
  - name: g   # the group
    rules:
      # promproof: ignore[template/missing-label] not any more
      - alert: 'Down'  # promproof: ignore[promql/*, runbook/missing]
        exprr: \"up == 0\"
        fro: 5m # long enough
        annotations: {summary: \"{{ $labels.job }} is down\"}
";

#[test]
fn safe_fixes_are_applied_and_the_others_wait() {
    let sandbox = Sandbox::with(&[("r.yml", RULES)]);
    let run = sandbox.run(&["check", "--output-format", "concise"]);
    insta::assert_snapshot!(run, @r"
    r.yml:7:9: error[schema/unknown-field] unknown field `exprr` in a rule
    r.yml:8:9: error[schema/unknown-field] unknown field `fro` in a rule
    2 errors in 1 of 1 file
    2 fixable with --fix --unsafe-fixes
    --- exit code 1
    ");
    // Where parts of the file cannot be read, suppressions are not known to be idle.
    let run = sandbox.run(&["check", "--fix", "--output-format", "concise"]);
    insta::assert_snapshot!(run, @r"
    r.yml:7:9: error[schema/unknown-field] unknown field `exprr` in a rule
    r.yml:8:9: error[schema/unknown-field] unknown field `fro` in a rule
    2 errors in 1 of 1 file
    2 fixable with --fix --unsafe-fixes
    --- exit code 1
    ");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), RULES);

    let run = sandbox.run(&["check", "--fix", "--unsafe-fixes"]);
    insta::assert_snapshot!(run, @r"
    5 fixed, no findings in 1 file
    --- exit code 0
    ");
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), @r#"
    groups:
      - name: g   # the group
        rules:
          - alert: 'Down'
            expr: "up == 0"
            for: 5m # long enough
            annotations: {summary: "{{ $labels.job }} is down"}
    "#);
}

#[test]
fn what_prints_a_value_is_replaced_through_quotes_and_folds() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: time() - foo > 86400\n    annotations:\n      \
                 a: 'of {{- .Value | humanizeTimestamp -}}, {{ humanizeTimestamp $value }}'\n      b: >-\n        folded\n        \
                 {{ if $labels.x }}{{ $value|humanizeTimestamp }}{{ end }}\n";
    let sandbox = Sandbox::with(&[("r.yml", rules)]);
    sandbox.run(&["check", "--fix"]);
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), rules);
    insta::assert_snapshot!(sandbox.run(&["check", "--fix", "--unsafe-fixes", "--select", "duration-as-date"]), @r"
    3 fixed, no findings in 1 file
    --- exit code 0
    ");
    let fixed = rules.replace("humanizeTimestamp", "humanizeDuration");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), fixed);
}

#[test]
fn digits_are_added_where_a_format_rounds_values_away() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: rate(a_total[5m]) > 0.001\n    annotations:\n      \
                 a: \"{{- printf \\\"%s: %5.1f/s\\\" $labels.a .Value -}}\"\n      b: '{{ $value | printf `%.0f` }}/s'\n  - alert: B\n    \
                 expr: a_bytes / b_bytes > 0.01\n    annotations:\n      a: '{{- printf \"%.0f\" .Value }} full'\n";
    let sandbox = Sandbox::with(&[("r.yml", rules)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--fix", "--unsafe-fixes", "--select", "rounded-away"]), @r"
    3 fixed, no findings in 1 file
    --- exit code 0
    ");
    let fixed = rules.replace("%5.1f", "%5.3f").replace("%.0f`", "%.3f`");
    let fixed = fixed.replace("printf \"%.0f\" .Value", ".Value | humanizePercentage");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), fixed);
}

#[test]
fn a_percent_sign_is_not_written_twice_and_small_limits_are_shown() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: a_bytes / b_bytes > 0.01\n    annotations:\n      \
                 a: '{{ printf \"%.0f%%\" $value }} full'\n      b: '{{ printf \"%.0f\" $value }} percent'\n      \
                 c: '{{ printf \"%.0f per cent\" $value }}'\n  - alert: B\n    expr: rate(a_total[5m]) > 1e-9\n    \
                 annotations: {a: '{{ printf \"%.2f\" $value }}, {{ printf \"%5f\" $value }}'}\n";
    let sandbox = Sandbox::with(&[("r.yml", rules)]);
    let run =
        sandbox.run(&["check", "--fix", "--unsafe-fixes", "--select", "rounded-away", "--output-format", "concise"]);
    insta::assert_snapshot!(run, @r"
    r.yml:8:14: warning[template/rounded-away] the annotation `b` prints 0 for all values up to 0.5, and the alert fires above 0.01
    r.yml:9:14: warning[template/rounded-away] the annotation `c` prints 0 for all values up to 0.5, and the alert fires above 0.01
    3 fixed, 2 warnings in 1 of 1 file
    --- exit code 0
    ");
    let fixed = rules.replace("printf \"%.0f%%\" $value", "$value | humanizePercentage");
    let fixed = fixed.replace("%.2f", "%.3g").replace("%5f", "%5.3g");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), fixed);
}

#[test]
fn labels_of_a_group_stand_in_brackets_where_an_operand_would_be_taken_for_them() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: x{code=~\"500|503\"} / on (job) (y) - z > 1\n  \
                 - alert: B\n    expr: x{code=~\"500|503\"} / on (job)y > 1\n  - alert: C\n    \
                 expr: x{code=~\"500|503\"} / on (job) y > 1\n";
    let sandbox = Sandbox::with(&[("r.yml", rules)]);
    sandbox.run(&["check", "--fix", "--unsafe-fixes", "--select", "many-to-one"]);
    let fixed = rules.replace("on (job) (", "on (job) group_left () (").replace("on (job)y", "on (job) group_left ()y");
    let fixed = fixed.replace("on (job) y", "on (job) group_left y");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), fixed);
}

#[test]
fn values_get_their_units() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: a_seconds > 1\n    annotations:\n      \
                 a: 'lag {{- printf \"%.2f\" .Value }} ms of {{ $value }}minutes'\n      \
                 b: 'left alone ({{ $value }} (ms)), {{ $value -}} ms of'\n  \
                 - alert: B\n    expr: a_bytes > 1\n    annotations: {a: '{{ $value }} MiB'}\n  \
                 - alert: C\n    expr: a_milliseconds > 1\n    annotations: {a: '{{ $value }} seconds'}\n";
    let sandbox = Sandbox::with(&[("r.yml", rules)]);
    sandbox.run(&["check", "--fix", "--unsafe-fixes", "--select", "other-unit"]);
    let fixed = rules.replace("printf \"%.2f\" .Value }} ms", ".Value | humanizeDuration }}");
    let fixed = fixed.replace("$value }}minutes", "$value | humanizeDuration }}");
    let fixed = fixed.replace("$value }} MiB", "$value | humanize1024 }} B").replace("}} seconds", "}} milliseconds");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), fixed);
}

#[test]
fn what_is_written_stays_in_its_quotes() {
    let rules = "groups:\n- name: g\n  rules:\n  - record: job:requests:rate5m\n    expr: sum by (job) (a)\n  - alert: A\n    \
                 expr: '{\"job:reqeusts:rate5m\"} + x{a=~\"foo\\\\.bar$\", b=~\"^it\\\"s\"} > 1'\n    \
                 annotations: {a: '{{ $value }} Min: 5'}\n";
    let sandbox = Sandbox::with(&[("r.yml", rules)]);
    let found =
        sandbox.run(&["check", "--fix", "--unsafe-fixes", "--select", "misspelt-metric,single-anchor,other-unit"]);
    assert!(found.stdout.contains("3 fixed"), "{}", found.stdout);
    let fixed =
        rules.replace("reqeusts", "requests").replace("foo\\\\.bar$", ".*foo\\\\.bar").replace("^it\\\"s", "it\\\"s.*");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), fixed);
}

#[test]
fn slips_are_mended_where_that_is_wanted() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: \"sum(x{job=\\\"b|c\\\", d=~'^e'}) > 1 and on () max(y == \
                 bool 1)\"\n    labels:\n      secerity: a\n      annotations:\n      summary: b\n";
    let sandbox = Sandbox::with(&[("r.yml", rules)]);
    sandbox.run(&["check", "--fix"]);
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), rules);
    sandbox.run(&["check", "--fix", "--unsafe-fixes"]);
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), @r#"
    groups:
    - name: g
      rules:
      - alert: A
        expr: "sum(x{job=~\"b|c\", d=~'e.*'}) > 1 and on () max(y == 1)"
        labels:
          severity: a
        annotations:
          summary: b
    "#);
}

#[test]
fn a_difference_is_shown_and_nothing_is_written() {
    let sandbox = Sandbox::with(&[("r.yml", RULES)]);
    let run = sandbox.run(&["check", "--diff", "--unsafe-fixes"]);
    insta::assert_snapshot!(run, @r#"
    --- r.yml
    +++ r.yml
    @@ -1,9 +1,7 @@
    -# promproof: ignore-file[yaml/multiple-documents] once there were two
     groups:
       - name: g   # the group
         rules:
    -      # promproof: ignore[template/missing-label] not any more
    -      - alert: 'Down'  # promproof: ignore[promql/*, runbook/missing]
    -        exprr: "up == 0"
    -        fro: 5m # long enough
    +      - alert: 'Down'
    +        expr: "up == 0"
    +        for: 5m # long enough
             annotations: {summary: "{{ $labels.job }} is down"}
    --- stderr
    5 fixes would be applied in 1 file
    --- exit code 1
    "#);
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), RULES);
    let run = sandbox.run(&["check", "--diff"]);
    insta::assert_snapshot!(run, @"--- exit code 0");
}

#[test]
fn a_fix_is_shown_where_it_is_found() {
    let sandbox = Sandbox::with(&[("r.yml", RULES)]);
    sandbox.run(&["check", "--fix", "--unsafe-fixes"]);
    let text = "groups: [] # promproof: ignore[template/missing-label]\n---\n";
    sandbox.write("r.yml", text);
    insta::assert_snapshot!(sandbox.run(&["check"]), @r"
    warning[suppression/unused]: `template/missing-label` suppresses nothing here
       ╭─[r.yml:1:32]
     1 │ groups: [] # promproof: ignore[template/missing-label]
       ·                                ──────────────────────
     2 │ ---
       ╰────
      help: remove it; or move it to the end of the line that it is for, to the line above, or above the rule
      fix: remove the comment (--fix)
      more: promproof explain suppression/unused

    to excuse a finding: `# promproof: ignore[suppression/unused] reason` at the end of its line, a level in promproof.toml,
    or --ignore unused
    1 warning in 1 of 1 file
    [*] 1 fixable with --fix
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise"]), @r"
    r.yml:1:32: warning[suppression/unused] [*] `template/missing-label` suppresses nothing here
    1 warning in 1 of 1 file
    [*] 1 fixable with --fix
    --- exit code 0
    ");
    let json = sandbox.run(&["check", "--output-format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["diagnostics"][0]["fix"]["applicability"], "safe");
    assert_eq!(json["summary"]["fixable"], 1);
}

#[test]
fn standard_input_becomes_standard_output() {
    let sandbox = Sandbox::new();
    let run = sandbox.run_with_stdin(&["check", "-", "--fix", "--unsafe-fixes"], RULES);
    insta::assert_snapshot!(run, @r#"
    groups:
      - name: g   # the group
        rules:
          - alert: 'Down'
            expr: "up == 0"
            for: 5m # long enough
            annotations: {summary: "{{ $labels.job }} is down"}
    --- stderr
    5 fixed, no findings in 1 file
    --- exit code 0
    "#);
    let fine = "groups: []\n";
    let run = sandbox.run_with_stdin(&["check", "-", "--fix", "-q"], fine);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), fine, ""));
    let run = sandbox.run_with_stdin(&["check", "-", "--diff", "--unsafe-fixes"], RULES);
    assert_eq!(run.code, Some(1));
    sandbox.write("r.yml", fine);
    insta::assert_snapshot!(sandbox.run_with_stdin(&["check", "-", "r.yml", "--fix"], fine), @r"
    --- stderr
    error: --fix writes what comes from standard input to standard output, where no other file fits
      help: name `-` alone
    --- exit code 2
    ");
}

#[test]
fn what_an_alias_reads_is_not_fixed() {
    let text = "groups:
  - name: g
    rules:
      - &rule
        alert: A
        exprr: up == 0
  - name: h
    rules: [*rule]
";
    let sandbox = Sandbox::with(&[("r.yml", text)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--fix", "--unsafe-fixes", "--output-format", "concise"]), @r"
    r.yml:6:9: error[schema/unknown-field] unknown field `exprr` in a rule
    1 error in 1 of 1 file
    1 fixable with --fix --unsafe-fixes
    --- stderr
    error: r.yml:6: a fix is not applied (rename it to `expr`): what it would change is read at another place, too, through an alias
      help: change it by hand
    --- exit code 1
    ");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), text);
}
