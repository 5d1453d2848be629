//! `--output-format tap`: the Test Anything Protocol, version 14; one test point per assertion.

use std::io::{self, Write};

use super::{TestView, words};
use crate::lint::config::FailOn;
use crate::report::tap::Points;
use crate::source::Diagnostic;
use crate::unittest::report::{FileReport, GroupReport, Outcome, TestReport};

pub(super) fn write(out: &mut dyn Write, report: &TestReport, view: &TestView) -> io::Result<()> {
    let mut tests = Tests { points: Points::begin(out)?, fail_on: view.fail_on };
    for file in &report.files {
        tests.file(file)?;
    }
    tests.points.end()
}

struct Tests<'a> {
    points: Points<'a>,
    /// Which warnings fail.
    fail_on: FailOn,
}

impl Tests<'_> {
    fn file(&mut self, file: &FileReport) -> io::Result<()> {
        let name = file.file.name();
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        for diagnostic in file.problems.iter().chain(rule_problems) {
            self.points.point(false, &format!("{name}: can be run"), "", &diagnostic_lines(diagnostic))?;
        }
        for diagnostic in &file.warnings {
            self.warning(name, diagnostic)?;
        }
        for group in &file.groups {
            self.group(file, group)?;
        }
        Ok(())
    }

    fn warning(&mut self, name: &str, warning: &Diagnostic) -> io::Result<()> {
        let place = warning.primary.file.position(warning.primary.span.start());
        if self.fail_on.fails(warning.severity) {
            let title = format!("{name}: no {} at {}:{}", warning.rule, place.line, place.column);
            let help = warning.help.iter().map(|help| format!("help: {help}"));
            let lines: Vec<String> = diagnostic_lines(warning).into_iter().chain(help).collect();
            return self.points.point(false, &title, "", &lines);
        }
        let line = format!("{name}:{}:{}: warning: {}", place.line, place.column, warning.message);
        self.points.comment(&line)
    }

    fn group(&mut self, file: &FileReport, group: &GroupReport) -> io::Result<()> {
        let name = format!("{}: {}", file.file.name(), words::group_name(group));
        for diagnostic in &group.errors {
            self.points.point(false, &format!("{name}: runs to its end"), "", &diagnostic_lines(diagnostic))?;
        }
        for assertion in &group.assertions {
            let directive = if matches!(assertion.outcome, Outcome::NotRun) { " # SKIP not checked" } else { "" };
            let mut lines = Vec::new();
            if assertion.outcome.failed() {
                let (label, _) = words::places(file, assertion);
                let place = label.file.position(label.span.start());
                lines.push(format!("{}:{}:{}", label.file.name(), place.line, place.column));
                lines.push(words::verdict(assertion));
                lines.extend(words::details(assertion));
            }
            let title = format!("{name}: {}", words::subject(assertion));
            self.points.point(!assertion.outcome.failed(), &title, directive, &lines)?;
        }
        if group.assertions.is_empty() && group.errors.is_empty() {
            let directive = if group.skipped { " # SKIP after the first failure" } else { "" };
            self.points.point(true, &format!("{name}: rules can be evaluated"), directive, &[])?;
        }
        Ok(())
    }
}

fn diagnostic_lines(diagnostic: &Diagnostic) -> Vec<String> {
    let place = diagnostic.primary.file.position(diagnostic.primary.span.start());
    let name = diagnostic.primary.file.name();
    vec![format!("{name}:{}:{}", place.line, place.column), diagnostic.message.clone()]
}
