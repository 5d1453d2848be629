//! `--output-format github`: workflow commands, which GitHub shows as annotations of the changed lines.

use std::io::{self, Write};

use super::CheckReport;
use super::text::severity_name;
use crate::source::{Label, Severity};

/// Writes one annotation per finding.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        write_annotation(out, diagnostic.severity, &diagnostic.primary, diagnostic.rule, &diagnostic.message)?;
    }
    Ok(())
}

/// Writes one workflow command that puts `message` under the heading `title` at the place of `label`.
///
/// # Errors
/// What `out` reports.
pub fn write_annotation(
    out: &mut dyn Write,
    severity: Severity,
    label: &Label,
    title: &str,
    message: &str,
) -> io::Result<()> {
    writeln!(out, "::{} file={},title={title}::{message}", severity_name(severity), label.file.name())
}
