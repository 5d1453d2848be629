//! An expression taken apart: its parts as a tree, each with its value, and a remark where there is one.

use std::io::{self, Write};

use super::words::shortened;
use crate::model::duration::format_duration;
use crate::report::Style;
use crate::report::text::{columns, one_line, padded};
use crate::unittest::report::{Explanation, Part};

/// The widest column of expressions.
const MAX_TEXT_WIDTH: usize = 64;

/// Writes the tree.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, style: &Style, why: &Explanation) -> io::Result<()> {
    let place = why.file.position(why.span.start());
    let name = one_line(why.file.name());
    writeln!(
        out,
        "\n  {} {}",
        style.paint(Style::STRONG, format_args!("why, at {}:", format_duration(why.t_ms))),
        style.paint(Style::FAINT, format_args!("{name}:{}:{}", place.line, place.column)),
    )?;
    let widest = MAX_TEXT_WIDTH.min(style.width / 2);
    let texts: Vec<String> = why
        .parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let branch = branch(style, &why.parts, index);
            let room = widest.saturating_sub(branch.chars().count()).max(12);
            let text = if part.text.chars().count() <= room { &part.text } else { &part.outline };
            format!("{branch}{}", shortened(text, room))
        })
        .collect();
    let width = texts.iter().map(|text| columns(text)).max().unwrap_or(0);
    for (index, (part, text)) in why.parts.iter().zip(&texts).enumerate() {
        let value = shortened(&part.value, style.width.saturating_sub(width + 6).max(20));
        let emphasis = if part.value == "nothing" { Style::FAINT } else { Style::STRONG };
        writeln!(out, "    {}  {}", one_line(&padded(text, width)), style.paint(emphasis, one_line(&value)))?;
        if let Some(note) = &part.note {
            let arrow = if style.unicode { '↳' } else { '>' };
            let trunk = trunk(style, &why.parts, index, part.depth + 1);
            writeln!(out, "    {trunk}{}", style.paint(Style::CODE, format_args!("{arrow} {}", one_line(note))))?;
        }
    }
    Ok(())
}

/// The lines that lead to part `index`.
fn branch(style: &Style, parts: &[Part], index: usize) -> String {
    let Some(depth) = parts.get(index).map(|part| part.depth).filter(|depth| *depth > 0) else {
        return String::new();
    };
    let fork = match (goes_on(parts, index, depth), style.unicode) {
        (true, true) => "├─ ",
        (false, true) => "└─ ",
        (true, false) => "|- ",
        (false, false) => "`- ",
    };
    trunk(style, parts, index, depth) + fork
}

/// The lines that pass by part `index`, those of depths from 1 to before `depth`.
fn trunk(style: &Style, parts: &[Part], index: usize, depth: usize) -> String {
    let line = |depth| match (goes_on(parts, index, depth), style.unicode) {
        (true, true) => "│  ",
        (true, false) => "|  ",
        (false, _) => "   ",
    };
    (1..depth).map(line).collect()
}

/// Whether another part follows on `depth` before the tree goes above it.
fn goes_on(parts: &[Part], index: usize, depth: usize) -> bool {
    let behind = parts.iter().skip(index + 1).map(|next| next.depth);
    behind.take_while(|next| *next >= depth).any(|next| next == depth)
}
