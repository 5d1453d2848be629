//! Expressions that people have written: the rules of the corpora, and the evaluations of Prometheus' own suite.

#![expect(clippy::unwrap_used, reason = "a corpus that cannot be read fails the test")]

use std::path::Path;

use crate::shared::shared;

/// The expressions of all rules of the corpora; nothing where there are no corpora.
pub(crate) fn rule_expressions() -> Option<Vec<String>> {
    let mut files = Vec::new();
    for corpus in ["awesome", "srerun", "kube-prometheus"] {
        collect(&shared(&format!("corpus/{corpus}"))?, &["yml", "yaml"], &mut files);
    }
    let mut expressions = Vec::new();
    for text in files {
        for document in serde_yaml::Deserializer::from_str(&text) {
            let value: serde_yaml::Value = serde::Deserialize::deserialize(document).unwrap();
            rules(&value, &mut expressions);
        }
    }
    Some(expressions)
}

/// The expressions that Prometheus' own suite evaluates; nothing where there is no suite.
pub(crate) fn suite_expressions() -> Option<Vec<String>> {
    let mut files = Vec::new();
    collect(&shared("conformance/promqltest")?, &["test"], &mut files);
    Some(files.iter().flat_map(|text| text.lines()).filter_map(evaluation).map(str::to_owned).collect())
}

/// The expressions that our own scripts evaluate.
#[allow(dead_code, reason = "not every test asks for them")]
pub(crate) fn own_expressions() -> Vec<String> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/promql"), &["test"], &mut files);
    files.iter().flat_map(|text| text.lines()).filter_map(evaluation).map(str::to_owned).collect()
}

/// The expression of a line `eval instant at 5m up` or `eval range from 0 to 5m step 1m up`.
fn evaluation(line: &str) -> Option<&str> {
    let mut rest = line.trim().strip_prefix("eval")?;
    rest = rest.split_once(char::is_whitespace)?.1;
    let words = match rest.split_once(char::is_whitespace)? {
        ("instant", rest) => return rest.trim_start().strip_prefix("at ").map(|rest| after_words(rest, 1)),
        ("range", rest) => after_words(rest, 6),
        _ => return None,
    };
    Some(words)
}

fn after_words(text: &str, count: usize) -> &str {
    let mut rest = text.trim_start();
    for _ in 0..count {
        rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
    }
    rest
}

fn collect(folder: &Path, extensions: &[&str], files: &mut Vec<String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, extensions, files);
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known)) {
            files.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn rules(value: &serde_yaml::Value, expressions: &mut Vec<String>) {
    match value {
        serde_yaml::Value::Mapping(mapping) => {
            let is_rule = mapping.contains_key("alert") || mapping.contains_key("record");
            match mapping.get("expr") {
                Some(serde_yaml::Value::String(expr)) if is_rule => expressions.push(expr.clone()),
                Some(serde_yaml::Value::Number(expr)) if is_rule => expressions.push(expr.to_string()),
                _ => mapping.values().for_each(|value| rules(value, expressions)),
            }
        }
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| rules(item, expressions)),
        _ => {}
    }
}
