//! One file per output format; each turns the same diagnostics or test report into text.
//!
//! Nothing here knows a terminal: whoever calls says in a [`Style`] whether colours and box-drawing characters may be
//! used and how wide a line may be, and hands over something to write to.

pub mod chart;
pub mod configuration;
pub mod coverage;
pub mod diagnostics;
pub mod excuse;
mod findings;
mod format;
pub mod html;
mod junit;
pub mod markdown;
pub mod merge;
mod origin;
pub mod parts;
pub mod passed_over;
pub mod query;
pub mod render;
pub mod run;
pub mod runbooks;
pub mod snippet;
mod statistics;
mod style;
mod summary;
mod tap;
pub mod text;
mod word_diff;
pub mod workflow;
mod xml;

use std::collections::BTreeMap;
use std::io;

pub use statistics::write_statistics;
pub use style::{Paint, Style};
pub use summary::{Failure, Summary};

pub use findings::Findings;
pub use format::Format;

use crate::lint::Identity;
use crate::lint::config::FailOn;
use crate::rules::Language;
use crate::source::Diagnostic;
use crate::workspace::PassedOver;
use diagnostics::{cases, checkstyle, concise, full, github, gitlab, json, markdown as summary_page, rdjson, sarif};
use workflow::Annotations;

/// What `check` found.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// The findings, in the order in which they are to be shown.
    pub diagnostics: Vec<Diagnostic>,
    /// For each of them, which it is; empty where nobody is told.
    pub identities: Vec<Identity>,
    /// The names of the files that were linted.
    pub files: Vec<String>,
    /// Which of the findings fail the run.
    pub fail_on: FailOn,
    /// What could not be read or done; the other files were linted all the same.
    pub failures: Vec<Failure>,
    /// Files that would be rules or tests, and of which nothing can be said.
    pub passed_over: Vec<PassedOver>,
    /// How many expressions were not checked, as they are in another language than PromQL.
    pub unchecked: BTreeMap<Language, usize>,
    /// The figures of the closing line.
    pub summary: Summary,
    /// Whether the closing line is left out, of the formats that have one.
    pub quiet: bool,
}

/// Writes `report` to `out` in the given format. `look` counts for [`Format::Full`] and [`Format::Concise`]; the
/// others are for programs and never coloured.
///
/// # Errors
/// What `out` reports, a closed pipe among it.
pub fn write_check(out: &mut dyn Annotations, format: Format, style: &Style, report: &CheckReport) -> io::Result<()> {
    match format {
        Format::Full => full::write(out, style, report),
        Format::Concise => concise::write(out, style, report),
        Format::Json => json::write(out, report),
        Format::Github => github::write(out, report),
        Format::Junit => cases::write_junit(out, report),
        Format::Tap => cases::write_tap(out, report),
        Format::Markdown => summary_page::write(out, report),
        Format::Gitlab | Format::Sarif | Format::Checkstyle | Format::Rdjson => {
            write_findings(out, format, &report.findings())
        }
    }
}

impl CheckReport {
    /// What the formats list that know findings and nothing else.
    pub fn findings(&self) -> Findings<'_> {
        let CheckReport { diagnostics, identities, failures, .. } = self;
        Findings { command: "check", diagnostics, identities, failures }
    }
}

/// Writes findings in a format that lists them and nothing else; nothing in the others.
fn write_findings(out: &mut dyn io::Write, format: Format, findings: &Findings<'_>) -> io::Result<()> {
    match format {
        Format::Gitlab => gitlab::write(out, findings),
        Format::Sarif => sarif::write(out, findings),
        Format::Checkstyle => checkstyle::write(out, findings),
        Format::Rdjson => rdjson::write(out, findings),
        Format::Full
        | Format::Concise
        | Format::Json
        | Format::Github
        | Format::Junit
        | Format::Tap
        | Format::Markdown => Ok(()),
    }
}

/// What has to be said of findings in a format besides what it writes: that a reader takes only some of them.
pub fn word_on_limits(format: Format, findings: &Findings<'_>) -> Option<String> {
    if format == Format::Sarif { sarif::word_on_limits(findings) } else { None }
}

/// Where the documentation of a lint rule is found on the web.
pub fn documentation_url(rule: &str) -> String {
    format!("https://github.com/promproof/promproof/blob/main/docs/rules/{rule}.md")
}

#[cfg(test)]
mod tests;
