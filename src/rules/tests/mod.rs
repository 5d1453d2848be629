//! What the loader says about rule files.

mod fields;
mod samples;
mod shapes;
mod vmalert;

use std::sync::Arc;

use super::*;
use crate::source::SourceFile;
use crate::source::testing::render;
use crate::yaml;

fn load_text(text: &str) -> Option<RuleFile> {
    let file = Arc::new(SourceFile::new("a.yml", text));
    load(&yaml::parse(&file), &file, &LoadOptions::default()).ok()
}

fn problems(text: &str) -> String {
    let file = Arc::new(SourceFile::new("a.yml", text));
    let options = LoadOptions { dialect: Some(Dialect::Prometheus), ..LoadOptions::default() };
    render(&load_rules(&yaml::parse(&file), &file, &options).problems)
}

/// The problems of one rule with the lines `rule`.
fn rule_problems(rule: &str) -> String {
    let lines: Vec<String> = rule.lines().map(|line| format!("    {line}\n")).collect();
    problems(&format!("groups:\n- name: g\n  rules:\n  - {}", lines.concat().trim_start()))
}

/// The rules of a long group are read by several threads: what comes of it has their order.
#[test]
fn long_groups() {
    let rule = |at: usize| match at % 100 {
        7 => format!("  - {{record: 'a:{at}', expr: 'up =='}}\n"),
        _ => format!("  - {{record: 'a:{at}', expr: up}}\n"),
    };
    let text = format!("groups:\n- name: g\n  rules:\n{}", (0..500).map(rule).collect::<String>());
    let file = load_text(&text).unwrap();
    let names: Vec<&str> = file.groups.iter().flat_map(|group| &group.rules).map(|rule| rule.name.text()).collect();
    assert_eq!(names, (0..500).map(|at| format!("a:{at}")).collect::<Vec<_>>());
    let lines: Vec<usize> =
        file.problems.iter().map(|problem| file.file.position(problem.primary.span.start()).line).collect();
    assert_eq!(lines, [11, 111, 211, 311, 411]);

    // Of a file that is not what it was taken for, the first problems are kept.
    let text = format!("groups:\n- name: g\n  rules:\n{}", "  - {record: a, expr: 'up =='}\n".repeat(1500));
    assert_eq!(load_text(&text).unwrap().problems.len(), 1000);
}

/// The nodes that are read again are those of the rules, however groups are wrapped.
#[test]
fn nodes_of_rules() {
    let object = "kind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n    - {alert: A, expr: 'up ==', for: 1m}\n    - {expr: up}\n    - {record: 'b:c', expr: up}\n";
    let map = "kind: ConfigMap\ndata:\n  one.yml: |\n    groups:\n    - name: g\n      rules:\n      - {alert: C, expr: up}\n";
    for text in [
        "groups:\n- name: g\n  rules:\n  - &a\n    alert: A\n    expr: up\n  - *a\n- name: h\n  rules:\n  - {record: 'b:c', expr: up}\n".to_owned(),
        format!("{object}---\n{map}---\nkind: Other\n---\n{object}"),
        "- alert: A\n  expr: up\n- record: b:c\n  expr: up\n".to_owned(),
    ] {
        let file = load_text(&text).unwrap();
        let count: usize = file.groups.iter().map(|group| group.rules.len()).sum();
        let rules: Vec<&Rule> = file.groups.iter().flat_map(|group| &group.rules).collect();
        assert!(rules.len() > 1, "{text}");
        for rule in rules {
            let node = file.node_of(rule).unwrap();
            let name = node.as_mapping().and_then(|rule| rule.get("alert").or(rule.get("record"))).unwrap();
            assert_eq!((node.span, name.value.span), (rule.span, rule.name.span), "{text}");
        }
        assert_eq!(file.reread.nodes.get().unwrap().len(), count);
    }
}
