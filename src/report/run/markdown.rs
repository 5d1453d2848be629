//! `--output-format markdown`: a summary of a run of tests as GitHub and GitLab show it, with the timelines of what failed.

use std::io::{self, Write};

use super::timeline::Picture;
use super::{Shown, full, squares, words};
use crate::report::Style;
use crate::report::coverage::{percent, summary_line};
use crate::report::diagnostics::markdown::{code, inline, sign, write_failures, write_table};
use crate::report::findings::slashed;
use crate::source::words::counted;
use crate::unittest::coverage::{Category, Coverage, FileCoverage, Tally};
use crate::unittest::report::{Assertion, FileReport, GroupReport, Outcome, TestReport};

/// So many failures are shown with all that the terminal says of them; of the others, a line each.
const MAX_SHOWN: usize = 20;
/// So many failures get a line; more are counted.
const MAX_LISTED: usize = 200;
/// What the terminal says of one failure is cut after so many bytes.
const MAX_BYTES: usize = 16 << 10;
/// So many rule files have a line in the table of coverage.
const MAX_FILES: usize = 200;
/// Wider lines are scrolled where GitHub shows them.
const WIDTH: usize = 100;

pub(super) fn write(out: &mut dyn Write, shown: &Shown<'_>) -> io::Result<()> {
    let Shown { report, coverage, view, findings } = shown;
    write_figures(out, report, *coverage)?;
    let closing = words::Closing { report, view };
    // What could not be read or run has passed nothing.
    let failed = closing.failed() || !findings.failures.is_empty();
    let told = if failed && !closing.failed() { "not everything could be run".to_owned() } else { closing.to_string() };
    writeln!(out, "### {} promproof test: {}\n", sign(failed), inline(&told))?;
    write_failures(out, findings.failures)?;
    let mut told = Vec::new();
    for file in &report.files {
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        told.extend(file.problems.iter().chain(rule_problems).cloned());
        told.extend(file.groups.iter().flat_map(|group| &group.errors).cloned());
        told.extend(file.warnings.iter().map(|warning| words::shown_warning(warning, view)));
    }
    write_table(out, &told)?;
    write_assertions(out, report)?;
    match coverage {
        Some(coverage) if coverage.total().total > 0 => write_coverage(out, coverage),
        _ => Ok(()),
    }
}

/// A comment, which is not shown, with the figures for scripts.
fn write_figures(out: &mut dyn Write, report: &TestReport, coverage: Option<&Coverage>) -> io::Result<()> {
    let counts = report.counts();
    let assertions = counts.passed + counts.failed + counts.not_run;
    write!(out, "<!-- promproof test: assertions={assertions} failed={}", counts.failed)?;
    write!(out, " groups={} failed-groups={}", counts.groups, counts.failed_groups)?;
    if let Some(total) = coverage.map(Coverage::total).filter(|total| total.total > 0) {
        write!(out, " coverage={}", percent(total).trim_end_matches('%'))?;
    }
    writeln!(out, " -->")
}

/// The assertions that do not hold: what the terminal shows of each, to be unfolded.
fn write_assertions(out: &mut dyn Write, report: &TestReport) -> io::Result<()> {
    let failed: Vec<(&FileReport, &GroupReport, &Assertion)> = report
        .files
        .iter()
        .flat_map(|file| file.groups.iter().map(move |group| (file, group)))
        .flat_map(|(file, group)| group.assertions.iter().map(move |assertion| (file, group, assertion)))
        .filter(|(_, _, assertion)| assertion.outcome.failed())
        .collect();
    for (index, (file, group, assertion)) in failed.iter().take(MAX_LISTED).enumerate() {
        let (label, _) = words::places(file, assertion);
        let place = label.file.position(label.span.start());
        let place = format!("{}:{}:{}", slashed(label.file.name()), place.line, place.column);
        let words = format!("{}: {}", words::subject(assertion), words::verdict(assertion));
        let words = format!("{} ({})", inline(&words::shown(&words)), code(&place));
        if index >= MAX_SHOWN {
            writeln!(out, "- {words}")?;
            continue;
        }
        // The first one is what one came for.
        let open = if index == 0 { " open" } else { "" };
        writeln!(out, "<details{open}><summary>{words}</summary>\n")?;
        match &assertion.outcome {
            Outcome::Alerts(failure) => squares::write(out, &Picture::of_alerts(failure))?,
            Outcome::Timeline(failure) => squares::write(out, &Picture::of_life(failure))?,
            _ => {}
        }
        write_block(out, file, group, assertion)?;
        writeln!(out, "\n</details>\n")?;
    }
    if failed.len() > MAX_LISTED {
        writeln!(out, "\nand {} more", counted(failed.len() - MAX_LISTED, "failure"))?;
    }
    if failed.len() > MAX_SHOWN { writeln!(out) } else { Ok(()) }
}

/// What the terminal shows of a failure, between fences that are longer than any in it.
fn write_block(out: &mut dyn Write, file: &FileReport, group: &GroupReport, assertion: &Assertion) -> io::Result<()> {
    let mut bytes = Vec::new();
    full::write_assertion(&mut bytes, &Style { width: WIDTH, ..Style::plain() }, file, group, assertion)?;
    let text = String::from_utf8_lossy(&bytes);
    let end = text.floor_char_boundary(MAX_BYTES);
    let (text, rest) = text.split_at(end);
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    writeln!(out, "{fence}text\n{}", text.trim_end())?;
    if !rest.is_empty() {
        writeln!(out, "… ({} more)", counted(rest.lines().count(), "line"))?;
    }
    writeln!(out, "{fence}")
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// A table of the rule files that are not covered in full.
fn write_coverage(out: &mut dyn Write, coverage: &Coverage) -> io::Result<()> {
    let line = summary_line(&Style::plain(), coverage);
    writeln!(out, "#### {}\n", inline(&line.replacen("coverage:", "Coverage:", 1)))?;
    let is_incomplete = |file: &&FileCoverage| file.total().covered < file.total().total;
    let incomplete: Vec<&FileCoverage> = coverage.files.iter().filter(is_incomplete).collect();
    if incomplete.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "| rules | tested | states | branches | templates | points |\n| --- | --: | --: | --: | --: | --: |"
    )?;
    for file in incomplete.iter().take(MAX_FILES) {
        let [states, branches, templates] = Category::ALL.map(|category| fraction(file.tally(category)));
        let (rules, total) = (fraction(file.rules_tally()), file.total());
        let points = format!("{} ({})", fraction(total), percent(total));
        writeln!(out, "| {} | {rules} | {states} | {branches} | {templates} | {points} |", code(&slashed(&file.file)))?;
    }
    if incomplete.len() > MAX_FILES {
        writeln!(out, "\nand {} more", counted(incomplete.len() - MAX_FILES, "file"))?;
    }
    writeln!(out)
}

fn fraction(tally: Tally) -> String {
    match tally.total {
        0 => "-".to_owned(),
        total => format!("{}/{total}", tally.covered),
    }
}
