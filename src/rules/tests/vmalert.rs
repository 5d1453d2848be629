//! Where vmalert reads rule files in another way than Prometheus.

use super::*;
use crate::source::Severity;

fn load_as(text: &str, dialect: Option<Dialect>) -> RuleFile {
    let file = Arc::new(SourceFile::new("a.yml", text));
    load_rules(&yaml::parse(&file), &file, &LoadOptions { dialect, ..LoadOptions::default() })
}

fn problems_of(text: &str) -> String {
    render(&load_as(text, None).problems)
}

#[test]
fn durations() {
    let text = "groups:\n- name: g\n  concurrency: 2\n  interval: 30\n  rules:\n  - {alert: A, expr: up, for: 1.5h, keep_firing_for: 10}\n";
    let file = load_as(text, None);
    let group = &file.groups[0];
    let rule = &group.rules[0];
    assert_eq!(render(&file.problems), "");
    assert_eq!((group.interval_ms, rule.for_ms, rule.keep_firing_for_ms), (Some(30_000), 5_400_000, 10_000));
    // Prometheus refuses all three.
    assert_eq!(load_as(&text.replace("  concurrency: 2\n", ""), None).problems.len(), 3);

    let text = "groups:\n- {name: g, concurrency: 2, interval: -1m, rules: [{alert: A, expr: up, for: 5 m, keep_firing_for: 5min}]}\n";
    insta::assert_snapshot!(problems_of(text), @r#"
    2:39..42 schema/invalid-duration: `interval` is negative
      help: write it without the sign
    2:78..81 schema/invalid-duration: cannot parse duration "5 m"
      help: write it without spaces: `5m`
    2:100..104 schema/invalid-duration: cannot parse duration "5min"
      help: write numbers with units: `1h30m`, `1.5h`, `500ms`; a number alone is seconds
    "#);
}

/// It reads what recording rules have no use for, and does nothing with it.
#[test]
fn fields_of_alerting_rules_in_recording_rules() {
    let text = "groups:\n- name: g\n  concurrency: 2\n  rules:\n  - record: a:b\n    expr: up\n    for: 5m\n    annotations: {a: b}\n";
    insta::assert_snapshot!(problems_of(text), @r"
    7:5..8 schema/conflicting-fields: `for` has no effect in a recording rule
      ^ only for alerting rules
      5:13..16 this makes it a recording rule
      help: remove `for`, or name the rule with `alert:`
    8:5..16 schema/conflicting-fields: `annotations` has no effect in a recording rule
      ^ only for alerting rules
      5:13..16 this makes it a recording rule
      help: remove `annotations`, or name the rule with `alert:`
    ");
    let severities: Vec<_> = load_as(text, None).problems.iter().map(|problem| problem.severity).collect();
    assert_eq!(severities, [Severity::Info; 2]);
    let both = "groups:\n- {name: g, concurrency: 2, rules: [{record: a, alert: B, expr: up}]}\n";
    assert_eq!(load_as(both, None).problems[0].severity, Severity::Error);
}

/// It reads all documents of a file, as one.
#[test]
fn several_documents() {
    let group = |name: &str, field: &str| {
        format!("groups:\n- name: {name}\n{field}  rules: [{{alert: A, expr: up, for: 30}}]\n")
    };
    let parts = |file: &RuleFile| file.groups.iter().map(|group| group.part).collect::<Vec<_>>();
    for (first, second) in [("  concurrency: 2\n", ""), ("", "  concurrency: 2\n")] {
        let file = load_as(&format!("---\n{}---\n{}---\n", group("a", first), group("b", second)), None);
        assert_eq!((render(&file.problems).as_str(), parts(&file)), ("", vec![0, 0]));
        let twice = format!("{}---\n{}", group("a", first), group("a", second));
        assert!(problems_of(&twice).contains("schema/duplicate-group: the group name `a` is used twice"), "{twice}");
    }
    let plain = format!("{}---\n{}", group("a", ""), group("b", ""));
    assert_eq!(render(&load_as(&plain, Some(Dialect::Vmalert)).problems), "");
    assert!(render(&load_as(&plain, None).problems).contains("yaml/multiple-documents"));
    insta::assert_snapshot!(problems_of(&format!("{}--- x\n", group("a", "  concurrency: 2\n"))), @r"
    5:5..6 schema/wrong-type: a rule file must be a mapping, not a text
      ^ this is a text
    ");

    // So it does where the file is a text in a ConfigMap; another text is another file.
    let text = format!("{}---\n{}", group("a", "  concurrency: 2\n"), group("a", ""));
    let text: String = text.lines().map(|line| format!("    {line}\n")).collect();
    let file = load_as(&format!("kind: ConfigMap\ndata:\n  x.yml: |\n{text}  y.yml: |\n{text}"), None);
    assert_eq!(parts(&file), [0, 0, 1, 1]);
    assert_eq!(render(&file.problems).matches("schema/duplicate-group").count(), 2);
    assert_eq!(file.problems.len(), 2);
}
