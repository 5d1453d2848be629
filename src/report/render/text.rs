//! Rendered alerts for people: rule by rule, one label or annotation a line, remarks below it.

use std::io::{self, Write};

use super::{RenderView, problems_of, shown_tests};
use crate::alerting::AlertState;
use crate::model::duration::format_duration;
use crate::report::run::words;
use crate::report::text::one_line;
use crate::report::{Style, full};
use crate::source::SourceFile;
use crate::source::Span;
use crate::source::words::counted;
use crate::unittest::rendering::{AlertRendering, Appearance, RenderedField, RenderedRule};
use crate::unittest::report::TestReport;

pub(super) fn write(
    out: &mut dyn Write,
    style: &Style,
    report: &TestReport,
    rules: &[RenderedRule<'_>],
    view: RenderView,
) -> io::Result<()> {
    write_errors(out, style, report)?;
    let shown = |rule: &&RenderedRule<'_>| rule.appearances.iter().any(|a| !a.rendering.alerts.is_empty());
    let (active, silent): (Vec<_>, Vec<_>) = rules.iter().partition(shown);
    for rule in &active {
        write_rule(out, style, rule, view)?;
    }
    write_silent(out, style, &silent, view)?;
    let problems: usize = rules.iter().map(|rule| problems_of(rule, view)).sum();
    let emphasis = if problems > 0 || report.failed_to_run() { Style::BAD } else { Style::GOOD };
    let mut closing = format!("rendered: {} of {}", active.len(), counted(rules.len(), "alerting rule"));
    if problems > 0 {
        closing.push_str(&format!("; {}", counted(problems, "remark")));
    }
    writeln!(out, "{}", style.paint(emphasis, closing))
}

/// What kept tests from running.
fn write_errors(out: &mut dyn Write, style: &Style, report: &TestReport) -> io::Result<()> {
    for file in &report.files {
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        let of_groups = file.groups.iter().flat_map(|group| &group.errors);
        for diagnostic in file.problems.iter().chain(rule_problems).chain(of_groups) {
            full::write_diagnostic(out, style, diagnostic)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn write_rule(out: &mut dyn Write, style: &Style, rule: &RenderedRule<'_>, view: RenderView) -> io::Result<()> {
    let at = place(&rule.rule.file, rule.rule.span);
    writeln!(
        out,
        "{}  {}",
        style.paint(Style::STRONG, one_line(&rule.rule.name)),
        style.paint(Style::FAINT, one_line(&at))
    )?;
    let with_alerts = rule.appearances.iter().filter(|appearance| !appearance.rendering.alerts.is_empty());
    for appearance in with_alerts.clone().take(shown_tests(view)) {
        for (index, alert) in appearance.rendering.alerts.iter().enumerate() {
            write_when(out, style, appearance, alert, view, index == 0)?;
            write_alert(out, style, &rule.rule.file, alert)?;
        }
        if appearance.rendering.more > 0 {
            let more = counted(appearance.rendering.more, "more alert");
            let help = if view.all { "" } else { ", see --all" };
            writeln!(out, "  {}", style.paint(Style::FAINT, format_args!("and {more} in this test{help}")))?;
        }
    }
    let others = with_alerts.count().saturating_sub(shown_tests(view));
    if others > 0 {
        let text = format!("and in {}, see --all", counted(others, "more test"));
        writeln!(out, "  {}", style.paint(Style::FAINT, text))?;
    }
    writeln!(out)
}

/// `fires first at 5m45s in "a test" (a.yml:12)`
fn write_when(
    out: &mut dyn Write,
    style: &Style,
    appearance: &Appearance<'_>,
    alert: &AlertRendering,
    view: RenderView,
    is_first: bool,
) -> io::Result<()> {
    let at = format_duration(alert.at_ms);
    let state = match alert.state {
        AlertState::Pending => "pending",
        AlertState::Firing => "fires",
        AlertState::KeptFiring => "is kept firing",
    };
    let state = match (view.at_ms, alert.state) {
        (Some(_), AlertState::Pending) => format!("is pending at {at}"),
        (Some(_), _) => format!("{state} at {at}"),
        (None, AlertState::Pending) => format!("is pending at {at} and never fires"),
        (None, _) if is_first => format!("{state} first at {at}"),
        (None, _) => format!("{state} at {at}"),
    };
    let line = place(&appearance.file.file, appearance.group.span);
    let test = format!("in test \"{}\" ({line})", words::group_name(appearance.group));
    let since = format!("since {}, value {}", format_duration(alert.active_at_ms), alert.value);
    writeln!(out, "  {state}, active {} {}", one_line(&since), style.paint(Style::FAINT, one_line(&test)))
}

fn write_alert(out: &mut dyn Write, style: &Style, file: &SourceFile, alert: &AlertRendering) -> io::Result<()> {
    let names = alert.labels.iter().chain(&alert.annotations).map(|field| field.name.chars().count());
    let width = names.max().unwrap_or(0).min(MAX_NAME);
    for (kind, fields) in [("labels", &alert.labels), ("annotations", &alert.annotations)] {
        if fields.is_empty() {
            writeln!(out, "    {}", style.paint(Style::FAINT, format_args!("no {kind}")))?;
            continue;
        }
        writeln!(out, "    {}", style.paint(Style::FAINT, kind))?;
        for field in fields {
            write_field(out, style, file, field, width)?;
        }
    }
    Ok(())
}

/// The column of names is not wider.
const MAX_NAME: usize = 24;

fn write_field(
    out: &mut dyn Write,
    style: &Style,
    file: &SourceFile,
    field: &RenderedField,
    width: usize,
) -> io::Result<()> {
    let name = format!("{:width$}", one_line(&field.name));
    let mut lines = field.text.lines();
    match lines.next().filter(|line| !line.is_empty()) {
        Some(first) => writeln!(out, "      {}  {}", style.paint(Style::CODE, &name), one_line(first))?,
        None => writeln!(out, "      {}", style.paint(Style::CODE, name.trim_end()))?,
    }
    for line in lines {
        writeln!(out, "{}", format!("      {:width$}  {}", "", one_line(line)).trim_end())?;
    }
    let at = field.span.map(|span| place(file, span)).unwrap_or_default();
    for problem in &field.problems {
        let rule = problem.rule.map(|rule| format!(" [{rule}]")).unwrap_or_default();
        let at = format!("{}{rule}", one_line(&at));
        let problem = format!("! {}", one_line(&problem.message));
        writeln!(out, "      {:width$}  {}  {}", "", style.paint(Style::BAD, problem), style.paint(Style::FAINT, at))?;
    }
    Ok(())
}

fn write_silent(out: &mut dyn Write, style: &Style, silent: &[&RenderedRule<'_>], view: RenderView) -> io::Result<()> {
    if silent.is_empty() {
        return Ok(());
    }
    let heading = match view.at_ms {
        Some(at_ms) => format!("neither pending nor firing at {} in any of these tests:", format_duration(at_ms)),
        None => "no data: neither pending nor firing in any of these tests:".to_owned(),
    };
    writeln!(out, "{}", style.paint(Style::STRONG, heading))?;
    for rule in silent {
        let at = place(&rule.rule.file, rule.rule.span);
        writeln!(out, "  {}  {}", one_line(&rule.rule.name), style.paint(Style::FAINT, one_line(&at)))?;
    }
    writeln!(out)
}

/// `file:line`
fn place(file: &SourceFile, span: Span) -> String {
    format!("{}:{}", file.name(), file.position(span.start()).line)
}
