//! The output formats of `check` and `test`.

use super::workflow::Syntax;

/// The output formats that `check` and `test` share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Source lines with the places drawn into them, differences, timelines; for people.
    Full,
    /// One line for each finding or failure, `file:line:column: severity[rule] message`.
    Concise,
    /// One JSON object with everything.
    Json,
    /// Workflow commands that GitHub turns into annotations of a pull request.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit's XML.
    Junit,
    /// Checkstyle's XML.
    Checkstyle,
    /// The Reviewdog Diagnostic Format.
    Rdjson,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// A summary in Markdown, as GitHub and GitLab show it.
    Markdown,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 11] = [
        Format::Full,
        Format::Concise,
        Format::Json,
        Format::Github,
        Format::Gitlab,
        Format::Sarif,
        Format::Junit,
        Format::Checkstyle,
        Format::Rdjson,
        Format::Tap,
        Format::Markdown,
    ];

    /// Whether it is for people, on a terminal.
    pub fn is_for_people(self) -> bool {
        matches!(self, Format::Full | Format::Concise)
    }

    /// Whether it lists findings and nothing else.
    pub fn lists_findings(self) -> bool {
        matches!(self, Format::Gitlab | Format::Sarif | Format::Checkstyle | Format::Rdjson)
    }

    /// How its text may be escaped.
    pub fn syntax(self) -> Syntax {
        match self {
            Format::Json | Format::Gitlab | Format::Sarif | Format::Rdjson => Syntax::Json,
            Format::Junit | Format::Checkstyle => Syntax::Xml,
            Format::Full | Format::Concise | Format::Github | Format::Tap | Format::Markdown => Syntax::Text,
        }
    }
}
