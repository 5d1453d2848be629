//! `--output-format markdown`: a summary of a run as GitHub and GitLab show it, in a job summary or a comment.
//!
//! Whatever comes from a file is escaped: nothing in it makes a heading, a link, a picture or HTML. Summaries are bounded, as
//! GitHub takes 1 MiB of a step.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::lint;
use crate::report::findings::slashed;
use crate::report::text::one_line;
use crate::report::{CheckReport, Failure, documentation_url, origin, passed_over};
use crate::source::words::{counted, shortened};
use crate::source::{Applicability, Diagnostic, Severity};

/// So many findings are listed; more are counted.
const MAX_ROWS: usize = 200;
/// So many characters of a message are shown.
const MAX_MESSAGE: usize = 600;

/// Writes a heading with the figures, and a table of the findings, errors first. The first line is a comment, which is not
/// shown, with the figures for scripts.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let summary = &report.summary;
    let (errors, warnings, notes) = (summary.errors, summary.warnings, summary.infos);
    writeln!(out, "<!-- promproof check: errors={errors} warnings={warnings} notes={notes} -->")?;
    let fails = summary.fails(report.fail_on) || !report.failures.is_empty();
    writeln!(out, "### {} promproof check: {}\n", sign(fails), inline(&summary.to_string()))?;
    write_failures(out, &report.failures)?;
    write_table(out, &report.diagnostics)?;
    if !report.passed_over.is_empty() {
        writeln!(out, "Passed over: {}.\n", inline(&passed_over::in_words(&report.passed_over)))?;
    }
    Ok(())
}

/// What stands for how a run went.
pub(in crate::report) const fn sign(fails: bool) -> &'static str {
    if fails { "❌" } else { "✅" }
}

/// What could not be read or done.
pub(in crate::report) fn write_failures(out: &mut dyn Write, failures: &[Failure]) -> io::Result<()> {
    for failure in failures.iter().take(MAX_ROWS) {
        writeln!(out, "- **error**: {}", inline(&failure.to_string()))?;
    }
    if failures.is_empty() { Ok(()) } else { writeln!(out) }
}

/// A table of findings, the most severe first; nothing where there are none.
///
/// # Errors
/// What `out` reports.
pub(in crate::report) fn write_table(out: &mut dyn Write, findings: &[Diagnostic]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<&Diagnostic> = findings.iter().collect();
    rows.sort_by_key(|finding| rank(finding.severity));
    writeln!(out, "| | place | finding |\n| --- | --- | --- |")?;
    for finding in rows.iter().take(MAX_ROWS) {
        writeln!(out, "{}", row(finding))?;
    }
    if rows.len() > MAX_ROWS {
        writeln!(out, "\nand {} more", counted(rows.len() - MAX_ROWS, "finding"))?;
    }
    writeln!(out)
}

const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    }
}

fn row(finding: &Diagnostic) -> String {
    let word = match finding.severity {
        Severity::Error => "🔴 error",
        Severity::Warning => "🟡 warning",
        Severity::Info => "🔵 note",
    };
    let place = finding.primary.file.position(finding.primary.span.start());
    let place = format!("{}:{}:{}", slashed(finding.primary.file.name()), place.line, place.column);
    let mut row = format!("| {word} | {} | {}", code(&place), inline(&shortened(&finding.message, MAX_MESSAGE)));
    let mut add = |head: &str, text: &str| {
        // Writing to a string cannot fail.
        let _ = write!(row, "<br>{head}{}", inline(&shortened(text, MAX_MESSAGE)));
    };
    if let Some(template) = origin::of(&finding.primary) {
        add("rendered from ", template);
    }
    if let Some(help) = &finding.help {
        add("help: ", help);
    }
    if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe) {
        add("--fix: ", &fix.title);
    }
    // What only goes wrong while tests run has no page.
    match lint::find(finding.rule) {
        Some(_) => format!("{row}<br>[{}]({}) |", finding.rule, documentation_url(finding.rule)),
        None => format!("{row}<br>{} |", escaped(finding.rule)),
    }
}

/// Text as code, on one line.
pub(in crate::report) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(&one_line(text)))
}

/// Text of a message on one line, what stands in backticks as code.
pub(in crate::report) fn inline(text: &str) -> String {
    let line = text.lines().map(one_line).collect::<Vec<_>>().join(" ");
    let (mut out, mut rest) = (String::new(), line.as_str());
    while let Some((before, (inside, after))) =
        rest.split_once('`').and_then(|(before, after)| Some((before, after.split_once('`')?)))
    {
        out.push_str(&escaped(before));
        out.push_str(&code(inside));
        rest = after;
    }
    // A backtick that is left alone begins nothing.
    out.push_str(&escaped(rest));
    out
}

/// Text that means nothing to Markdown or HTML within a line.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_active = |character: char| r"&<>\`*_[]#!|~$@".contains(character);
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match is_active(character) {
            true => out.push_str(&format!("&#{};", u32::from(character))),
            false => out.push(character),
        }
    }
    Cow::Owned(out)
}
