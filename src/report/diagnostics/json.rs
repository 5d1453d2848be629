//! `--output-format json`: one object with everything.
//!
//! Offsets are bytes of the file, from 0, ends exclusive; lines and columns count from 1, columns in characters. Keys
//! may be added within a [`VERSION`], none is renamed or removed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::lint::Identity;
use crate::report::origin;
use crate::report::passed_over::{self, PassedOverJson};
use crate::report::text::severity_name;
use crate::report::{CheckReport, Failure, Summary, documentation_url};
use crate::source::{Applicability, Diagnostic, Fix, Label, SourceFile, Span};

/// The version of the shape of the object.
pub const VERSION: u32 = 1;

/// Writes the report as one JSON object and a line break.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        diagnostics: report
            .findings()
            .each()
            .map(|(diagnostic, identity)| Finding::known(diagnostic, identity))
            .collect(),
        failures: report.failures.iter().map(FailureJson::of).collect(),
        passed_over: passed_over::json(&report.passed_over),
        unchecked_expressions: report.unchecked.iter().map(|(language, count)| (language.name(), *count)).collect(),
        summary: SummaryJson::of(&report.summary),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: Vec<Finding<'a>>,
    failures: Vec<FailureJson<'a>>,
    passed_over: Vec<PassedOverJson<'a>>,
    unchecked_expressions: BTreeMap<&'static str, usize>,
    summary: SummaryJson,
}

/// A diagnostic as every command writes it: `check`, `test` and `render`.
#[derive(Serialize)]
pub(in crate::report) struct Finding<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    related: Vec<Place<'a>>,
    help: Option<&'a str>,
    /// The template of a Helm chart that the file's document was rendered from.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    fix: Option<FixJson<'a>>,
    documentation: String,
    /// The same for the same finding in another version of the file, wherever its line has gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
}

/// A labelled place.
#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    #[serde(flatten)]
    range: Range,
    label: &'a str,
}

/// The same bytes of a file as offsets and as lines and columns.
#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    offset: usize,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct FixJson<'a> {
    title: &'a str,
    /// Whether `--fix` applies it: `applicability` says more.
    safe: bool,
    applicability: &'static str,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    #[serde(flatten)]
    range: Range,
    replacement: &'a str,
}

#[derive(Serialize)]
struct FailureJson<'a> {
    path: &'a str,
    message: &'a str,
}

/// Files of one kind that were passed over.
#[derive(Serialize)]
struct SummaryJson {
    errors: usize,
    warnings: usize,
    infos: usize,
    files_with_findings: usize,
    files: usize,
    fixed: usize,
    known: usize,
    fixable: usize,
    unsafely_fixable: usize,
}

impl<'a> Finding<'a> {
    pub(in crate::report) fn of(diagnostic: &'a Diagnostic) -> Self {
        Finding {
            rule: diagnostic.rule,
            severity: severity_name(diagnostic.severity),
            message: &diagnostic.message,
            place: Place::of(&diagnostic.primary),
            related: diagnostic.related.iter().map(Place::of).collect(),
            help: diagnostic.help.as_deref(),
            template: origin::of(&diagnostic.primary),
            fix: diagnostic.fix.as_ref().map(|fix| FixJson::of(fix, &diagnostic.primary.file)),
            documentation: documentation_url(diagnostic.rule),
            fingerprint: None,
        }
    }

    /// The same, where it is known which finding it is.
    fn known(diagnostic: &'a Diagnostic, identity: Option<&Identity>) -> Self {
        Finding { fingerprint: identity.map(Identity::fingerprint), ..Finding::of(diagnostic) }
    }
}

impl<'a> Place<'a> {
    fn of(label: &'a Label) -> Self {
        Place { file: label.file.name(), range: Range::of(&label.file, label.span), label: &label.text }
    }
}

impl Range {
    fn of(file: &SourceFile, span: Span) -> Self {
        let point = |offset| {
            let position = file.position(offset);
            Point { offset, line: position.line, column: position.column }
        };
        Range { start: point(span.start()), end: point(span.end()) }
    }
}

impl<'a> FixJson<'a> {
    fn of(fix: &'a Fix, file: &SourceFile) -> Self {
        let edits = fix
            .edits
            .iter()
            .map(|edit| EditJson { range: Range::of(file, edit.span), replacement: &edit.replacement })
            .collect();
        let safe = fix.applicability == Applicability::Safe;
        FixJson { title: &fix.title, safe, applicability: fix.applicability.name(), edits }
    }
}

impl<'a> FailureJson<'a> {
    fn of(failure: &'a Failure) -> Self {
        FailureJson { path: &failure.path, message: &failure.message }
    }
}

impl SummaryJson {
    fn of(summary: &Summary) -> Self {
        SummaryJson {
            errors: summary.errors,
            warnings: summary.warnings,
            infos: summary.infos,
            files_with_findings: summary.files_with_findings,
            files: summary.files,
            fixed: summary.fixed,
            known: summary.known,
            fixable: summary.fixable,
            unsafely_fixable: summary.unsafely_fixable,
        }
    }
}
