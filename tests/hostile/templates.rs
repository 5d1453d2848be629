//! Templates whose analysis or expansion does not end, or takes time that grows faster than the text.

use std::fmt::Write as _;

use crate::attack::{self, TEST, alert};
use crate::support::Sandbox;

/// Every command that looks at templates, on one annotation.
fn every_command(annotation: &str) {
    let sandbox = Sandbox::with(&[("rules.yml", &alert("up == 0", annotation)), ("t.yml", TEST)]);
    for command in [&["check", "."][..], &["test", "t.yml"], &["test", "t.yml", "--coverage"], &["render", "t.yml"]] {
        attack::run(&sandbox, command);
    }
}

#[test]
fn args_that_double_with_each_call() {
    every_command(
        "{{ define \"x\" }}{{ template \"x\" (args . . . . . . . . . .) }}{{ end }}\
         {{ template \"x\" (args $labels $labels) }}",
    );
    every_command("{{ define \"x\" }}{{ template \"x\" (args . . . .) }}{{ end }}{{ template \"x\" . }}");
}

#[test]
fn a_definition_that_calls_itself_in_three_ways() {
    every_command(
        "{{ define \"a\" }}{{ template \"a\" (args . $) }}{{ template \"a\" (args $ . .) }}\
         {{ template \"a\" (args . . .) }}{{ end }}{{ template \"a\" $labels }}",
    );
}

#[test]
fn sixteen_definitions_that_each_call_the_next_three() {
    let mut text = String::new();
    for index in 0..16 {
        write!(text, "{{{{ define \"d{index}\" }}}}").unwrap();
        for (next, dots) in [". .", ". . .", "$ . . ."].iter().enumerate() {
            write!(text, "{{{{ template \"d{}\" (args {dots}) }}}}", index + 1 + next).unwrap();
        }
        text.push_str("{{ end }}");
    }
    text.push_str("{{ template \"d0\" $labels }}");
    every_command(&text);
}

/// What is inherited is looked at once, not for each alert that inherits it.
#[test]
fn thousands_of_alerts_under_one_costly_group_label() {
    let label = "{{ define \"a\" }}{{ template \"a\" (args . $) }}{{ template \"a\" (args $ . .) }}{{ end }}\
                 {{ template \"a\" . }}";
    let mut text = format!("groups:\n- name: g\n  labels: {{l: '{label}'}}\n  rules:\n");
    for index in 0..5_000 {
        writeln!(text, "  - {{alert: A{index}, expr: up == {index}}}").unwrap();
    }
    attack::run(&Sandbox::with(&[("rules.yml", &text)]), &["check", "."]);
}

#[test]
fn a_long_template_takes_time_as_its_length() {
    let uses = "{{ $labels.x }}".repeat(20_000);
    let check = |annotation: &str| {
        attack::run(&Sandbox::with(&[("rules.yml", &alert("up == 0", annotation))]), &["check", "."]);
    };
    check(&uses);

    let mut variables = String::new();
    let mut guards = String::new();
    let mut definitions = String::new();
    for index in 0..20_000 {
        write!(variables, "{{{{ $v{index} := $labels }}}}{{{{ $v{index}.x }}}}").unwrap();
        write!(guards, "{{{{ if $labels.l{index} }}}}{{{{ $labels.l{index} }}}}{{{{ end }}}}").unwrap();
        write!(
            definitions,
            "{{{{ define \"d{index}\" }}}}{{{{ .x }}}}{{{{ end }}}}{{{{ template \"d{index}\" $labels }}}}"
        )
        .unwrap();
    }
    check(&variables);
    check(&guards);
    check(&definitions);
}

/// The labels that a rule sets are looked up for each label that its template lacks.
#[test]
fn five_thousand_labels_that_the_expression_drops() {
    let mut text = String::from("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(up) == 0\n    labels:\n");
    let mut uses = String::new();
    for index in 0..5_000 {
        writeln!(text, "      l{index}: x").unwrap();
        write!(uses, "{{{{ $labels.l{index} }}}}").unwrap();
    }
    write!(text, "    annotations:\n      d: '{uses}'\n").unwrap();
    let ended = attack::run(&Sandbox::with(&[("rules.yml", &text)]), &["check", ".", "--output-format", "concise"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.stdout.matches("template/missing-label").count(), 5_000);
}
