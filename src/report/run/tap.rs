//! `--output-format tap`: the Test Anything Protocol, version 14; one test point per assertion.

use std::io::{self, Write};

use super::{TestView, words};
use crate::lint::config::FailOn;
use crate::report::text::one_line;
use crate::source::Diagnostic;
use crate::unittest::report::{FileReport, GroupReport, Outcome, TestReport};

pub(super) fn write(out: &mut dyn Write, report: &TestReport, view: &TestView) -> io::Result<()> {
    writeln!(out, "TAP version 14")?;
    let mut points = Points { out, fail_on: view.fail_on, count: 0 };
    for file in &report.files {
        points.file(file)?;
    }
    let count = points.count;
    writeln!(out, "1..{count}")
}

struct Points<'a> {
    out: &'a mut dyn Write,
    /// Which warnings fail.
    fail_on: FailOn,
    count: usize,
}

impl Points<'_> {
    fn file(&mut self, file: &FileReport) -> io::Result<()> {
        let name = file.file.name();
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        for diagnostic in file.problems.iter().chain(rule_problems) {
            self.point(false, &format!("{name}: can be run"), "", &diagnostic_lines(diagnostic))?;
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
        let place = warning.primary.file.position(warning.primary.span.start);
        if self.fail_on.fails(warning.severity) {
            let title = format!("{name}: no {} at {}:{}", warning.rule, place.line, place.column);
            let help = warning.help.iter().map(|help| format!("help: {help}"));
            let lines: Vec<String> = diagnostic_lines(warning).into_iter().chain(help).collect();
            return self.point(false, &title, "", &lines);
        }
        let line = format!("{name}:{}:{}: warning: {}", place.line, place.column, warning.message);
        writeln!(self.out, "# {}", one_line(&line))
    }

    fn group(&mut self, file: &FileReport, group: &GroupReport) -> io::Result<()> {
        let name = format!("{}: {}", file.file.name(), words::group_name(group));
        for diagnostic in &group.errors {
            self.point(false, &format!("{name}: runs to its end"), "", &diagnostic_lines(diagnostic))?;
        }
        for assertion in &group.assertions {
            let directive = if matches!(assertion.outcome, Outcome::NotRun) { " # SKIP not checked" } else { "" };
            let mut lines = Vec::new();
            if assertion.outcome.failed() {
                let (label, _) = words::places(file, assertion);
                let place = label.file.position(label.span.start);
                lines.push(format!("{}:{}:{}", label.file.name(), place.line, place.column));
                lines.push(words::verdict(assertion));
                lines.extend(words::details(assertion));
            }
            let title = format!("{name}: {}", words::subject(assertion));
            self.point(!assertion.outcome.failed(), &title, directive, &lines)?;
        }
        if group.assertions.is_empty() && group.errors.is_empty() {
            let directive = if group.skipped { " # SKIP after the first failure" } else { "" };
            self.point(true, &format!("{name}: rules can be evaluated"), directive, &[])?;
        }
        Ok(())
    }

    /// One test point; `#` and line breaks in its title would mean something else.
    fn point(&mut self, ok: bool, title: &str, directive: &str, lines: &[String]) -> io::Result<()> {
        self.count += 1;
        let title = one_line(title).replace('\\', "\\\\").replace('#', "\\#");
        writeln!(self.out, "{} {} - {title}{directive}", if ok { "ok" } else { "not ok" }, self.count)?;
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "  ---\n  message: |")?;
        for line in lines {
            writeln!(self.out, "    {}", one_line(line))?;
        }
        writeln!(self.out, "  ...")
    }
}

fn diagnostic_lines(diagnostic: &Diagnostic) -> Vec<String> {
    let place = diagnostic.primary.file.position(diagnostic.primary.span.start);
    let name = diagnostic.primary.file.name();
    vec![format!("{name}:{}:{}", place.line, place.column), diagnostic.message.clone()]
}
