//! A run of tests as findings, for formats that list those and nothing else.

use super::{TestView, words};
use crate::source::{Diagnostic, Severity};
use crate::unittest::report::{Assertion, FileReport, Outcome, TestReport};

/// The id of an assertion that does not hold.
const FAILED: &str = "test/failed";

/// What keeps tests from running, what they warn of, and each assertion that does not hold, file by file.
pub fn diagnostics(report: &TestReport, view: &TestView) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for file in &report.files {
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        all.extend(file.problems.iter().chain(rule_problems).cloned());
        all.extend(file.warnings.iter().map(|warning| words::shown_warning(warning, view)));
        for group in &file.groups {
            all.extend(group.errors.iter().cloned());
            let failed = group.assertions.iter().filter(|assertion| assertion.outcome.failed());
            all.extend(failed.map(|assertion| diagnostic(file, assertion)));
        }
    }
    all
}

fn diagnostic(file: &FileReport, assertion: &Assertion) -> Diagnostic {
    if let Outcome::Error(diagnostic) = &assertion.outcome {
        return (**diagnostic).clone();
    }
    let (primary, related) = words::places(file, assertion);
    // These formats have no place for the differences but the message.
    let mut message = format!("{}: {}", words::subject(assertion), words::verdict(assertion));
    for line in words::details(assertion) {
        message.push('\n');
        message.push_str(&line);
    }
    let mut diagnostic = Diagnostic::new(FAILED, Severity::Error, message, primary);
    diagnostic.related = related;
    diagnostic
}
