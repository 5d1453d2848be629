//! JUnit's XML, as promtool writes it: a suite for each file, a case for each test group.
//!
//! Warnings stand in a suite's `system-out`. Where they fail the run each is a failed case of its own, or nobody would
//! see why the run is red.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{TestView, words};
use crate::report::junit::{self, Case, FILE_CASE, Result, Suite, WARNING_CASE, line_of};
use crate::source::Diagnostic;
use crate::source::words::counted;
use crate::unittest::report::{FileReport, GroupReport, Outcome, TestReport};

pub(super) fn write(out: &mut dyn Write, report: &TestReport, view: &TestView) -> io::Result<()> {
    let suites: Vec<Suite> = report.files.iter().map(|file| suite(file, view)).collect();
    junit::write(out, &suites, report.part.map(Into::into).as_ref())
}

fn suite(file: &FileReport, view: &TestView) -> Suite {
    let mut cases = Vec::new();
    let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
    let problems: Vec<&Diagnostic> = file.problems.iter().chain(rule_problems).collect();
    if !problems.is_empty() {
        let text = problems.iter().map(|problem| line_of(problem)).collect::<Vec<_>>().join("\n");
        let headline = counted(problems.len(), "error");
        cases.push(Case { name: FILE_CASE.to_owned(), seconds: 0.0, result: Result::Error(headline, text) });
    }
    cases.extend(file.groups.iter().map(|group| case(file, group)));
    let mut notes = Vec::new();
    for warning in &file.warnings {
        match view.fail_on.fails(warning.severity) {
            true => cases.push(Case::of_finding(WARNING_CASE, warning)),
            false => notes.push(line_of(warning)),
        }
    }
    Suite { name: file.file.name().to_owned(), seconds: file.elapsed.as_secs_f64(), cases, notes }
}

fn case(file: &FileReport, group: &GroupReport) -> Case {
    // promtool's name for a group without one.
    let name = if group.name.is_empty() { format!("unnamed#{}", group.index) } else { group.name.clone() };
    Case { name, seconds: group.elapsed.as_secs_f64(), result: result(file, group) }
}

fn result(file: &FileReport, group: &GroupReport) -> Result {
    let mut text = String::new();
    for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
        let (label, _) = words::places(file, assertion);
        let place = label.file.position(label.span.start());
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
            let _ = writeln!(text, "{}", line_of(error));
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
