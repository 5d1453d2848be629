//! `--output-format full`: source lines with the places drawn into them.

use std::io::{self, Write};

use rayon::prelude::*;

use super::repeated::{self, Group};
use crate::lint;
use crate::report::text::{one_line, severity_name, wrapped};
use crate::report::{CheckReport, Style, documentation_url, excuse, origin, passed_over, snippet};
use crate::source::{Applicability, Diagnostic, Label};

/// Help text is not squeezed into less, however narrow the output is.
const MIN_WIDTH: usize = 40;

/// Places of a repeated finding that are listed. The other formats list each.
const MAX_LISTED: usize = 8;

/// Findings that are laid out, in parallel, before they are written.
const AT_ONCE: usize = 256;

/// Writes the findings and the closing line.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, style: &Style, report: &CheckReport) -> io::Result<()> {
    for groups in repeated::groups(&report.diagnostics).chunks(AT_ONCE) {
        let texts: Vec<io::Result<Vec<u8>>> = groups.par_iter().map(|group| text_of(style, group)).collect();
        for text in texts {
            out.write_all(&text?)?;
        }
    }
    if report.quiet {
        return Ok(());
    }
    passed_over::write_all(out, style, report)?;
    excuse::write(out, style, &report.diagnostics)?;
    report.summary.write(out, style)
}

fn text_of(style: &Style, group: &Group<'_>) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    write_finding(&mut out, style, group.first)?;
    if !group.also.is_empty() {
        write_footnote(&mut out, style, "also", &also(&group.also))?;
    }
    write_more(&mut out, style, group.first)?;
    writeln!(out)?;
    Ok(out)
}

/// `b.yml:4:7, c.yml:4:7 and 12 more`
fn also(labels: &[&Label]) -> String {
    let places = labels.iter().take(MAX_LISTED).map(|label| {
        let place = label.file.position(label.span.start());
        format!("{}:{}:{}", one_line(label.file.name()), place.line, place.column)
    });
    let listed = places.collect::<Vec<_>>().join(", ");
    match labels.len().saturating_sub(MAX_LISTED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

/// Writes one finding: header, source, help, and where to read more.
///
/// # Errors
/// What `out` reports.
pub fn write_diagnostic(out: &mut dyn Write, style: &Style, diagnostic: &Diagnostic) -> io::Result<()> {
    write_finding(out, style, diagnostic)?;
    write_more(out, style, diagnostic)
}

fn write_finding(out: &mut dyn Write, style: &Style, diagnostic: &Diagnostic) -> io::Result<()> {
    let severity = Style::severity(diagnostic.severity);
    writeln!(
        out,
        "{}{}",
        style.paint(severity, format_args!("{}[{}]", severity_name(diagnostic.severity), rule(style, diagnostic))),
        style.paint(Style::STRONG, format_args!(": {}", one_line(&diagnostic.message))),
    )?;
    snippet::write(out, style, diagnostic.severity, &diagnostic.primary, &diagnostic.related)?;
    if let Some(help) = &diagnostic.help {
        write_footnote(out, style, "help", help)?;
    }
    if let Some(fix) = &diagnostic.fix {
        let how = match fix.applicability {
            Applicability::Safe => " (--fix)",
            Applicability::Unsafe => " (--fix --unsafe-fixes)",
            Applicability::Display => "",
        };
        write_footnote(out, style, "fix", &format!("{}{how}", fix.title))?;
    }
    if let Some(template) = origin::of(&diagnostic.primary) {
        write_footnote(out, style, "from", template)?;
    }
    Ok(())
}

/// The id, which leads to the page of the rule where text can lead anywhere.
pub(super) fn rule(style: &Style, diagnostic: &Diagnostic) -> String {
    match lint::find(diagnostic.rule) {
        Some(_) => style.link(&documentation_url(diagnostic.rule), diagnostic.rule),
        None => diagnostic.rule.to_owned(),
    }
}

/// Where to read more of the finding's rule.
fn write_more(out: &mut dyn Write, style: &Style, diagnostic: &Diagnostic) -> io::Result<()> {
    if lint::find(diagnostic.rule).is_none() {
        return Ok(());
    }
    let command = format!("promproof explain {}", diagnostic.rule);
    writeln!(out, "  {} {}", style.paint(Style::FAINT, "more:"), style.paint(Style::CODE, command))
}

/// Writes `text` behind `word:`, further lines indented below it.
fn write_footnote(out: &mut dyn Write, style: &Style, word: &str, text: &str) -> io::Result<()> {
    let indent = word.len() + 4;
    for (index, line) in wrapped(text, style.width.saturating_sub(indent).max(MIN_WIDTH)).iter().enumerate() {
        let line = one_line(line);
        match index {
            0 => writeln!(out, "  {} {line}", style.paint(Style::CODE, format_args!("{word}:")))?,
            _ if line.is_empty() => writeln!(out)?,
            _ => writeln!(out, "{:indent$}{line}", "")?,
        }
    }
    Ok(())
}
