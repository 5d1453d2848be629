//! Every row of Prometheus' own template tests: same output, same error text.

use promproof::model::{Labels, SampleValue};
use promproof::template::{Context, NoQueries, Prelude, parse};

use crate::shared::shared;

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
    let Some(rows) = shared("conformance/templates.jsonl") else { return };
    let rows = std::fs::read_to_string(rows).unwrap();
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
