//! How a finding is excused: in a comment, in the configuration, on the command line.

use std::io::{self, Write};
use std::path::Path;

use super::Style;
use super::text::wrapped;
use crate::lint::{self, Meta};
use crate::source::Diagnostic;
use crate::workspace::is_markdown;

/// Writes, faintly, how the first of the findings that may be excused is; nothing where there is none.
///
/// # Errors
/// What `out` reports.
pub(super) fn write<'d>(
    out: &mut dyn Write,
    style: &Style,
    findings: impl IntoIterator<Item = &'d Diagnostic>,
) -> io::Result<()> {
    let rules = findings.into_iter().filter_map(|finding| Some((finding, lint::find(finding.rule)?.meta())));
    let Some((finding, rule)) = rules.into_iter().find(|(_, rule)| can_be_excused(rule)) else { return Ok(()) };
    let (id, shortest) = (rule.id, shortest(rule));
    let comment = match is_markdown(Path::new(finding.primary.file.name())) {
        true => format!("`<!-- promproof: ignore[{id}] reason -->` anywhere in the page"),
        false => format!("`# promproof: ignore[{id}] reason` at the end of its line"),
    };
    let text = format!("to excuse a finding: {comment}, a level in promproof.toml, or --ignore {shortest}");
    let mut lines = wrapped(&text, style.width.max(40)).into_iter();
    lines.try_for_each(|line| writeln!(out, "{}", style.paint(Style::FAINT, line)))
}

/// How findings of a rule are excused, one way a line; nothing where they cannot be.
pub fn ways(rule: &Meta) -> Vec<String> {
    if !can_be_excused(rule) {
        return Vec::new();
    }
    let id = rule.id;
    vec![
        format!("in the file:       # promproof: ignore[{id}] reason   (at the end of the line, or above the rule)"),
        format!("in promproof.toml: \"{id}\" = \"off\"   (below [rules]; or \"info\", \"warning\", \"error\")"),
        format!("for one run:       --ignore {}", shortest(rule)),
    ]
}

/// What cannot be read cannot be excused: nothing would be known of the rest.
fn can_be_excused(rule: &Meta) -> bool {
    // In a baseline there are no comments, and what is stale in it only waits to be taken out.
    !rule.stops_reading && rule.category() != "baseline"
}

/// The shortest name on the command line.
fn shortest(rule: &Meta) -> &'static str {
    let name = rule.id.split_once('/').map_or(rule.id, |(_, name)| name);
    if lint::Name::find(name).is_ok() { name } else { rule.id }
}
