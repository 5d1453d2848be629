//! The figures of a run, and its closing line.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use super::Style;
use crate::lint::config::FailOn;
use crate::source::words::counted;
use crate::source::{Applicability, Diagnostic, Severity};

/// Something that could not be done: a file that cannot be read, an argument that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The path as the user wrote it, or as it was found.
    pub path: String,
    /// Why, in one line.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Marks what `--fix` would fix.
pub(super) const FIXABLE: &str = "[*]";

/// How many findings there are, and in how many files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that only inform.
    pub infos: usize,
    /// Files with at least one finding.
    pub files_with_findings: usize,
    /// Files that were looked at.
    pub files: usize,
    /// Findings that were fixed, which are none any more.
    pub fixed: usize,
    /// Findings that the baseline knows, which are not told.
    pub known: usize,
    /// Whether only findings are counted that a change has to do with.
    pub since: bool,
    /// Findings that `--fix` would fix.
    pub fixable: usize,
    /// Findings that `--fix` would fix only together with `--unsafe-fixes`.
    pub unsafely_fixable: usize,
    /// How long it took; only where a person is looking, so that saved output stays the same from run to run.
    pub elapsed: Option<Duration>,
}

impl Summary {
    /// Counts `diagnostics`, found in `files` files.
    pub fn of(diagnostics: &[Diagnostic], files: usize) -> Self {
        let mut summary = Summary { files, ..Summary::default() };
        let mut names: Vec<&str> = Vec::new();
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Info => summary.infos += 1,
            }
            match diagnostic.fix.as_ref().map(|fix| fix.applicability) {
                Some(Applicability::Safe) => summary.fixable += 1,
                Some(Applicability::Unsafe) => summary.unsafely_fixable += 1,
                Some(Applicability::Display) | None => {}
            }
            // They are in the order of the files.
            let name = diagnostic.primary.file.name();
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        names.sort_unstable();
        names.dedup();
        summary.files_with_findings = names.len();
        summary
    }

    /// Writes the closing line, coloured by the worst finding, and one that says what can be fixed.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let emphasis = match self {
            Summary { errors: 1.., .. } => Style::severity(Severity::Error),
            Summary { warnings: 1.., .. } => Style::severity(Severity::Warning),
            _ => Style::GOOD,
        };
        writeln!(out, "{}", style.paint(emphasis, self))?;
        match (self.fixable, self.unsafely_fixable) {
            (0, 0) => Ok(()),
            (count, 0) => writeln!(out, "{FIXABLE} {count} fixable with --fix"),
            (0, more) => writeln!(out, "{more} fixable with --fix --unsafe-fixes"),
            (count, more) => {
                writeln!(out, "{FIXABLE} {count} fixable with --fix, {more} more with --fix --unsafe-fixes")
            }
        }
    }

    /// Whether there is a finding that fails the run.
    pub fn fails(&self, fail_on: FailOn) -> bool {
        self.errors > 0 || self.warnings > 0 && fail_on == FailOn::Warning
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "note")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| counted(*count, word))
            .collect();
        if self.fixed > 0 {
            write!(f, "{} fixed, ", self.fixed)?;
        }
        if parts.is_empty() && self.since {
            write!(f, "no findings that concern the change ({})", counted(self.files, "file"))?;
        } else if parts.is_empty() {
            write!(f, "no findings in {}", counted(self.files, "file"))?;
        } else {
            write!(f, "{} in {} of {}", parts.join(", "), self.files_with_findings, counted(self.files, "file"))?;
        }
        if self.since && !parts.is_empty() {
            write!(f, ", of what the change concerns")?;
        }
        if self.known > 0 {
            write!(f, ", {} known", self.known)?;
        }
        if let Some(elapsed) = self.elapsed {
            write!(f, " ({:.2} s)", elapsed.as_secs_f64())?;
        }
        Ok(())
    }
}
