//! `--output-format full`: source lines with the places drawn into them.

use std::io::{self, Write};

use super::text::{one_line, severity_name};
use super::{CheckReport, Look, snippet};
use crate::source::Diagnostic;

/// Writes the findings and the closing line.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, look: &Look, report: &CheckReport) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        write_diagnostic(out, look, diagnostic)?;
        writeln!(out)?;
    }
    writeln!(out, "{}", report.summary)
}

/// Writes one finding: header, source, help, and where to read more.
///
/// # Errors
/// What `out` reports.
pub fn write_diagnostic(out: &mut dyn Write, look: &Look, diagnostic: &Diagnostic) -> io::Result<()> {
    let severity = Look::severity(diagnostic.severity);
    writeln!(
        out,
        "{}{}",
        look.paint(severity, format_args!("{}[{}]", severity_name(diagnostic.severity), diagnostic.rule)),
        look.paint(Look::STRONG, format_args!(": {}", one_line(&diagnostic.message))),
    )?;
    snippet::write(out, look, diagnostic.severity, &diagnostic.primary, &diagnostic.related)?;
    if let Some(help) = &diagnostic.help {
        writeln!(out, "  help: {help}")?;
    }
    writeln!(out, "  more: promproof explain {}", diagnostic.rule)
}
