//! `--output-format concise`: one line per finding.

use std::io::{self, Write};

use super::full;
use crate::report::summary::FIXABLE;
use crate::report::text::{one_line, severity_name};
use crate::report::{CheckReport, Style, origin, passed_over};
use crate::source::{Applicability, Diagnostic};

/// Writes the findings and the closing line.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, style: &Style, report: &CheckReport) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        write_diagnostic(out, style, diagnostic)?;
    }
    if report.quiet {
        return Ok(());
    }
    passed_over::write_all(out, style, report)?;
    report.summary.write(out, style)
}

/// Writes one finding, `file:line:column: severity[rule] message`; with `[*]` before the message
/// if `--fix` would fix it.
///
/// # Errors
/// What `out` reports.
pub fn write_diagnostic(out: &mut dyn Write, style: &Style, diagnostic: &Diagnostic) -> io::Result<()> {
    let place = diagnostic.primary.file.position(diagnostic.primary.span.start());
    let name = one_line(diagnostic.primary.file.name());
    let is_fixable = diagnostic.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe);
    let mark = if is_fixable { format!(" {FIXABLE}") } else { String::new() };
    let origin = origin::of(&diagnostic.primary).map(|path| format!(" (from {})", one_line(path))).unwrap_or_default();
    writeln!(
        out,
        "{}: {}{}{mark} {}{origin}",
        style.paint(Style::STRONG, format_args!("{name}:{}:{}", place.line, place.column)),
        style.paint(Style::severity(diagnostic.severity), severity_name(diagnostic.severity)),
        style.paint(Style::FAINT, format_args!("[{}]", full::rule(style, diagnostic))),
        one_line(&diagnostic.message),
    )
}
