//! `promproof test --list`: what would run, a line each or as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::{diagnostic, kind_and_subject, range};
use crate::model::duration::format_duration;
use crate::report::diagnostics::json::VERSION;
use crate::report::text::one_line;
use crate::unittest::report::AssertionKind;
use crate::unittest::{ListedAssertion, ListedFile, ListedGroup};

/// Writes a line for each assertion: file and line, group, what is asserted.
///
/// # Errors
/// What `out` reports.
pub fn write_text(out: &mut dyn Write, files: &[ListedFile]) -> io::Result<()> {
    for file in files {
        for group in &file.groups {
            let name = if group.name.is_empty() { format!("#{}", group.index + 1) } else { group.name.clone() };
            for assertion in &group.assertions {
                let line = file.file.position(assertion.span.start()).line;
                let text = format!("{}:{line}: {name}: {}", file.file.name(), subject(assertion));
                writeln!(out, "{}", one_line(&text))?;
            }
        }
    }
    Ok(())
}

/// `alert A at 5m`, on one line.
fn subject(assertion: &ListedAssertion) -> String {
    let what = match &assertion.kind {
        AssertionKind::Timeline(alert) => return format!("timeline {alert}"),
        AssertionKind::Alert(name) => format!("alert {name}"),
        AssertionKind::Expr(expr) if assertion.expects_failure => format!("failing expression {expr}"),
        AssertionKind::Expr(expr) => format!("expression {expr}"),
    };
    let words: Vec<&str> = what.split_whitespace().collect();
    let at = assertion.eval_time_ms.map_or_else(String::new, |time| format!(" at {}", format_duration(time)));
    format!("{}{at}", words.join(" "))
}

/// Writes one object with all files, their test groups and assertions, under the names that the report of a run has
/// for them.
///
/// # Errors
/// What `out` reports.
pub fn write_json(out: &mut dyn Write, files: &[ListedFile]) -> io::Result<()> {
    let document = json!({ "version": VERSION, "files": files.iter().map(file).collect::<Vec<_>>() });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn file(file: &ListedFile) -> Value {
    json!({
        "file": file.file.name(),
        "errors": file.errors.iter().map(diagnostic).collect::<Vec<_>>(),
        "groups": file.groups.iter().map(|group| self::group(file, group)).collect::<Vec<_>>(),
    })
}

fn group(file: &ListedFile, group: &ListedGroup) -> Value {
    json!({
        "index": group.index,
        "name": group.name,
        "place": range(&file.file, group.span),
        "assertions": group.assertions.iter().map(|assertion| self::assertion(file, assertion)).collect::<Vec<_>>(),
    })
}

fn assertion(file: &ListedFile, assertion: &ListedAssertion) -> Value {
    let (kind, subject) = kind_and_subject(&assertion.kind);
    json!({
        "kind": kind,
        "subject": subject,
        "eval_time_ms": assertion.eval_time_ms,
        "place": range(&file.file, assertion.span),
    })
}
