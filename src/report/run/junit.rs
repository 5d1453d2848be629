//! JUnit's XML, as promtool writes it: a suite for each file, a case for each test group.
//!
//! Warnings stand in a suite's `system-out`. Where they fail the run each is a failed case of its own, or nobody would
//! see why the run is red.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{TestView, words};
use crate::report::parts::{JUNIT_PROPERTY, Parts};
use crate::source::Diagnostic;
use crate::source::words::counted;
use crate::unittest::report::{FileReport, GroupReport, Outcome, TestReport};

/// The name of the case that stands for a whole file.
pub(in crate::report) const FILE_CASE: &str = "the file";
/// How the name of a case begins that stands for a warning; line, column and rule follow.
pub(in crate::report) const WARNING_CASE: &str = "warning at ";

/// Writes the report as one XML document.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, report: &TestReport, view: &TestView) -> io::Result<()> {
    let suites: Vec<Suite> = report.files.iter().map(|file| Suite::of(file, view)).collect();
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
    if let Some(part) = report.part {
        write_parts(out, &part.into())?;
    }
    for suite in &suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

/// Says which parts of a suite a report is of, for whoever joins them.
pub(in crate::report) fn write_parts(out: &mut dyn Write, parts: &Parts) -> io::Result<()> {
    writeln!(out, r#"  <properties><property name="{JUNIT_PROPERTY}" value="{parts}"/></properties>"#)
}

struct Suite {
    name: String,
    seconds: f64,
    cases: Vec<Case>,
    /// Warnings that do not fail the run, a line each.
    notes: Vec<String>,
}

struct Case {
    name: String,
    seconds: f64,
    result: Result,
}

enum Result {
    Passed,
    Skipped,
    /// Assertions that do not hold: a headline and the text.
    Failure(String, String),
    /// What kept the case from running.
    Error(String, String),
}

impl Suite {
    fn of(file: &FileReport, view: &TestView) -> Self {
        let mut cases = Vec::new();
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        let problems: Vec<&Diagnostic> = file.problems.iter().chain(rule_problems).collect();
        if !problems.is_empty() {
            let text = problems.iter().map(|problem| diagnostic_text(problem)).collect::<Vec<_>>().join("\n");
            let headline = counted(problems.len(), "error");
            cases.push(Case { name: FILE_CASE.to_owned(), seconds: 0.0, result: Result::Error(headline, text) });
        }
        cases.extend(file.groups.iter().map(|group| Case::of(file, group)));
        let mut notes = Vec::new();
        for warning in &file.warnings {
            match view.fail_on.fails(warning.severity) {
                true => cases.push(Case::of_warning(warning)),
                false => notes.push(diagnostic_text(warning)),
            }
        }
        Suite { name: file.file.name().to_owned(), seconds: file.elapsed.as_secs_f64(), cases, notes }
    }

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
    /// What promtool passes in silence, where it fails the run.
    fn of_warning(warning: &Diagnostic) -> Self {
        let place = warning.primary.file.position(warning.primary.span.start);
        let name = format!("{WARNING_CASE}{}:{}: {}", place.line, place.column, warning.rule);
        let mut text = diagnostic_text(warning);
        if let Some(help) = &warning.help {
            let _ = write!(text, "\nhelp: {help}");
        }
        Case { name, seconds: 0.0, result: Result::Failure(warning.message.clone(), text) }
    }

    fn of(file: &FileReport, group: &GroupReport) -> Self {
        // promtool's name for a group without one.
        let name = if group.name.is_empty() { format!("unnamed#{}", group.index) } else { group.name.clone() };
        Case { name, seconds: group.elapsed.as_secs_f64(), result: Case::result(file, group) }
    }

    fn result(file: &FileReport, group: &GroupReport) -> Result {
        let mut text = String::new();
        for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
            let (label, _) = words::places(file, assertion);
            let place = label.file.position(label.span.start);
            // `write!` to a string cannot fail.
            let _ = writeln!(
                text,
                "{}:{}:{}: {}: {}",
                label.file.name(),
                place.line,
                place.column,
                words::subject(assertion),
                words::verdict(assertion)
            );
            for line in words::details(assertion) {
                let _ = writeln!(text, "  {line}");
            }
        }
        if !group.errors.is_empty() {
            for error in &group.errors {
                let _ = writeln!(text, "{}", diagnostic_text(error));
            }
            return Result::Error(group.errors.first().map_or_else(String::new, |e| e.message.clone()), text);
        }
        let failed = group.assertions.iter().filter(|assertion| assertion.outcome.failed()).count();
        let not_run = group.assertions.iter().any(|assertion| matches!(assertion.outcome, Outcome::NotRun));
        match failed {
            0 if group.skipped || not_run => Result::Skipped,
            0 => Result::Passed,
            _ => Result::Failure(format!("{failed} of {} failed", counted(group.assertions.len(), "assertion")), text),
        }
    }
}

fn diagnostic_text(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.primary.file.position(diagnostic.primary.span.start);
    let name = diagnostic.primary.file.name();
    format!("{name}:{}:{}: {}: {}", place.line, place.column, diagnostic.rule, diagnostic.message)
}

/// Text that may stand in an attribute and between tags. Characters that XML 1.0 cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push('\t'),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
