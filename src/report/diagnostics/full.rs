//! `--output-format full`: source lines with the places drawn into them.

use std::io::{self, Write};

use crate::lint;
use crate::report::text::{one_line, severity_name, wrapped};
use crate::report::{CheckReport, Look, origin, passed_over, snippet};
use crate::source::{Applicability, Diagnostic};

/// Help text is not squeezed into less, however narrow the output is.
const MIN_WIDTH: usize = 40;

/// Writes the findings and the closing line.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, look: &Look, report: &CheckReport) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        write_diagnostic(out, look, diagnostic)?;
        writeln!(out)?;
    }
    if report.quiet {
        return Ok(());
    }
    passed_over::write(out, look, report)?;
    report.summary.write(out, look)
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
        write_footnote(out, look, "help", help)?;
    }
    if let Some(fix) = &diagnostic.fix {
        let how = match fix.applicability {
            Applicability::Safe => " (--fix)",
            Applicability::Unsafe => " (--fix --unsafe-fixes)",
            Applicability::Display => "",
        };
        write_footnote(out, look, "fix", &format!("{}{how}", fix.title))?;
    }
    if let Some(template) = origin::of(&diagnostic.primary) {
        write_footnote(out, look, "from", template)?;
    }
    if lint::find(diagnostic.rule).is_none() {
        return Ok(());
    }
    let command = format!("promproof explain {}", diagnostic.rule);
    writeln!(out, "  {} {}", look.paint(Look::FAINT, "more:"), look.paint(Look::CODE, command))
}

/// Writes `text` behind `word:`, further lines indented below it.
fn write_footnote(out: &mut dyn Write, look: &Look, word: &str, text: &str) -> io::Result<()> {
    let indent = word.len() + 4;
    for (index, line) in wrapped(text, look.width.saturating_sub(indent).max(MIN_WIDTH)).iter().enumerate() {
        let line = one_line(line);
        match index {
            0 => writeln!(out, "  {} {line}", look.paint(Look::CODE, format_args!("{word}:")))?,
            _ if line.is_empty() => writeln!(out)?,
            _ => writeln!(out, "{:indent$}{line}", "")?,
        }
    }
    Ok(())
}
