//! `--output-format github`: workflow commands, which GitHub shows as annotations of the changed lines.
//!
//! The form is that of GitHub's "Workflow commands for GitHub Actions": `::error file=a.yml,line=1,title=t::message`,
//! with `%`, line breaks and, in properties, `:` and `,` percent-encoded; other control characters are shown as escapes.

use std::fmt::Write as _;
use std::io;

use crate::report::text::one_line;
use crate::report::workflow::Annotations;
use crate::report::{CheckReport, Failure, Style, origin, passed_over};
use crate::source::{Diagnostic, Label, Severity};

/// Writes one annotation for each finding and each failure, and the closing line, which is no annotation.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Annotations, report: &CheckReport) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        write_annotation(out, diagnostic.severity, &diagnostic.primary, diagnostic.rule, &body(diagnostic))?;
    }
    for failure in &report.failures {
        write_failure(out, failure)?;
    }
    if report.quiet {
        return Ok(());
    }
    passed_over::write_all(out, &Style::plain(), report)?;
    writeln!(out, "{}", report.summary)
}

/// Message, related places and help; an annotation has room for them.
fn body(diagnostic: &Diagnostic) -> String {
    let mut body = diagnostic.message.clone();
    for label in diagnostic.related.iter().filter(|label| !label.text.is_empty()) {
        let place = label.file.position(label.span.start());
        // `write!` to a string cannot fail.
        let _ = write!(body, "\n{}:{}:{}: {}", label.file.name(), place.line, place.column, label.text);
    }
    if let Some(template) = origin::of(&diagnostic.primary) {
        let _ = write!(body, "\nrendered from {template}");
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(body, "\nhelp: {help}");
    }
    body
}

/// Writes one workflow command that puts `message` under the heading `title` at the place of `label`. The message
/// begins with the place, because the log of the run shows nothing but the message.
///
/// # Errors
/// What `out` reports.
pub fn write_annotation(
    out: &mut dyn Annotations,
    severity: Severity,
    label: &Label,
    title: &str,
    message: &str,
) -> io::Result<()> {
    let name = label.file.name();
    let start = label.file.position(label.span.start());
    let end = label.file.position(label.span.end().max(label.span.start()));
    let (line, column) = (start.line, start.column);
    // GitHub reads a column range only within one line.
    let end_column = if end.line == line { format!(",endColumn={}", end.column) } else { String::new() };
    let message = data(&format!("{name}:{line}:{column}: {message}"));
    out.annotation(&format!(
        "::{} file={},line={line},col={column},endLine={}{end_column},title={}::{message}",
        command(severity),
        property(name),
        end.line,
        property(title)
    ))
}

/// Writes one annotation without a line.
fn write_failure(out: &mut dyn Annotations, failure: &Failure) -> io::Result<()> {
    let message = data(&one_line(&failure.to_string()));
    out.annotation(&format!("::error file={},title=promproof::{message}", property(&failure.path)))
}

/// The name of the workflow command.
const fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

/// The text behind `::`. The log shows it on a terminal of its own, which control characters must not reach.
fn data(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(one_line).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
