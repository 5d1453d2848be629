//! Test reports, one file per output format; `words` holds what several of them say.

mod concise;
pub(super) mod difference;
mod findings;
mod full;
mod github;
mod json;
mod junit;
mod life;
mod list;
mod markdown;
mod squares;
mod tap;
mod timeline;
mod timings;
mod why;
pub(super) mod words;

use std::io;
use std::time::Duration;

use super::workflow::Annotations;
use super::{Findings, Format, Style, write_findings};
use crate::lint::config::FailOn;
use crate::unittest::coverage::Coverage;
use crate::unittest::report::TestReport;

pub use findings::diagnostics;
pub use list::{write_json as write_list_json, write_text as write_list_text};

/// What a report shows besides the tests themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestView {
    /// How long the run took; only where a person is looking, so that saved output stays the same from run to run.
    pub elapsed: Option<Duration>,
    /// Which of the warnings fail the run.
    pub fail_on: FailOn,
    /// Whether the slowest test groups are listed (full and concise), or each says how long it took (JSON).
    pub timings: bool,
    /// Whether files that passed get no line of their own (full only).
    pub quiet: bool,
}

/// Whether the run failed, by its tests or by warnings that count.
pub fn fails(report: &TestReport, view: &TestView) -> bool {
    words::Closing { report, view }.failed()
}

/// A run, as reports show it.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// How the tests went.
    pub report: &'a TestReport,
    /// What of the rules they cover, where that was asked for.
    pub coverage: Option<&'a Coverage>,
    /// What is shown besides the tests themselves.
    pub view: &'a TestView,
    /// What there is to find in the report ([`diagnostics`]), for formats that list findings and nothing else.
    pub findings: Findings<'a>,
}

impl<'a> Shown<'a> {
    /// A run alone: formats that list findings have none.
    pub fn of(report: &'a TestReport, view: &'a TestView) -> Self {
        Shown { report, coverage: None, view, findings: Findings::default() }
    }
}

/// Writes a run to `out` in the given format, with the coverage where the format has a place for it. `style` counts for
/// [`Format::Full`] and [`Format::Concise`].
///
/// # Errors
/// What `out` reports, a closed pipe among it.
pub fn write(out: &mut dyn Annotations, format: Format, style: &Style, shown: &Shown<'_>) -> io::Result<()> {
    let Shown { report, view, findings, .. } = shown;
    match format {
        Format::Full => full::write(out, style, report, view),
        Format::Concise => concise::write(out, style, report, view),
        Format::Json => json::write(out, shown),
        Format::Github => github::write(out, report, view),
        Format::Junit => junit::write(out, report, view),
        Format::Tap => tap::write(out, report, view),
        Format::Markdown => markdown::write(out, shown),
        Format::Gitlab | Format::Sarif | Format::Checkstyle | Format::Rdjson => write_findings(out, format, findings),
    }
}
