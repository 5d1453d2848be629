//! Reading a baseline: JSON, one object a line, the first of which says what the file is.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::{Baseline, Entry, VERSION};
use crate::lint::identity::Key;
use crate::lint::rules::baseline::INVALID;
use crate::source::{Diagnostic, Label, SourceFile, Span};

/// After so many lines that make no sense the others are not told.
const MAX_PROBLEMS: usize = 5;

/// What the markers of git's conflicts begin with.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The first line.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "promproof-baseline")]
    version: u64,
}

/// Any other line.
#[derive(Deserialize)]
struct Line {
    file: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    name: String,
    rule: String,
    #[serde(default)]
    expr: String,
    #[serde(default = "one")]
    count: usize,
}

const fn one() -> usize {
    1
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// What is wrong with it, each with its line (`baseline/invalid`).
    pub fn parse(file: &Arc<SourceFile>) -> Result<Baseline, Vec<Diagnostic>> {
        read(file, false)
    }

    /// Reads a baseline that is to be written anew: where a merge has left its markers, the entries of both sides count.
    ///
    /// # Errors
    /// As [`Baseline::parse`]: what is no baseline is not overwritten.
    pub fn parse_to_update(file: &Arc<SourceFile>) -> Result<Baseline, Vec<Diagnostic>> {
        read(file, true)
    }
}

fn read(file: &Arc<SourceFile>, is_merged: bool) -> Result<Baseline, Vec<Diagnostic>> {
    let mut entries: BTreeMap<Key, Entry> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut lines = (0..file.line_count()).filter_map(|index| file.line_span(index));
    if is_merged && file.text().trim().is_empty() {
        return Ok(Baseline { file: Arc::clone(file), entries });
    }
    if let Some(problem) = wrong_head(file, lines.next().unwrap_or(Span::at(0))) {
        return Err(vec![problem]);
    }
    for span in lines {
        let text = span.slice(file.text());
        let is_marker = MARKERS.iter().any(|marker| text.starts_with(marker));
        if text.trim().is_empty() || is_marker && is_merged {
            continue;
        }
        let label = |text: &str| Label::new(file, span, text);
        if is_marker {
            let problem = INVALID.diagnostic("a merge has left its markers in the baseline", label(""));
            problems.push(problem.help("`promproof check --update-baseline` takes the entries of both sides"));
            break;
        }
        match entry(text) {
            Ok((key, count)) => {
                let entry = entries.entry(key).or_insert(Entry { count, line: span });
                // Both sides of a merge may have it.
                entry.count = entry.count.max(count);
            }
            Err(why) => problems.push(INVALID.diagnostic("a line of the baseline makes no sense", label(&why))),
        }
        if problems.len() == MAX_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() { Ok(Baseline { file: Arc::clone(file), entries }) } else { Err(problems) }
}

/// What is wrong with the first line.
fn wrong_head(file: &Arc<SourceFile>, span: Span) -> Option<Diagnostic> {
    let label = |text: &str| Label::new(file, span, text);
    match serde_json::from_str::<Head>(span.slice(file.text())) {
        Ok(Head { version: VERSION }) => None,
        Ok(Head { version }) => Some(
            INVALID
                .diagnostic(format!("the baseline is of version {version}"), label("this promproof knows version 1"))
                .help("use the promproof that has written it, or write it anew"),
        ),
        Err(_) => Some(
            INVALID
                .diagnostic(
                    "the file is no baseline of promproof",
                    label("it would begin with {\"promproof-baseline\":1}"),
                )
                .help("name another file; `promproof check --update-baseline` writes one"),
        ),
    }
}

/// The entry of a line, and how often it is known.
fn entry(text: &str) -> Result<(Key, usize), String> {
    let line: Line = serde_json::from_str(text).map_err(|error| {
        // The line that serde knows is the first one, always.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        message.replace("expected usize", "expected a number").replace("expected struct Line", "expected an object")
    })?;
    let Line { file, group, name, rule, expr, count } = line;
    if count == 0 {
        return Err("`count` is 0".to_owned());
    }
    let expr = match expr.as_str() {
        "" => 0,
        hash => u128::from_str_radix(hash, 16).map_err(|_| "`expr` is no hash".to_owned())?,
    };
    Ok((Key { file, group, name, rule, expr }, count))
}
