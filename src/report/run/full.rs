//! `--output-format full`: for people. Passing files take a line; a failure shows its source, the differences, the
//! timeline and the expression.

use std::io::{self, Write};

use super::timeline::Picture;
use super::{TestView, difference, life, timeline, timings, why, words};
use crate::report::text::one_line;
use crate::report::{Look, excuse, full, passed_over, snippet};
use crate::source::Severity;
use crate::source::words::counted;
use crate::unittest::report::{Assertion, Explanation, FileReport, GroupReport, Outcome, TestReport};

/// If more files passed than this, they get no line of their own.
const MAX_PASSED_LINES: usize = 50;

pub(super) fn write(out: &mut dyn Write, look: &Look, report: &TestReport, view: &TestView) -> io::Result<()> {
    let passed = report.files.iter().filter(|file| !words::file_failed(file, view)).count();
    let list_passed = !view.quiet && passed <= MAX_PASSED_LINES;
    for file in &report.files {
        write_file(out, look, file, view, list_passed)?;
    }
    if view.timings {
        timings::write(out, look, report)?;
    }
    if !view.quiet {
        passed_over::write(out, look, &report.passed_over)?;
        excuse::write(out, look, report.files.iter().flat_map(|file| &file.warnings))?;
    }
    let closing = words::Closing { report, view };
    let style = if closing.failed() { Look::BAD } else { Look::GOOD };
    writeln!(out, "{}", look.paint(style, closing))
}

fn write_file(
    out: &mut dyn Write,
    look: &Look,
    file: &FileReport,
    view: &TestView,
    list_passed: bool,
) -> io::Result<()> {
    let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
    for diagnostic in file.problems.iter().chain(rule_problems) {
        full::write_diagnostic(out, look, diagnostic)?;
        writeln!(out)?;
    }
    for group in &file.groups {
        for diagnostic in &group.errors {
            full::write_diagnostic(out, look, diagnostic)?;
            writeln!(out)?;
        }
        for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
            write_assertion(out, look, file, group, assertion)?;
            writeln!(out)?;
        }
    }
    for warning in &file.warnings {
        full::write_diagnostic(out, look, &words::shown_warning(warning, view))?;
        writeln!(out)?;
    }
    if words::file_failed(file, view) || list_passed {
        write_file_line(out, look, file, view)?;
    }
    Ok(())
}

/// `ok  tests/a.yml  3 groups, 12 assertions`
fn write_file_line(out: &mut dyn Write, look: &Look, file: &FileReport, view: &TestView) -> io::Result<()> {
    let assertions = file.groups.iter().map(|group| group.assertions.len()).sum();
    let failed: usize =
        file.groups.iter().flat_map(|group| &group.assertions).filter(|assertion| assertion.outcome.failed()).count();
    let word =
        if words::file_failed(file, view) { look.paint(Look::BAD, "FAIL") } else { look.paint(Look::GOOD, "ok  ") };
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
    writeln!(out, "{word}  {}  {}", one_line(file.file.name()), look.paint(Look::FAINT, figures))
}

fn write_assertion(
    out: &mut dyn Write,
    look: &Look,
    file: &FileReport,
    group: &GroupReport,
    assertion: &Assertion,
) -> io::Result<()> {
    if let Outcome::Error(diagnostic) = &assertion.outcome {
        return full::write_diagnostic(out, look, diagnostic);
    }
    writeln!(
        out,
        "{}{} {}",
        look.paint(Look::severity(Severity::Error), "failed"),
        look.paint(
            Look::STRONG,
            format_args!(": {}: {}", one_line(&words::subject(assertion)), one_line(&words::verdict(assertion)))
        ),
        look.paint(Look::FAINT, format_args!("(in test {})", one_line(&words::group_name(group)))),
    )?;
    let (primary, related) = words::places(file, assertion);
    snippet::write(out, look, Severity::Error, &primary, &related)?;
    match &assertion.outcome {
        Outcome::Alerts(failure) => {
            difference::write_alerts(out, look, failure)?;
            write_notes(out, look, &failure.notes)?;
            timeline::write(out, look, &Picture::of_alerts(failure))?;
            write_why(out, look, failure.why.as_ref())
        }
        Outcome::Samples(failure) => {
            difference::write_samples(out, look, failure)?;
            write_notes(out, look, &failure.notes)?;
            write_why(out, look, failure.why.as_ref())
        }
        Outcome::Timeline(failure) => {
            life::write(out, look, failure)?;
            write_notes(out, look, &failure.notes)?;
            timeline::write(out, look, &Picture::of_life(failure))?;
            write_why(out, look, failure.why.as_ref())
        }
        Outcome::Message(failure) => {
            life::write_message(out, look, failure)?;
            write_why(out, look, failure.why.as_ref())
        }
        Outcome::Passed | Outcome::NotRun | Outcome::Error(_) => Ok(()),
    }
}

/// The expression, unless it is one selector or number, whose value has been shown.
fn write_why(out: &mut dyn Write, look: &Look, why: Option<&Explanation>) -> io::Result<()> {
    match why.filter(|why| why.parts.len() > 1 || why.parts.iter().any(|part| part.note.is_some())) {
        Some(why) => why::write(out, look, why),
        None => Ok(()),
    }
}

fn write_notes(out: &mut dyn Write, look: &Look, notes: &[String]) -> io::Result<()> {
    for note in notes {
        writeln!(out, "  {} {}", look.paint(Look::CODE, "note:"), one_line(note))?;
    }
    Ok(())
}
