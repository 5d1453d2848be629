//! `--output-format full`: for people. Passing files take a line; a failure shows its source, the differences, the
//! timeline and the expression.

use std::io::{self, Write};

use super::timeline::Picture;
use super::{TestView, difference, life, timeline, timings, why, words};
use crate::report::text::one_line;
use crate::report::{Style, excuse, full, passed_over, snippet};
use crate::source::Severity;
use crate::source::words::counted;
use crate::unittest::report::{Assertion, Explanation, FileReport, GroupReport, Outcome, TestReport};

/// If more files passed than this, they get no line of their own.
const MAX_PASSED_LINES: usize = 50;

pub(super) fn write(out: &mut dyn Write, style: &Style, report: &TestReport, view: &TestView) -> io::Result<()> {
    let passed = report.files.iter().filter(|file| !words::file_failed(file, view)).count();
    let list_passed = !view.quiet && passed <= MAX_PASSED_LINES;
    for file in &report.files {
        write_file(out, style, file, view, list_passed)?;
    }
    if view.timings {
        timings::write(out, style, report)?;
    }
    if !view.quiet {
        passed_over::write(out, style, &report.passed_over)?;
        excuse::write(out, style, report.files.iter().flat_map(|file| &file.warnings))?;
    }
    let closing = words::Closing { report, view };
    let emphasis = if closing.failed() { Style::BAD } else { Style::GOOD };
    writeln!(out, "{}", style.paint(emphasis, closing))
}

fn write_file(
    out: &mut dyn Write,
    style: &Style,
    file: &FileReport,
    view: &TestView,
    list_passed: bool,
) -> io::Result<()> {
    let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
    for diagnostic in file.problems.iter().chain(rule_problems) {
        full::write_diagnostic(out, style, diagnostic)?;
        writeln!(out)?;
    }
    for group in &file.groups {
        for diagnostic in &group.errors {
            full::write_diagnostic(out, style, diagnostic)?;
            writeln!(out)?;
        }
        for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
            write_assertion(out, style, file, group, assertion)?;
            writeln!(out)?;
        }
    }
    for warning in &file.warnings {
        full::write_diagnostic(out, style, &words::shown_warning(warning, view))?;
        writeln!(out)?;
    }
    if words::file_failed(file, view) || list_passed {
        write_file_line(out, style, file, view)?;
    }
    Ok(())
}

/// `ok  tests/a.yml  3 groups, 12 assertions`
fn write_file_line(out: &mut dyn Write, style: &Style, file: &FileReport, view: &TestView) -> io::Result<()> {
    let assertions = file.groups.iter().map(|group| group.assertions.len()).sum();
    let failed: usize =
        file.groups.iter().flat_map(|group| &group.assertions).filter(|assertion| assertion.outcome.failed()).count();
    let word =
        if words::file_failed(file, view) { style.paint(Style::BAD, "FAIL") } else { style.paint(Style::GOOD, "ok  ") };
    let mut figures = format!("{}, {}", counted(file.groups.len(), "group"), counted(assertions, "assertion"));
    if !file.problems.is_empty() {
        figures = "cannot be run".to_owned();
    } else if file.has_rule_errors() {
        figures.push_str(", the rules cannot be loaded");
    } else if failed > 0 {
        figures.push_str(&format!(", {failed} failed"));
    }
    if words::failing_warnings(file, view) > 0 {
        figures.push_str(&format!(", {}", counted(file.warnings.len(), "warning")));
    }
    writeln!(out, "{word}  {}  {}", one_line(file.file.name()), style.paint(Style::FAINT, figures))
}

pub(super) fn write_assertion(
    out: &mut dyn Write,
    style: &Style,
    file: &FileReport,
    group: &GroupReport,
    assertion: &Assertion,
) -> io::Result<()> {
    if let Outcome::Error(diagnostic) = &assertion.outcome {
        return full::write_diagnostic(out, style, diagnostic);
    }
    writeln!(
        out,
        "{}{} {}",
        style.paint(Style::severity(Severity::Error), "failed"),
        style.paint(
            Style::STRONG,
            format_args!(": {}: {}", one_line(&words::subject(assertion)), one_line(&words::verdict(assertion)))
        ),
        style.paint(Style::FAINT, format_args!("(in test {})", one_line(&words::group_name(group)))),
    )?;
    let (primary, related) = words::places(file, assertion);
    snippet::write(out, style, Severity::Error, &primary, &related)?;
    match &assertion.outcome {
        Outcome::Alerts(failure) => {
            difference::write_alerts(out, style, failure)?;
            write_notes(out, style, &failure.notes)?;
            timeline::write(out, style, &Picture::of_alerts(failure))?;
            write_why(out, style, failure.why.as_ref())
        }
        Outcome::Samples(failure) => {
            difference::write_samples(out, style, failure)?;
            write_notes(out, style, &failure.notes)?;
            write_why(out, style, failure.why.as_ref())
        }
        Outcome::Timeline(failure) => {
            life::write(out, style, failure)?;
            write_notes(out, style, &failure.notes)?;
            timeline::write(out, style, &Picture::of_life(failure))?;
            write_why(out, style, failure.why.as_ref())
        }
        Outcome::Message(failure) => {
            life::write_message(out, style, failure)?;
            write_why(out, style, failure.why.as_ref())
        }
        Outcome::Passed | Outcome::NotRun | Outcome::Error(_) => Ok(()),
    }
}

/// The expression, unless it is one selector or number, whose value has been shown.
fn write_why(out: &mut dyn Write, style: &Style, why: Option<&Explanation>) -> io::Result<()> {
    match why.filter(|why| why.parts.len() > 1 || why.parts.iter().any(|part| part.note.is_some())) {
        Some(why) => why::write(out, style, why),
        None => Ok(()),
    }
}

fn write_notes(out: &mut dyn Write, style: &Style, notes: &[String]) -> io::Result<()> {
    for note in notes {
        writeln!(out, "  {} {}", style.paint(Style::CODE, "note:"), one_line(note))?;
    }
    Ok(())
}
