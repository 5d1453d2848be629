//! Coverage as JSON: `{"version": 1, "coverage": {"summary": …, "files": […]}}`.
//!
//! Each file has its `rules` and a `summary`; each rule its `points`, with what they are, where they are (lines and
//! columns from 1), their source, and in how many test groups they were covered and reached. A summary has `covered`
//! and `total` of `points`, `rules`, `states`, `branches` and `templates`. Of a part of a suite `partition` says which
//! one. Keys may be added within a version.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::report::diagnostics::json::VERSION;
use crate::report::parts::Parts;
use crate::unittest::coverage::{Category, Coverage, FileCoverage, Tally};

/// Writes the document.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, coverage: &Coverage, parts: Option<&Parts>) -> io::Result<()> {
    let mut document = json!({ "version": VERSION, "coverage": value(coverage) });
    if let Some(parts) = parts {
        document["partition"] = parts.json();
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// What stands under `coverage`.
pub fn value(coverage: &Coverage) -> Value {
    let file = |file: &FileCoverage| {
        json!({
            "file": file.file,
            "rules": file.rules,
            "summary": summary(file.total(), file.rules_tally(), |category| file.tally(category)),
        })
    };
    json!({
        "files": coverage.files.iter().map(file).collect::<Vec<_>>(),
        "summary": summary(coverage.total(), coverage.rules_tally(), |category| coverage.tally(category)),
    })
}

/// Reads what [`value`] gives; summaries are not looked at.
///
/// # Errors
/// What serde says of something else.
pub fn read(value: Value) -> Result<Coverage, serde_json::Error> {
    serde_json::from_value(value)
}

fn summary(points: Tally, rules: Tally, of: impl Fn(Category) -> Tally) -> Value {
    json!({
        "points": points,
        "rules": rules,
        "states": of(Category::State),
        "branches": of(Category::Branch),
        "templates": of(Category::Template),
    })
}
