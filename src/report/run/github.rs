//! `--output-format github`: workflow commands, which GitHub shows as annotations of the changed lines.

use std::io;

use super::{TestView, words};
use crate::report::diagnostics::github::write_annotation;
use crate::report::workflow::Annotations;
use crate::report::{Style, passed_over};
use crate::source::{Diagnostic, Severity};
use crate::unittest::report::{Outcome, TestReport};

pub(super) fn write(out: &mut dyn Annotations, report: &TestReport, view: &TestView) -> io::Result<()> {
    let annotate = |out: &mut dyn Annotations, severity: Severity, diagnostic: &Diagnostic| {
        let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
        let message = format!("{}{help}", diagnostic.message);
        write_annotation(out, severity, &diagnostic.primary, diagnostic.rule, &message)
    };
    for file in &report.files {
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        for diagnostic in file.problems.iter().chain(rule_problems) {
            annotate(out, Severity::Error, diagnostic)?;
        }
        for diagnostic in &file.warnings {
            annotate(out, words::warning_severity(diagnostic, view), diagnostic)?;
        }
        for group in &file.groups {
            for diagnostic in &group.errors {
                annotate(out, Severity::Error, diagnostic)?;
            }
            for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
                if let Outcome::Error(diagnostic) = &assertion.outcome {
                    annotate(out, Severity::Error, diagnostic)?;
                    continue;
                }
                let (label, _) = words::places(file, assertion);
                let mut message = format!("{}: {}", words::subject(assertion), words::verdict(assertion));
                for line in words::details(assertion) {
                    message.push('\n');
                    message.push_str(&line);
                }
                let title = format!("test {} failed", words::group_name(group));
                write_annotation(out, Severity::Error, &label, &title, &message)?;
            }
        }
    }
    if !view.quiet {
        passed_over::write(out, &Style::plain(), &report.passed_over)?;
    }
    writeln!(out, "{}", words::Closing { report, view })
}
