//! Fields, types, durations, names and expressions.

use super::*;

#[test]
fn unknown_fields() {
    insta::assert_snapshot!(rule_problems("alert: a\nexpresion: up == 0\nfro: 5m\nlabel: {}\n"), @r"
    5:5..14 schema/unknown-field: unknown field `expresion` in a rule
      ^ Prometheus does not know this field
      help: did you mean `expr`?
    6:5..8 schema/unknown-field: unknown field `fro` in a rule
      ^ Prometheus does not know this field
      help: did you mean `for`?
    7:5..10 schema/unknown-field: unknown field `label` in a rule
      ^ Prometheus does not know this field
      help: did you mean `labels`?
    ");
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: up\nseverity: page\nsummary: x\ninterval: 1m\n"), @r"
    6:5..13 schema/unknown-field: unknown field `severity` in a rule
      ^ Prometheus does not know this field
      help: `severity` belongs under `labels` of the rule
    7:5..12 schema/unknown-field: unknown field `summary` in a rule
      ^ Prometheus does not know this field
      help: `summary` belongs under `annotations` of the rule
    8:5..13 schema/unknown-field: unknown field `interval` in a rule
      ^ Prometheus does not know this field
      help: `interval` belongs in the rule group
    ");
    insta::assert_snapshot!(problems("groups:\n- name: g\n  partial_response_strategy: warn\n  evaluation_delay: 1m\n  eval_offset: 1m\n  expr: up\n"), @r"
    3:3..28 schema/unknown-field: unknown field `partial_response_strategy` in a rule group
      ^ Prometheus does not know this field
      help: `partial_response_strategy` is a field of Thanos Ruler; Prometheus refuses a rule file that has it
    4:3..19 schema/unknown-field: unknown field `evaluation_delay` in a rule group
      ^ Prometheus does not know this field
      help: `evaluation_delay` is a field of Mimir; Prometheus refuses a rule file that has it
    5:3..14 schema/unknown-field: unknown field `eval_offset` in a rule group
      ^ Prometheus does not know this field
      help: `eval_offset` is a field of vmalert (VictoriaMetrics); Prometheus refuses a rule file that has it
    6:3..7 schema/unknown-field: unknown field `expr` in a rule group
      ^ Prometheus does not know this field
      help: `expr` belongs in a rule, under `rules`
    ");
    insta::assert_snapshot!(problems("groups: []\nnamespace: x\nname: g\n"), @r"
    2:1..10 schema/unknown-field: unknown field `namespace` in a rule file
      ^ Prometheus does not know this field
      help: `namespace` is a field of Mimir; Prometheus refuses a rule file that has it
    3:1..5 schema/unknown-field: unknown field `name` in a rule file
      ^ Prometheus does not know this field
      help: `name` belongs in a rule group, under `groups`
    ");
}

#[test]
fn missing_fields() {
    insta::assert_snapshot!(problems("groups:\n- rules:\n  - expr: up\n  - alert: a\n  - alert:\n    expr: up\n- name: ''\n"), @r"
    2:3..8 schema/missing-field: the rule group has no name
      ^ begins here
      help: add `name:`
    3:5..9 schema/missing-field: the rule has neither `alert` nor `record`
      ^ begins here
      help: add `alert:` with a name for an alerting rule, `record:` for a recording rule
    4:5..10 schema/missing-field: the rule has no expression
      ^ begins here
      help: add `expr:`
    5:5..10 schema/missing-field: the rule has neither `alert` nor `record`
      ^ this is empty
      help: add `alert:` with a name for an alerting rule, `record:` for a recording rule
    7:3..7 schema/missing-field: the rule group has no name
      ^ this is empty
      help: add `name:`
    ");
    insta::assert_snapshot!(rule_problems("alert: a\nexpr:\n"), @r"
    5:5..9 schema/missing-field: the rule has no expression
      ^ this is empty
      help: add `expr:`
    ");
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(problems("groups:\n  name: g\n"), @r"
    2:3..10 schema/wrong-type: `groups` must be a list, not a mapping
      ^ this is a mapping
    ");
    insta::assert_snapshot!(problems("groups:\n- g\n- name: [g]\n  limit: many\n  labels: []\n  rules: {alert: a}\n"), @r"
    2:3..4 schema/wrong-type: a rule group must be a mapping, not a text
      ^ this is a text
    3:9..12 schema/wrong-type: `name` must be a text, not a list
      ^ this is a list
    4:10..14 schema/wrong-type: `limit` must be a whole number without quotes, not a text
      ^ this is a text
    5:11..13 schema/wrong-type: `labels` must be a mapping, not a list
      ^ this is a list
    6:10..20 schema/wrong-type: `rules` must be a list, not a mapping
      ^ this is a mapping
    ");
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: {{ up }}\nlabels: {a: [b]}\n"), @r"
    5:11..19 schema/wrong-type: `expr` must be a text, not a mapping
      ^ this is a mapping
      help: YAML reads `{{` as the start of a mapping: put the whole value in quotes
    6:17..20 schema/wrong-type: `a` must be a text, not a list
      ^ this is a list
    ");
}

#[test]
fn durations() {
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: up\nfor: 5 m\nkeep_firing_for: 300\n"), @r#"
    6:10..13 schema/invalid-duration: unknown unit " m" in duration "5 m"
      help: write it without spaces: `5m`
    7:22..25 schema/invalid-duration: not a valid duration string: "300"
      help: a number needs a unit: `300s`, `300m`
    "#);
    insta::assert_snapshot!(problems("groups:\n- {name: g, interval: 1h30, query_offset: ''}\n- {name: h, interval: 1m1h}\n- {name: i, interval: 5min}"), @r#"
    2:23..27 schema/invalid-duration: not a valid duration string: "1h30"
      help: write whole numbers with units from long to short, each once: `1h30m`, `5m`, `500ms`
    2:43..45 schema/invalid-duration: empty duration string
      help: write whole numbers with units from long to short, each once: `1h30m`, `5m`, `500ms`
    3:23..27 schema/invalid-duration: not a valid duration string: "1m1h"
      help: write whole numbers with units from long to short, each once: `1h30m`, `5m`, `500ms`
    4:23..27 schema/invalid-duration: unknown unit "min" in duration "5min"
      help: write whole numbers with units from long to short, each once: `1h30m`, `5m`, `500ms`
    "#);
}

#[test]
fn names() {
    insta::assert_snapshot!(rule_problems("record: 'job:up{a=\"b\"}'\nexpr: up\nlabels: {__name__: a, '': b}\n"), @r"
    4:13..28 schema/invalid-name: the name of a recorded metric has no braces
      help: labels go under `labels:`; an expression goes into `expr:`
    6:14..22 schema/invalid-name: `__name__` cannot be the name of a label
      help: the name of a metric is set with `record`, the name of an alert with `alert`
    6:27..29 schema/invalid-name: a label has no name
    ");
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: up\nannotations: {'': b}\n"), @"6:19..21 schema/invalid-name: an annotation has no name");
    insta::assert_snapshot!(problems("groups:\n- name: g\n- name: h\n- name: g\n"), @r"
    4:9..10 schema/duplicate-group: the group name `g` is used twice in this file
      ^ again here
      2:9..10 first here
      help: a group is known by its name: give each another one
    ");
}

#[test]
fn fields_that_exclude_each_other() {
    insta::assert_snapshot!(rule_problems("alert: a\nrecord: b\nexpr: up\n"), @r"
    5:13..14 schema/conflicting-fields: a rule has either `alert` or `record`, not both
      ^ a recording rule
      4:12..13 an alerting rule
      help: make two rules of it
    ");
    insta::assert_snapshot!(rule_problems("record: b\nexpr: up\nfor: 1m\nkeep_firing_for: 0s\nannotations: {a: b}\n"), @r"
    6:5..8 schema/conflicting-fields: a recording rule has no `for`
      ^ only for alerting rules
      4:13..14 this makes it a recording rule
      help: remove `for`, or name the rule with `alert:`
    8:5..16 schema/conflicting-fields: a recording rule has no `annotations`
      ^ only for alerting rules
      4:13..14 this makes it a recording rule
      help: remove `annotations`, or name the rule with `alert:`
    ");
}

#[test]
fn expressions() {
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: |\n  sum by (job (\n    up\n  ) > 1\n"), @r#"
    6:19..20 promql/syntax: unexpected "(" in grouping opts, expected "," or ")"
    8:12..12 promql/syntax: unclosed left parenthesis
      6:14..15 opened here
      help: add the missing `)`
    "#);
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: \"ratee(up{a=\\\"b\\\"}[5m])\"\n"), @r#"
    5:12..17 promql/syntax: unknown function with name "ratee"
      help: did you mean `rate`?
    "#);
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: >\n  1 +\n  rate(up)\n"), @r#"
    7:12..14 promql/type: expected type range vector in call to function "rate", got instant vector
      help: add a range to the metric, `metric[5m]`, or a subquery to the expression, `(…)[5m:]`
    "#);
    insta::assert_snapshot!(rule_problems("alert: a\nexpr: up[5m]\n"), @r"
    5:11..17 promql/type: a rule cannot evaluate a range vector
      ^ this is a range vector
      help: a rule needs an instant vector or a number: put a range into a function such as `rate(…)`
    ");
    insta::assert_snapshot!(rule_problems("record: a\nexpr: '\"text\"'\n"), @r"
    5:12..18 promql/type: a rule cannot evaluate a text
      ^ this is a text
      help: a rule needs an instant vector or a number: put a range into a function such as `rate(…)`
    ");
}

#[test]
fn what_go_yaml_accepts_is_accepted() {
    let text = "x-common: &common {team: a}\ngroups: &g\n- name: 1\n  limit: 0x10\n  interval: 0\n  query_offset: null\n  labels:\n  rules:\n\
                \x20 -\n  - alert: yes\n    expr: 1\n    for: ~\n    labels: {<<: *common, severity: null, n: 1.50}\n- \n";
    let options = LoadOptions { ignore_unknown_fields: true, ..LoadOptions::default() };
    let file = Arc::new(SourceFile::new("a.yml", text));
    let loaded = load(&yaml::parse(&file), &file, &options).unwrap();
    assert_eq!(render(&loaded.problems), "");
    let group = &loaded.groups[0];
    let rule = &group.rules[0];
    let labels: Vec<_> = rule.labels.iter().map(|(name, value)| (name.text(), value.text())).collect();
    assert_eq!(
        (group.name.text(), group.limit, group.interval_ms, group.query_offset_ms),
        ("1", Some(16), Some(0), None)
    );
    assert_eq!((rule.name.text(), rule.expr.text(), rule.for_ms), ("yes", "1", 0));
    assert_eq!(labels, [("severity", ""), ("n", "1.50"), ("team", "a")]);
    assert_eq!((loaded.groups.len(), group.rules.len()), (1, 1));
}

#[test]
fn whole_numbers_as_go_yaml_reads_them() {
    let limit =
        |text: &str| load_text(&format!("groups:\n- {{name: g, limit: {text}, rules: []}}\n")).unwrap().groups[0].limit;
    for (text, expected) in [
        ("10", Some(10)),
        ("-1", Some(-1)),
        ("+5", Some(5)),
        ("1_000", Some(1000)),
        ("010", Some(8)),
        ("0o10", Some(8)),
        ("0b11", Some(3)),
        ("-0x10", Some(-16)),
        ("5.9", Some(5)),
        ("1e3", Some(1000)),
        ("'5'", None),
        ("x", None),
        ("0x", None),
        ("--1", None),
        ("nan", None),
        ("99999999999999999999", None),
    ] {
        assert_eq!(limit(text), expected, "{text}");
    }
}

/// As promtool 3.5 does.
#[test]
fn what_stands_under_null_is_dropped_and_tags_count_more_than_quotes() {
    for key in ["null", "~", "!!null ''"] {
        assert_eq!(rule_problems(&format!("alert: A\nexpr: up\nlabels: {{{key}: a, b: c}}")), "", "{key}");
        assert_eq!(rule_problems(&format!("alert: A\nexpr: up\n{key}: a")), "", "{key}");
    }
    let limit = |value: &str| problems(&format!("groups:\n- name: g\n  limit: {value}\n  rules: []\n"));
    for (value, is_wrong) in
        [("1", false), ("'1'", true), ("!!int '1'", false), ("!!str 1", true), ("!!null ''", false), ("!", false)]
    {
        assert_eq!(limit(value).contains("schema/wrong-type"), is_wrong, "{value}");
    }
    assert!(!problems("groups: []\n--- x\n").contains("schema/"), "nobody reads the second document");
}
