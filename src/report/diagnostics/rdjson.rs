//! `--output-format rdjson`: the Reviewdog Diagnostic Format, one JSON object, for comments on pull requests wherever
//! reviewdog can write them.
//!
//! Lines count from 1, and so do columns, in bytes of UTF-8; ends are exclusive. Fixes are suggestions that a click
//! applies, so only those are given that may be applied.

use std::io::{self, Write};

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::lint;
use crate::report::findings::{slashed, text_of};
use crate::report::{Failure, Findings, documentation_url};
use crate::source::{Applicability, Diagnostic, Label, Severity, SourceFile, Span};

/// Writes the findings as one JSON object and a line break.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document(findings))?;
    writeln!(out)
}

struct Document<'a>(&'a Findings<'a>);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("source", &Source { name: "promproof", url: env!("CARGO_PKG_REPOSITORY") })?;
        map.serialize_entry("diagnostics", &Listed(self.0))?;
        map.end()
    }
}

struct Listed<'a>(&'a Findings<'a>);

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.0.diagnostics.iter().map(DiagnosticJson::of);
        serializer.collect_seq(findings.chain(self.0.failures.iter().map(DiagnosticJson::of_failure)))
    }
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct DiagnosticJson<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location,
}

impl<'a> DiagnosticJson<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        let file = &diagnostic.primary.file;
        let fix = diagnostic.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display);
        // A suggestion is one range; of several edits none makes sense alone.
        let edit = fix.map(|fix| fix.edits.as_slice()).and_then(|edits| match edits {
            [edit] => Some(Suggestion { range: Range::of(file, edit.span), text: &edit.replacement }),
            _ => None,
        });
        let url = lint::find(diagnostic.rule).map(|rule| documentation_url(rule.meta().id));
        DiagnosticJson {
            message: text_of(diagnostic),
            location: Location::of(&diagnostic.primary),
            severity: severity(diagnostic.severity),
            code: Some(Code { value: diagnostic.rule, url }),
            suggestions: edit.into_iter().collect(),
            related_locations: diagnostic.related.iter().map(Related::of).collect(),
        }
    }

    fn of_failure(failure: &'a Failure) -> Self {
        DiagnosticJson {
            message: failure.message.clone(),
            location: Location { path: slashed(&failure.path), range: None },
            severity: severity(Severity::Error),
            code: None,
            suggestions: Vec::new(),
            related_locations: Vec::new(),
        }
    }
}

impl<'a> Related<'a> {
    fn of(label: &'a Label) -> Self {
        Related { message: &label.text, location: Location::of(label) }
    }
}

impl Location {
    fn of(label: &Label) -> Self {
        Location { path: slashed(label.file.name()), range: Some(Range::of(&label.file, label.span)) }
    }
}

impl Range {
    fn of(file: &SourceFile, span: Span) -> Self {
        let point = |offset: usize| {
            let line = file.line_index(offset);
            let start = file.line_span(line).map_or(0, |line| line.start());
            Point { line: line + 1, column: offset.saturating_sub(start) + 1 }
        };
        Range { start: point(span.start()), end: point(span.end().max(span.start())) }
    }
}

/// The words of the format.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    }
}
