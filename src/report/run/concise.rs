//! `--output-format concise`: one line per failure, `file:line:column: error[test] …`.

use std::io::{self, Write};

use super::{TestView, timings, words};
use crate::report::text::one_line;
use crate::report::{Style, concise, passed_over};
use crate::source::Severity;
use crate::unittest::report::{Outcome, TestReport};

pub(super) fn write(out: &mut dyn Write, style: &Style, report: &TestReport, view: &TestView) -> io::Result<()> {
    for file in &report.files {
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        for diagnostic in file.problems.iter().chain(rule_problems) {
            concise::write_diagnostic(out, style, diagnostic)?;
        }
        for warning in &file.warnings {
            concise::write_diagnostic(out, style, &words::shown_warning(warning, view))?;
        }
        for group in &file.groups {
            for diagnostic in &group.errors {
                concise::write_diagnostic(out, style, diagnostic)?;
            }
            for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
                if let Outcome::Error(diagnostic) = &assertion.outcome {
                    concise::write_diagnostic(out, style, diagnostic)?;
                    continue;
                }
                let (label, _) = words::places(file, assertion);
                let place = label.file.position(label.span.start());
                let name = one_line(label.file.name());
                writeln!(
                    out,
                    "{}: {} {}: {}",
                    style.paint(Style::STRONG, format_args!("{name}:{}:{}", place.line, place.column)),
                    style.paint(Style::severity(Severity::Error), "failed"),
                    one_line(&words::subject(assertion)),
                    one_line(&words::verdict(assertion)),
                )?;
            }
        }
    }
    if view.timings {
        timings::write(out, style, report)?;
    }
    if !view.quiet {
        passed_over::write(out, style, &report.passed_over)?;
    }
    let closing = words::Closing { report, view };
    let emphasis = if closing.failed() { Style::BAD } else { Style::GOOD };
    writeln!(out, "{}", style.paint(emphasis, closing))
}
