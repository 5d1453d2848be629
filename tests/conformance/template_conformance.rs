//! Every row of Prometheus' own template tests: same output, same error text.

use std::path::PathBuf;

use promproof::model::{Labels, SampleValue};
use promproof::template::{Context, NoQueries, Prelude, parse};

/// The folder with the reference data, which is not part of the repository.
fn shared() -> Option<PathBuf> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("PROMPROOF_SHARED").map_or_else(default, PathBuf::from);
    folder.is_dir().then_some(folder)
}

fn expand(text: &str) -> Result<String, String> {
    let context = Context {
        name: "test",
        labels: &Labels::empty(),
        external_labels: &Labels::empty(),
        external_url: "http://testhost:9090/path/prefix",
        value: &SampleValue::Float(0.0),
        t_ms: 1_353_755_652_000,
        querier: &NoQueries,
    };
    let result = parse(text).and_then(|template| template.expand(&context));
    result.map_err(|error| error.full_text("test", Prelude::None))
}

#[test]
fn every_row_gives_the_same_output_or_the_same_error() {
    let Some(shared) = shared() else {
        println!("skipped: no ../shared");
        return;
    };
    let rows = std::fs::read_to_string(shared.join("conformance/templates.jsonl")).unwrap();
    let mut differences = String::new();
    let mut count = 0;
    for line in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = row["text"].as_str().unwrap();
        let actual = expand(text);
        let expected = match row["fails"].as_bool().unwrap() {
            true => Err(row["error"].as_str().unwrap().to_owned()),
            false => Ok(row["output"].as_str().unwrap().to_owned()),
        };
        if actual != expected {
            differences.push_str(&format!("{text}\n  expected {expected:?}\n  actual   {actual:?}\n"));
        }
        count += 1;
    }
    assert_eq!(differences, "");
    assert_eq!(count, 45);
}
