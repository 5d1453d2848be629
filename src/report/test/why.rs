//! An expression taken apart: its parts as a tree, each with its value, and a remark where there is one.

use std::io::{self, Write};

use super::words::shortened;
use crate::model::duration::format_duration;
use crate::report::Look;
use crate::report::text::one_line;
use crate::unittest::report::{Explanation, Part};

/// The widest column of expressions.
const MAX_TEXT_WIDTH: usize = 64;

/// Writes the tree.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, look: &Look, why: &Explanation) -> io::Result<()> {
    let place = why.file.position(why.span.start);
    let name = one_line(why.file.name());
    writeln!(
        out,
        "  {} {}",
        look.paint(Look::STRONG, format_args!("why, at {}:", format_duration(why.t_ms))),
        look.paint(Look::FAINT, format_args!("{name}:{}:{}", place.line, place.column)),
    )?;
    let widest = MAX_TEXT_WIDTH.min(look.width / 2);
    let texts: Vec<String> = why
        .parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let branch = branch(look, &why.parts, index);
            let room = widest.saturating_sub(branch.chars().count()).max(12);
            format!("{branch}{}", shortened(&part.text, room))
        })
        .collect();
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    for (part, text) in why.parts.iter().zip(&texts) {
        let value = shortened(&part.value, look.width.saturating_sub(width + 6).max(20));
        let style = if part.value == "nothing" { Look::FAINT } else { Look::STRONG };
        writeln!(out, "    {}  {}", one_line(&format!("{text:<width$}")), look.paint(style, one_line(&value)))?;
        if let Some(note) = &part.note {
            let arrow = if look.unicode { '↳' } else { '>' };
            let pad = part.depth * 3 + 4;
            writeln!(out, "{:pad$}{} {}", "", look.paint(Look::CODE, arrow), look.paint(Look::CODE, one_line(note)))?;
        }
    }
    Ok(())
}

/// The lines that lead to part `index`.
fn branch(look: &Look, parts: &[Part], index: usize) -> String {
    let Some(part) = parts.get(index) else { return String::new() };
    if part.depth == 0 {
        return String::new();
    }
    // Whether another part follows on `depth` before the tree goes above it.
    let goes_on = |depth: usize| {
        let behind = parts.iter().skip(index + 1).map(|next| next.depth);
        behind.take_while(|next| *next >= depth).any(|next| next == depth)
    };
    let mut text = String::new();
    for depth in 1..part.depth {
        text.push_str(match (goes_on(depth), look.unicode) {
            (true, true) => "│  ",
            (true, false) => "|  ",
            (false, _) => "   ",
        });
    }
    text.push_str(match (goes_on(part.depth), look.unicode) {
        (true, true) => "├─ ",
        (false, true) => "└─ ",
        (true, false) => "|- ",
        (false, false) => "`- ",
    });
    text
}
