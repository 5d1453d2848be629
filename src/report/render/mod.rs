//! What `promproof render` prints: alerts with their labels and annotations.

mod json;
mod text;

use std::io;

use super::Style;
use crate::unittest::Seen;
use crate::unittest::rendering::{RenderedRule, Rendering, by_rule};
use crate::unittest::report::TestReport;

/// The output formats of `render`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RenderFormat {
    /// For people.
    Full,
    /// One JSON object.
    Json,
}

/// What is rendered, and how it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RenderView {
    /// The time that was asked for, in milliseconds from the start of the tests.
    pub at_ms: Option<i64>,
    /// Whether all alerts are shown, not only the first one of each rule.
    pub all: bool,
}

/// Writes what the tests of `report` render.
///
/// # Errors
/// What `out` reports.
pub fn write(
    out: &mut dyn io::Write,
    format: RenderFormat,
    style: &Style,
    report: &TestReport,
    renderings: &Seen<Rendering>,
    view: RenderView,
) -> io::Result<()> {
    let rules = by_rule(report, renderings);
    match format {
        RenderFormat::Full => text::write(out, style, report, &rules, view),
        RenderFormat::Json => json::write(out, report, &rules, view),
    }
}

/// How many things are wrong with what is shown of the rules.
pub fn problem_count(report: &TestReport, renderings: &Seen<Rendering>, view: RenderView) -> usize {
    by_rule(report, renderings).iter().map(|rule| problems_of(rule, view)).sum()
}

fn problems_of(rule: &RenderedRule<'_>, view: RenderView) -> usize {
    let shown = rule.appearances.iter().take(shown_tests(view));
    shown.flat_map(|appearance| &appearance.rendering.alerts).map(|alert| alert.problem_count()).sum()
}

/// In how many tests a rule is shown.
const fn shown_tests(view: RenderView) -> usize {
    if view.all { usize::MAX } else { 1 }
}
