//! How often each rule has something to say.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Style;
use crate::source::Diagnostic;

/// Writes a table of the rules with findings, most frequent first, with the number of findings and of files.
///
/// # Errors
/// What `out` reports.
pub fn write_statistics(out: &mut dyn Write, style: &Style, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let mut by_rule: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for diagnostic in diagnostics {
        by_rule.entry(diagnostic.rule).or_default().push(diagnostic.primary.file.name());
    }
    let mut rows: Vec<(&str, usize, usize)> = by_rule
        .into_iter()
        .map(|(rule, mut files)| {
            let findings = files.len();
            files.sort_unstable();
            files.dedup();
            (rule, findings, files.len())
        })
        .collect();
    // Stable: rules with equally many findings stay in the order of their names.
    rows.sort_by_key(|(_, findings, _)| std::cmp::Reverse(*findings));
    if rows.is_empty() {
        return Ok(());
    }
    let width = rows.iter().map(|(rule, ..)| rule.len()).max().unwrap_or(0).max("rule".len());
    writeln!(out, "\n{}", style.paint(Style::STRONG, format_args!("{:<width$}  findings  files", "rule")))?;
    for (rule, findings, files) in rows {
        writeln!(out, "{rule:<width$}  {findings:>8}  {files:>5}")?;
    }
    Ok(())
}
