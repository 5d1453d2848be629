//! What the default rules say of expressions as people write them, one by one: `shapes.tsv` has the ids that are wanted, `-`
//! for none, the expression, a template and labels.

use crate::support::Sandbox;

const SHAPES: &str = include_str!("shapes.tsv");

/// One alert, and the ids of what has to be found in it.
struct Shape<'a> {
    wanted: &'a str,
    expr: &'a str,
    template: Option<&'a str>,
    labels: Option<&'a str>,
}

fn shapes() -> Vec<Shape<'static>> {
    let read = |line: &'static str| {
        let mut cells = line.split('\t');
        let mut next = || cells.next().filter(|cell| !cell.is_empty());
        Shape { wanted: next().unwrap(), expr: next().unwrap(), template: next(), labels: next() }
    };
    SHAPES.lines().map(read).collect()
}

/// A text as a literal of YAML.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn rule_file(shape: &Shape<'_>) -> String {
    let mut text = format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: {}\n", quoted(shape.expr));
    if let Some(labels) = shape.labels {
        text.push_str(&format!("    labels: {labels}\n"));
    }
    if let Some(template) = shape.template {
        text.push_str(&format!("    annotations: {{t: {}}}\n", quoted(template)));
    }
    text
}

#[test]
fn shapes_are_judged_as_they_should_be() {
    let shapes = shapes();
    let files: Vec<(String, String)> =
        shapes.iter().enumerate().map(|(at, shape)| (format!("{at:04}/rules.yml"), rule_file(shape))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let found = Sandbox::with(&files).run(&["check", "--output-format", "concise", "--quiet"]).stdout;
    let mut ids: Vec<Vec<&str>> = vec![Vec::new(); shapes.len()];
    for line in found.lines().filter(|line| line.contains("rules.yml:")) {
        let at: usize = line.get(..4).unwrap().parse().unwrap();
        ids[at].push(line.split(['[', ']']).nth(1).unwrap());
    }
    let wrong: Vec<String> = shapes
        .iter()
        .zip(&mut ids)
        .filter_map(|(shape, ids)| {
            ids.sort_unstable();
            ids.dedup();
            let found = if ids.is_empty() { "-".to_owned() } else { ids.join(" ") };
            (found != shape.wanted).then(|| format!("{}: wanted {}, found {found}", shape.expr, shape.wanted))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
