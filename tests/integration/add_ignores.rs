//! `check --add-ignores`: comments that excuse what is found, and nothing else.

use crate::support::Sandbox;

const RULES: &str = "\
groups:
  - name: g
    rules:
      - alert: Block
        expr: |
          sum(up) > 0
        annotations:
          summary: '{{ $labels.x }}'
          text: |
            on {{ $labels.y }}
          folded: >-
            {{ $labels.z }}
      - alert: Flow
        expr: sum(up) > 0   # all of them
        for: 0s # at once
        annotations: {summary: '{{ $labels.x }}',
          text: 'two
            lines of {{ $labels.y }}'}
      - {alert: One, expr: sum(up), annotations: {summary: '{{ $labels.x }}'}}
";

#[test]
fn findings_are_excused_where_they_stand_or_above_the_rule() {
    let sandbox = Sandbox::with(&[("r.yml", RULES)]);
    let add = [
        "check",
        "--add-ignores",
        "before\nthe move, until=2037-01-31",
        "--output-format",
        "concise",
        "--select",
        "template,zero-for,no-condition,always-fires",
    ];
    let diff = sandbox
        .run(&["check", "--add-ignores", "today", "--diff", "--select", "template,zero-for,no-condition,always-fires"])
        .to_string();
    assert!(diff.contains("\n+      # promproof: ignore[alert/zero-for] today\n"), "{diff}");
    assert!(diff.trim_end().ends_with("--- exit code 1"), "{diff}");
    assert_eq!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), RULES);
    insta::assert_snapshot!(sandbox.run(&add), @"
    no findings in 1 file
    --- stderr
    8 findings excused in 1 file
    --- exit code 0
    ");
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("r.yml")).unwrap(), @"
    groups:
      - name: g
        rules:
          # promproof: ignore[template/missing-label] before the move, until=2037-01-31
          - alert: Block
            expr: |
              sum(up) > 0
            annotations:
              summary: '{{ $labels.x }}' # promproof: ignore[template/missing-label] before the move, until=2037-01-31
              text: |
                on {{ $labels.y }}
              folded: >-
                {{ $labels.z }}
          # promproof: ignore[alert/zero-for] before the move, until=2037-01-31
          - alert: Flow
            expr: sum(up) > 0   # all of them
            for: 0s # at once
            annotations: {summary: '{{ $labels.x }}', # promproof: ignore[template/missing-label] before the move, until=2037-01-31
              text: 'two
                lines of {{ $labels.y }}'} # promproof: ignore[template/missing-label] before the move, until=2037-01-31
          - {alert: One, expr: sum(up), annotations: {summary: '{{ $labels.x }}'}} # promproof: ignore[alert/no-condition, template/missing-label] before the move, until=2037-01-31
    ");
    insta::assert_snapshot!(sandbox.run(&["check", "--select", "template,zero-for,no-condition,always-fires,suppression"]), @"
    no findings in 1 file
    --- exit code 0
    ");
    // Once more there is nothing to do.
    insta::assert_snapshot!(sandbox.run(&add), @"
    no findings in 1 file
    --- stderr
    0 findings excused in 0 files
    --- exit code 0
    ");
}

#[test]
fn what_no_comment_can_excuse_is_told() {
    let nested = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  r.yml: \"groups:\\n\n    - name: g\\n\n    \\  rules:\\n\n    \\  - alert: A\\n\n    \\    expr: sum(up) > 0\\n\n    \\    annotations: {a: '{{ $labels.x }}'}\\n\n    \\    for: 5m\"\n";
    let syntax = "groups:\r\n  - name: g\r\n    rules:\r\n      - alert: A\r\n        expr: sum(up\r\n      - alert: B\r\n        expr: sum(up) > 0\r\n        annotations:\r\n          a: |\r\n            {{ $labels.x }}\r\n";
    let sandbox = Sandbox::with(&[("a.yml", nested), ("b.yml", syntax)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--add-ignores", "today", "--output-format", "concise"]), @"
    a.yml:10:31: error[template/missing-label] the annotation `a` prints `x`, which the expression drops
    b.yml:5:21: error[promql/syntax] unclosed left parenthesis
    2 errors in 2 of 2 files
    --- stderr
    1 finding excused in 1 file
    a.yml:10: no comment can excuse template/missing-label here
    b.yml:5: no comment can excuse promql/syntax here
    --- exit code 1
    ");
    let text = std::fs::read_to_string(sandbox.path("b.yml")).unwrap();
    assert_eq!(
        text,
        syntax
            .replace("      - alert: B", "      # promproof: ignore[template/missing-label] today\r\n      - alert: B")
    );
    insta::assert_snapshot!(sandbox.run(&["check", "--add-ignores", " "]), @"
    --- stderr
    error: --add-ignores needs a reason
      help: say why the findings are excused, and until when: `--add-ignores 'before the move, until=2027-01-31'`
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run(&["check", "--add-ignores", "today", "-"]), @"
    --- stderr
    error: --add-ignores writes to files, and standard input is none
      help: name files, or add --diff
    --- exit code 2
    ");
}

#[test]
fn a_reason_that_makes_no_sense_is_refused() {
    let text = "groups: []\n";
    let sandbox = Sandbox::with(&[("a.yml", text)]);
    for (reason, word) in [
        ("until=2020-01-31 x", "`until=2020-01-31` has passed"),
        ("until=tomorrow x", "`tomorrow` is not a date"),
        ("until=2999-01-31", "there is no reason"),
    ] {
        let run = sandbox.run(&["check", "--add-ignores", reason]);
        assert!(run.code == Some(2) && run.stderr.contains(word), "{run}");
    }
}

#[test]
fn a_blank_at_the_end_of_a_text_belongs_to_it() {
    let text = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(up) == 0\n    annotations:\n      b: |\n        {{ $labels.x }} \n  - alert: B\n    expr: sum(up) == 1\n    annotations: {c: \"{{ $labels.x }}\"}\n";
    let sandbox = Sandbox::with(&[("a.yml", text)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--add-ignores", "why"]), @"
    no findings in 1 file
    --- stderr
    2 findings excused in 1 file
    --- exit code 0
    ");
    let comment = "# promproof: ignore[template/missing-label] why";
    let above = text.replace("  - alert: A", &format!("  {comment}\n  - alert: A"));
    let expected = above.replace("\"}\n", &format!("\"}} {comment}\n"));
    assert_eq!(std::fs::read_to_string(sandbox.path("a.yml")).unwrap(), expected);
}

#[test]
fn findings_in_a_rule_file_of_a_config_map_are_excused_there() {
    let sandbox = Sandbox::with(&[(
        "a.yml",
        "\
kind: ConfigMap
data:
  first.yml: |
    groups:
      - name: g
        rules:
          - alert: A
            expr: sum(up) > 0
            annotations:
              a: '{{ $labels.x }}' # shown
              b: |
                {{ $labels.y }}\x20
          - {alert: B, expr: up, for: 0s}
  script: |
    # no rules
    echo
  second.yml: |-
    groups:
    - name: h
      rules:
      - {alert: C, expr: up > 0, for: 0s}",
    )]);
    let select = "template,zero-for,always-fires,no-condition";
    insta::assert_snapshot!(sandbox.run(&["check", "--add-ignores", "why", "--select", select]), @"
    no findings in 1 file
    --- stderr
    5 findings excused in 1 file
    --- exit code 0
    ");
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("a.yml")).unwrap(), @"
    kind: ConfigMap
    data:
      first.yml: |
        groups:
          - name: g
            rules:
              # promproof: ignore[template/missing-label] why
              - alert: A
                expr: sum(up) > 0
                annotations:
                  a: '{{ $labels.x }}' # shown
                  b: |
                    {{ $labels.y }} 
              - {alert: B, expr: up, for: 0s} # promproof: ignore[alert/always-fires, alert/zero-for] why
      script: |
        # no rules
        echo
      second.yml: |-
        groups:
        - name: h
          rules:
          - {alert: C, expr: up > 0, for: 0s} # promproof: ignore[alert/zero-for] why
    ");
    insta::assert_snapshot!(sandbox.run(&["check", "--select", &format!("{select},suppression")]), @"
    no findings in 1 file
    --- exit code 0
    ");
}
