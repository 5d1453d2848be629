//! One file per output format; each turns the same diagnostics or test report into text.
//!
//! Nothing here knows a terminal: whoever calls says in a [`Style`] whether colours and box-drawing characters may be
//! used and how wide a line may be, and hands over something to write to.

pub mod chart;
pub mod configuration;
pub mod coverage;
pub mod diagnostics;
pub mod excuse;
pub mod html;
pub mod markdown;
pub mod merge;
mod origin;
pub mod parts;
pub mod passed_over;
pub mod query;
pub mod render;
pub mod run;
pub mod snippet;
mod statistics;
mod style;
mod summary;
pub mod text;
mod word_diff;
pub mod workflow;

use std::collections::BTreeMap;
use std::io;

pub use statistics::write_statistics;
pub use style::{Paint, Style};
pub use summary::{Failure, Summary};

use crate::rules::Language;
use crate::source::Diagnostic;
use crate::workspace::PassedOver;
use diagnostics::{concise, full, github, json};
use workflow::{Annotations, Syntax};

/// The output formats that `check` and `test` share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Source lines with the places drawn into them, for people.
    Full,
    /// One line per finding, `file:line:column: severity[rule] message`.
    Concise,
    /// One JSON object.
    Json,
    /// Workflow commands that GitHub turns into annotations of a pull request.
    Github,
}

impl Format {
    /// How its text may be escaped.
    pub fn syntax(self) -> Syntax {
        if self == Format::Json { Syntax::Json } else { Syntax::Text }
    }
}

/// What `check` found.
#[derive(Debug)]
pub struct CheckReport {
    /// The findings, in the order in which they are to be shown.
    pub diagnostics: Vec<Diagnostic>,
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
    }
}

/// Where the documentation of a lint rule is found on the web.
pub fn documentation_url(rule: &str) -> String {
    format!("https://github.com/promproof/promproof/blob/main/docs/rules/{rule}.md")
}

#[cfg(test)]
mod tests;
