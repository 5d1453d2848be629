//! Test reports, one file per output format; `words` holds what several of them say.

mod concise;
pub(super) mod difference;
mod full;
mod github;
mod json;
pub(super) mod junit;
mod life;
mod list;
mod tap;
mod timeline;
mod timings;
mod why;
pub(super) mod words;

use std::io;
use std::time::Duration;

use super::Style;
use super::workflow::{Annotations, Syntax};
use crate::lint::config::FailOn;
use crate::unittest::coverage::Coverage;
use crate::unittest::report::TestReport;

pub use junit::write as write_junit;
pub use list::{write_json as write_list_json, write_text as write_list_text};

/// The output formats of `test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TestFormat {
    /// Source, differences, timelines, for people.
    Full,
    /// One line per failure.
    Concise,
    /// One JSON object.
    Json,
    /// Workflow commands that GitHub turns into annotations of a pull request.
    Github,
    /// JUnit's XML.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
}

impl TestFormat {
    /// Whether it is for people, on a terminal.
    pub fn is_for_people(self) -> bool {
        matches!(self, TestFormat::Full | TestFormat::Concise)
    }

    /// How its text may be escaped.
    pub fn syntax(self) -> Syntax {
        match self {
            TestFormat::Json => Syntax::Json,
            TestFormat::Junit => Syntax::Xml,
            TestFormat::Full | TestFormat::Concise | TestFormat::Github | TestFormat::Tap => Syntax::Text,
        }
    }
}

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

/// Writes `report` to `out` in the given format, with the coverage where the format has a place for it. `look` counts for [`TestFormat::Full`] and [`TestFormat::Concise`].
///
/// # Errors
/// What `out` reports, a closed pipe among it.
pub fn write(
    out: &mut dyn Annotations,
    format: TestFormat,
    style: &Style,
    report: &TestReport,
    coverage: Option<&Coverage>,
    view: &TestView,
) -> io::Result<()> {
    match format {
        TestFormat::Full => full::write(out, style, report, view),
        TestFormat::Concise => concise::write(out, style, report, view),
        TestFormat::Json => json::write(out, report, coverage, view),
        TestFormat::Github => github::write(out, report, view),
        TestFormat::Junit => junit::write(out, report, view),
        TestFormat::Tap => tap::write(out, report, view),
    }
}
