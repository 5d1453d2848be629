//! JUnit's XML: suites of cases, of whichever command.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::parts::{JUNIT_PROPERTY, Parts};
use super::xml::escaped;
use crate::source::Diagnostic;

/// The name of the case that stands for a whole file.
pub(super) const FILE_CASE: &str = "the file";
/// How the name of a case begins that stands for a warning; line, column and rule follow.
pub(super) const WARNING_CASE: &str = "warning at ";

/// Writes suites as one XML document.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, suites: &[Suite], parts: Option<&Parts>) -> io::Result<()> {
    let sum = |part: fn(&Suite) -> usize| suites.iter().map(part).sum::<usize>();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites tests="{}" failures="{}" errors="{}" skipped="{}">"#,
        sum(|suite| suite.cases.len()),
        sum(Suite::failures),
        sum(Suite::errors),
        sum(Suite::skipped),
    )?;
    if let Some(parts) = parts {
        write_parts(out, parts)?;
    }
    for suite in suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

/// Says which parts of a suite a report is of, for whoever joins them.
pub(super) fn write_parts(out: &mut dyn Write, parts: &Parts) -> io::Result<()> {
    writeln!(out, r#"  <properties><property name="{JUNIT_PROPERTY}" value="{parts}"/></properties>"#)
}

/// A file.
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) seconds: f64,
    pub(super) cases: Vec<Case>,
    /// What does not fail the run, a line each.
    pub(super) notes: Vec<String>,
}

/// Something that holds or does not.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) seconds: f64,
    pub(super) result: Result,
}

/// How it is with a case.
pub(super) enum Result {
    Passed,
    Skipped,
    /// What does not hold: a headline and the text.
    Failure(String, String),
    /// What kept the case from running.
    Error(String, String),
}

impl Suite {
    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.result, Result::Failure(..))).count()
    }

    fn errors(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.result, Result::Error(..))).count()
    }

    fn skipped(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.result, Result::Skipped)).count()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let name = escaped(&self.name);
        writeln!(
            out,
            r#"  <testsuite name="{name}" tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.6}">"#,
            self.cases.len(),
            self.failures(),
            self.errors(),
            self.skipped(),
            self.seconds,
        )?;
        for case in &self.cases {
            let head = format!(
                r#"    <testcase name="{}" classname="{name}" time="{:.6}""#,
                escaped(&case.name),
                case.seconds
            );
            match &case.result {
                Result::Passed => writeln!(out, "{head}/>")?,
                Result::Skipped => writeln!(out, "{head}><skipped/></testcase>")?,
                Result::Failure(headline, text) => write_case(out, &head, "failure", headline, text)?,
                Result::Error(headline, text) => write_case(out, &head, "error", headline, text)?,
            }
        }
        if !self.notes.is_empty() {
            writeln!(out, "    <system-out>{}</system-out>", escaped(&self.notes.join("\n")))?;
        }
        writeln!(out, "  </testsuite>")
    }
}

fn write_case(out: &mut dyn Write, head: &str, element: &str, headline: &str, text: &str) -> io::Result<()> {
    writeln!(out, "{head}>")?;
    writeln!(out, r#"      <{element} message="{}">{}</{element}>"#, escaped(headline), escaped(text))?;
    writeln!(out, "    </testcase>")
}

impl Case {
    /// A case that stands for a finding which fails the run. Its name begins with `word`; the place and the rule follow.
    pub(super) fn of_finding(word: &str, finding: &Diagnostic) -> Self {
        let place = finding.primary.file.position(finding.primary.span.start());
        let name = format!("{word}{}:{}: {}", place.line, place.column, finding.rule);
        let mut text = line_of(finding);
        if let Some(help) = &finding.help {
            // `write!` to a string cannot fail.
            let _ = write!(text, "\nhelp: {help}");
        }
        Case { name, seconds: 0.0, result: Result::Failure(finding.message.clone(), text) }
    }
}

/// Place, rule and message.
pub(super) fn line_of(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.primary.file.position(diagnostic.primary.span.start());
    let name = diagnostic.primary.file.name();
    format!("{name}:{}:{}: {}: {}", place.line, place.column, diagnostic.rule, diagnostic.message)
}
