//! Which files are rule files, and what they are wrapped in.

use proptest::prelude::*;

use super::*;

fn shape(text: &str) -> FileShape {
    let file = Arc::new(SourceFile::new("a.yml", text));
    let parsed = yaml::parse(&file);
    let shape = classify(&parsed, &file);
    assert_eq!(load(&parsed, &file, &LoadOptions::default()).is_ok(), shape == FileShape::Rules, "{text:?}");
    assert!(shape == FileShape::Other || may_hold_rules_or_tests(text), "{text:?}");
    shape
}

#[test]
fn files_are_known_by_what_is_in_them() {
    use FileShape::{Other, Rules, Tests};
    for (text, expected) in [
        ("groups:\n- name: a\n  rules: []\n", Rules),
        ("groups:\n- nam: a\n  rules: []\n", Rules),
        ("groups:\n", Rules),
        ("groups: []\n", Rules),
        ("namespace: x\ngroups:\n- name: a\n  rules: []\n", Rules),
        ("kind: PrometheusRule\nspec: {groups: []}\n", Rules),
        ("a: b\n---\nkind: PrometheusRule\n", Rules),
        ("kind: List\nitems:\n- kind: Secret\n- kind: PrometheusRule\n", Rules),
        ("kind: PrometheusRuleList\nitems:\n- kind: PrometheusRule\n", Rules),
        ("kind: ConfigMap\ndata:\n  a.rules: |\n    groups:\n    - name: a\n", Rules),
        ("kind: ConfigMap\ndata:\n  a: groups\n", Other),
        ("rule_files: [a.yml]\ntests: []\n", Tests),
        ("tests: []\n", Tests), // begun, and nothing else in it
        ("tests:\n- input_series: []\n", Tests),
        ("tests:\n- input_serie: []\n", Tests),
        ("tests:\n- alert_rule_test: []\n", Tests),
        ("evaluation_interval: 1m\ntests: []\n", Tests),
        ("rule_files: [a.yml]\nevaluation_interval: 1m\n", Tests),
        ("rule_files: [a.yml]\nscrape_configs: []\n", Other),
        ("groups:\n- admins\n", Other),
        ("groups:\n- name: admins\n  members: [a]\n", Other),
        ("groups: {a: b}\n", Other),
        ("groups: 1\nusers: 2\n", Other),
        ("apiVersion: v1\nkind: Config\ngroups: []\n", Other),
        ("- groups\n", Other),
        ("", Other),
        // Broken, but recognisable.
        ("groups:\n- name: 'a\n", Rules),
        ("kind: PrometheusRule\nspec: [\n", Rules),
        ("tests:\n- [\n", Other),
        ("evaluation_interval: 1m\ntests:\n- [\n", Tests),
        ("tests:\n- input_series:\n  - [\n", Tests),
        ("groups:\n{{- range . }}\n- name: a: b\n", Other),
        ("groups\n- [", Other),
    ] {
        assert_eq!(shape(text), expected, "{text:?}");
    }
}

fn outline(text: &str) -> String {
    let loaded = load_text(text).unwrap();
    let groups = loaded.groups.iter().map(|group| {
        let rules = group.rules.iter().map(|rule| format!("{} = {}", rule.name.text(), rule.expr.span.slice(text)));
        let rules = rules.collect::<Vec<_>>().join(", ");
        format!("{}\n", format!("{}/{}: {rules}", group.part, group.name.text()).trim_end())
    });
    format!("{:?}\n{}{}", loaded.shape, groups.collect::<String>(), render(&loaded.problems))
}

#[test]
fn kubernetes_objects() {
    insta::assert_snapshot!(outline("apiVersion: v1\nkind: List\nitems:\n- kind: PrometheusRule\n  spec:\n    groups:\n    - name: a\n      \
        partial_response_strategy: warn\n      rules:\n      - {alert: b, expr: up == 0}\n- kind: Secret\n- kind: PrometheusRule\n  spec:\n    groups:\n    - \
        {name: a, rule: []}\n    grups: []\n---\nkind: PrometheusRule\ngroups: []\n---\ngroups: not ours\n"), @r"
    Kubernetes
    0/a: b = up == 0
    1/a:
    15:17..21 schema/unknown-field: unknown field `rule` in a rule group
      ^ Prometheus does not know this field
      help: did you mean `rules`?
    16:5..10 schema/unknown-field: unknown field `grups` in `spec`
      ^ Prometheus does not know this field
      help: did you mean `groups`?
    19:1..7 schema/unknown-field: unknown field `groups` in a PrometheusRule
      ^ Prometheus does not know this field
      help: `groups` belongs under `spec`
    ");
}

#[test]
fn config_maps() {
    insta::assert_snapshot!(outline("kind: ConfigMap\ndata:\n  a.rules: |\n    groups: # x\n    - name: a\n      rules:\n      - alert: b\n        \
        expr: up == == 0\n      - record: c\n        expr: |\n          up\n          + up\n      - record: d\n        record: e\n  b.rules: \"groups:\\n- name: a\\n  rules: [{alert: b, expr: 'up >'}]\\n\"\n"), @r"
    Kubernetes
    0/a: b = up == == 0, c = up
              + up, d =
    1/a: b = 'up >'
    8:21..23 promql/syntax: unexpected <op:==>
    13:9..15 schema/missing-field: the rule has no expression
      ^ begins here
      help: add `expr:`
    14:9..15 yaml/duplicate-key: the key `record` appears twice
      ^ again here
      13:9..15 first here
      help: keep one of the two; Prometheus refuses a file with both
    15:65..65 promql/syntax: unexpected end of input
      help: an operand is missing at the end
    ");
}

#[test]
fn further_documents_of_a_plain_file() {
    insta::assert_snapshot!(outline("groups:\n- {name: a}\n---\ngroups:\n- {name: a}\n---\n"), @r"
    Plain
    0/a:
    1/a:
    3:1..4 yaml/multiple-documents: Prometheus reads only the first document of a rule file
      ^ what follows is ignored
      help: put all groups under one `groups:`, or each document in a file of its own
    ");
}

proptest! {
    /// No file is taken for one without marks of a template in which one of the values has some, however it is written.
    #[test]
    fn marks_of_templates_are_seen_in_every_style(text in r#"[{}\[\]<%$#(=a. '"]{1,10}"#, style in 0..3) {
        let value = match style {
            0 => format!("'{}'", text.replace('\'', "''")),
            1 => serde_json::to_string(&text).unwrap(),
            _ => format!("|-\n      x{text}"),
        };
        let rules = |value: &str| format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: {value}\n");
        let marked = |text: &str| matches!(shape(text), FileShape::Templated(_));
        // With a mark elsewhere nothing is skipped: the two have to agree on the value.
        let with_backslash = rules(&value).replace("name: g", "name: \"\\\\\"");
        prop_assert_eq!(marked(&rules(&value)), marked(&with_backslash));
    }
}

#[test]
fn marks_in_base64() {
    let rules = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up, for: !!binary e3sgeCB9fQ==}\n";
    assert_eq!(shape(rules), FileShape::Templated(Templating::Braces));
}
