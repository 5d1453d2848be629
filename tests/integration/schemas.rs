//! The JSON Schemas for files that people write: up to date, and true of every such file here.

use std::path::{Path, PathBuf};

use promproof::report::configuration;
use serde_json::Value;

use super::schema::violations;
use super::shared::shared;
use super::support::{Sandbox, repository};

fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(repository().join("docs/schemas").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// The fenced blocks of one language in all pages of the documentation and the README.
fn blocks(language: &str) -> Vec<(PathBuf, String)> {
    let (mut found, fence) = (Vec::new(), format!("\n```{language}\n"));
    for path in ignore::Walk::new(repository()).map(|entry| entry.unwrap().into_path()) {
        let is_page = path.starts_with(repository().join("docs")) || path.ends_with("README.md");
        if is_page && path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path).unwrap();
            let parts = text.split(&fence).skip(1).map(|part| part.split("\n```").next().unwrap());
            found.extend(parts.map(|block| (path.clone(), block.to_owned())));
        }
    }
    found
}

#[test]
fn the_schema_of_the_configuration_is_up_to_date() {
    let path = repository().join("docs/schemas/promproof.schema.json");
    let printed = format!("{}\n", serde_json::to_string_pretty(&configuration::schema()).unwrap());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == printed, "docs/schemas/promproof.schema.json is not up to date: run with UPDATE_DOCS=1");
}

/// What SchemaStore asks for.
#[test]
fn schemas_name_themselves() {
    for name in ["promproof.schema.json", "test-file.schema.json"] {
        let schema = schema(name);
        assert!(schema["$id"].as_str().unwrap().ends_with(name), "{name}");
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#", "{name}");
        assert!(schema["title"].is_string(), "{name}");
    }
}

#[test]
fn configurations_in_the_documentation_are_as_the_schema_says() {
    let schema = schema("promproof.schema.json");
    let blocks = blocks("toml");
    assert!(blocks.len() > 40, "{}", blocks.len());
    for (path, block) in blocks {
        let value: toml::Table =
            toml::from_str(&block).unwrap_or_else(|error| panic!("{}: {error}\n{block}", path.display()));
        let value = serde_json::to_value(&value).unwrap();
        assert_eq!(violations(&schema, &value), Vec::<String>::new(), "{}\n{block}", path.display());
    }
    let refused = |text: &str| {
        let value = serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
        !violations(&schema, &value).is_empty()
    };
    assert!(refused("excludes = []") && refused("fail-on = 'never'") && refused("[rules]\n'no/rule' = 'on'"));
}

#[test]
fn test_files_are_as_the_schema_says() {
    let schema = schema("test-file.schema.json");
    let holds = |path: &Path, text: &str| {
        assert_eq!(violations(&schema, &yaml(text)), Vec::<String>::new(), "{}", path.display());
    };
    let mut files = 0;
    let folders = [Some(repository().join("testdata")), shared("corpus/unit-tests")];
    for path in folders.into_iter().flatten().flat_map(ignore::Walk::new).map(|entry| entry.unwrap().into_path()) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let is_yaml = path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        if is_yaml && text.contains("\ntests:") {
            holds(&path, &text);
            files += 1;
        }
    }
    assert!(files >= 2, "{files}");
    let documented = blocks("yaml").into_iter().filter(|(_, block)| block.contains("\ntests:\n"));
    assert!(documented.inspect(|(path, block)| holds(path, block)).count() >= 1);
    for wrong in [
        "tests: [{input_serie: []}]",
        "evaluation_interval: soon",
        "tests: [{alert_rule_test: [{eval_time: 5m}]}]",
        "tests: [{alert_timeline: [{alertname: A, never: sometimes}]}]",
        "tests: [{promql_expr_test: [{expr: up, exp_fail: {like: x}}]}]",
    ] {
        assert!(!violations(&schema, &yaml(wrong)).is_empty(), "{wrong}");
    }
    let fine = "tests: [{input_series: [{series: 'a{i=\"{i}\"}', values: 1, repeat: {i: 0..3}}], \
                alert_timeline: [{alertname: A, fires_at: [5m, 1h], never: [pending], count: 2, labels: {a: {matches: b.*}}}]}]";
    assert_eq!(violations(&schema, &yaml(fine)), Vec::<String>::new());
}

/// What the program takes of `config --schema` is the file.
#[test]
fn the_program_prints_it() {
    let printed: Value = serde_json::from_str(&Sandbox::new().run(&["config", "--schema"]).stdout).unwrap();
    assert_eq!(printed, schema("promproof.schema.json"));
}
