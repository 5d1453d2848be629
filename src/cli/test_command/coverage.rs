//! The coverage of `promproof test`: its arguments, where it is written, and whether it is enough.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::cli::options::output_file;
use crate::cli::{Error, Session, atomic};
use crate::report::coverage::{self as output, lcov};
use crate::report::parts::Parts;
use crate::report::{Format, Style};
use crate::source::Severity;
use crate::unittest::PartOf;
use crate::unittest::coverage::Coverage;

/// What is measured, and where it goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Coverage")]
pub(in crate::cli) struct CoverageArgs {
    /// Show what of the rules the tests cover: states of alerts, branches of expressions, templates
    ///
    /// A point is covered if it happened in a test group with an assertion that looks at the rule; being evaluated along
    /// with others is not enough. A rule file that no test group loads counts if a test file names it.
    #[arg(long, conflicts_with = "list")]
    pub coverage: bool,

    /// Write the coverage to FILE as JSON
    #[arg(long, value_name = "FILE", value_parser = output_file(), conflicts_with = "list")]
    pub coverage_json: Option<PathBuf>,

    /// Write the coverage to FILE as lcov's tracefile, for genhtml, Codecov and GitLab
    #[arg(long, value_name = "FILE", value_parser = output_file(), conflicts_with = "list")]
    pub coverage_lcov: Option<PathBuf>,

    /// Exit with 1 if less than PERCENT of all points is covered (the percentage of the closing line)
    #[arg(long, value_name = "PERCENT", value_parser = percent, allow_negative_numbers = true, conflicts_with = "list")]
    pub fail_under: Option<f64>,
}

/// A number from 0 to 100.
pub(in crate::cli) fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<f64>().ok();
    number.filter(|number| (0.0..=100.0).contains(number)).ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

impl CoverageArgs {
    /// Whether coverage is measured.
    pub(in crate::cli) fn wanted(&self) -> bool {
        self.coverage || self.coverage_json.is_some() || self.coverage_lcov.is_some() || self.fail_under.is_some()
    }

    /// Writes the files that are asked for, each of them even if another one cannot be written.
    pub(in crate::cli) fn write(&self, coverage: &Coverage, part: Option<PartOf>) -> [Result<(), Error>; 2] {
        let parts = part.map(Parts::from);
        let json = self
            .coverage_json
            .as_ref()
            .map_or(Ok(()), |path| atomic::write(path, |out| output::json::write(out, coverage, parts.as_ref())));
        let lcov = self
            .coverage_lcov
            .as_ref()
            .map_or(Ok(()), |path| atomic::write(path, |out| lcov::Trace::of(coverage).write(out, parts.as_ref())));
        [json, lcov]
    }

    /// Shows the coverage if it is wanted: where people look, on standard output (`stdout`), else beside it. Whether
    /// there is enough of it.
    ///
    /// # Errors
    /// What cannot be written.
    pub(in crate::cli) fn finish(
        &self,
        stdout: &mut dyn Write,
        session: &Session,
        coverage: &Coverage,
        format: Format,
        quiet: bool,
    ) -> Result<bool, Error> {
        let mut stderr = session.stderr();
        let for_people = matches!(format, Format::Full | Format::Concise | Format::Github);
        let (out, style): (&mut dyn Write, &Style) =
            if for_people { (stdout, &session.style) } else { (&mut stderr, &session.error_style) };
        if self.coverage && !quiet {
            writeln!(out)?;
            output::write_text(out, style, coverage)?;
        } else {
            writeln!(out, "{}", output::summary_line(style, coverage))?;
        }
        is_enough(self.fail_under, coverage, session)
    }
}

/// Whether `coverage` reaches the threshold; says so on standard error if it does not.
///
/// # Errors
/// Where standard error cannot be written to.
pub(in crate::cli) fn is_enough(threshold: Option<f64>, coverage: &Coverage, session: &Session) -> Result<bool, Error> {
    let Some(threshold) = threshold.filter(|threshold| !coverage.total().reaches(*threshold)) else { return Ok(true) };
    let word = session.error_style.paint(Style::severity(Severity::Error), "error");
    let total = coverage.total();
    let reached = match total.total {
        0 => "nothing to cover, which is".to_owned(),
        _ => format!("a coverage of {} is", output::percent(total)),
    };
    writeln!(session.stderr(), "{word}: {reached} less than the {threshold}% of --fail-under")?;
    Ok(false)
}
