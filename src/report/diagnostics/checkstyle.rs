//! `--output-format checkstyle`: the XML of Checkstyle, which many tools of Java's world and reviewdog read.
//!
//! There is no schema of it but its readers: `<checkstyle version>` holds a `<file name>` for each file, and that an
//! `<error line column severity message source>` for each finding. What cannot be read is an error of its file.

use std::io::{self, Write};

use crate::report::Findings;
use crate::report::findings::{slashed, text_of};
use crate::report::text::severity_name;
use crate::report::xml::escaped;
use crate::source::Diagnostic;

/// The version of Checkstyle whose form it is.
const FORM: &str = "8.0";

/// Writes the findings as one XML document.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<checkstyle version="{FORM}">"#)?;
    // Findings come file by file.
    for of_file in findings.diagnostics.chunk_by(|a, b| a.primary.file.id() == b.primary.file.id()) {
        let Some(first) = of_file.first() else { continue };
        writeln!(out, r#"  <file name="{}">"#, escaped(&slashed(first.primary.file.name())))?;
        of_file.iter().try_for_each(|diagnostic| write_finding(out, diagnostic))?;
        writeln!(out, "  </file>")?;
    }
    for failure in findings.failures {
        writeln!(out, r#"  <file name="{}">"#, escaped(&slashed(&failure.path)))?;
        writeln!(out, r#"    <error severity="error" message="{}" source="promproof"/>"#, escaped(&failure.message))?;
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

fn write_finding(out: &mut dyn Write, diagnostic: &Diagnostic) -> io::Result<()> {
    let place = diagnostic.primary.file.position(diagnostic.primary.span.start());
    writeln!(
        out,
        r#"    <error line="{}" column="{}" severity="{}" message="{}" source="promproof.{}"/>"#,
        place.line,
        place.column,
        severity_name(diagnostic.severity),
        escaped(&text_of(diagnostic)),
        // Java's readers take what is behind the last dot for the name of the check.
        diagnostic.rule.replace('/', "."),
    )
}
