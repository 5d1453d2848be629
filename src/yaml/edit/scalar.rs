//! Single values, replaced in the style in which they are written.

use super::super::{Scalar, ScalarStyle};
use super::lines::{Lines, is_blank};
use super::place::Place;
use super::value::{Value, needs_escape, plain_or_quoted, quoted};
use super::{Editor, Refusal};
use crate::source::{Edit, Span};

/// As [`Place::replace`].
pub(super) fn replace(editor: &Editor<'_>, place: Place<'_>, new: &Value) -> Result<Vec<Edit>, Refusal> {
    place.check_free(editor)?;
    let scalar = place.node.as_scalar().ok_or(Refusal::Layout)?;
    let fits_tag = match new {
        Value::Plain(_) => matches!(place.node.tag(), None | Some("!!float")),
        _ => is_text(place.node.tag()),
    };
    if !fits_tag {
        return Err(Refusal::Layout);
    }
    let lines = editor.lines;
    let span = place.node.span;
    let text = match new {
        Value::Text(text) => text,
        Value::Plain(text) => return Ok(whole(lines, place, scalar, text.clone())),
        Value::Map(_) | Value::List(_) => return Err(Refusal::Layout),
    };
    if let Some(replacement) = block_content(lines, scalar, text).filter(|_| scalar.style.is_block()) {
        return Ok(vec![Edit { span, replacement }]);
    }
    Ok(whole(lines, place, scalar, like(scalar.style, place.in_flow, text)))
}

/// Whether a text may stand behind the tag.
fn is_text(tag: Option<&str>) -> bool {
    matches!(tag, None | Some("!" | "!!str"))
}

/// As [`Place::replace_with_lines`].
pub(super) fn replace_with_lines(editor: &Editor<'_>, place: Place<'_>, text: &str) -> Result<Vec<Edit>, Refusal> {
    place.check_free(editor)?;
    let scalar = place.node.as_scalar().ok_or(Refusal::Layout)?;
    let lines = editor.lines;
    let is_missing = place.node.span.is_empty() && scalar.is_null;
    let old = if is_missing { Span::at(lines.behind_properties(place.behind)) } else { place.node.span };
    if place.in_flow || scalar.style.is_block() || !is_text(place.node.tag()) || !lines.ends_line(old.end()) {
        return Err(Refusal::Layout);
    }
    let indent = place.column + 2;
    let content = literal(text, indent).ok_or(Refusal::Style)?;
    let line_end = lines.end_of(old.end());
    if lines.goes_on_below(line_end, indent) {
        return Err(Refusal::Layout);
    }
    let header = if is_missing { " |-" } else { "|-" };
    // A comment stays in its line, behind the header: at the end of the text it would be text. So would blanks.
    if is_blank(Span::new(old.end(), line_end).slice(lines.text())) {
        return Ok(vec![Edit::replace(Span::new(old.start(), line_end), format!("{header}\n{content}"))]);
    }
    Ok(vec![Edit::replace(old, header), Edit::insert(line_end, format!("\n{content}"))])
}

/// The lines below a `|-`, indented by `indent`; `None` where they cannot say just the text.
fn literal(text: &str, indent: usize) -> Option<String> {
    let fits = !text.is_empty()
        && !text.starts_with([' ', '\t', '\n'])
        && !text.ends_with('\n')
        && !text.chars().any(|c| (c.is_control() && c != '\n') || needs_escape(c));
    fits.then(|| indented(text, indent))
}

/// The lines of a text, each that is not empty indented by `indent`.
fn indented(text: &str, indent: usize) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{:indent$}{line}", "") };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// `text` in the style of what it replaces.
fn like(style: ScalarStyle, in_flow: bool, text: &str) -> String {
    let fits_one_line = !text.contains(['\n', '\r']) && !text.chars().any(needs_escape);
    match style {
        ScalarStyle::SingleQuoted if fits_one_line => format!("'{}'", text.replace('\'', "''")),
        // Within brackets a plain text may not hold what would end it.
        ScalarStyle::Plain if !(in_flow && text.contains([',', '[', ']', '{', '}', '?'])) => plain_or_quoted(text),
        _ => quoted(text),
    }
}

/// The edits that put `replacement` in place of the whole scalar.
fn whole(lines: Lines<'_>, place: Place<'_>, scalar: &Scalar, replacement: String) -> Vec<Edit> {
    let span = place.node.span;
    let behind = lines.behind_properties(place.behind);
    if span.is_empty() && scalar.is_null {
        return vec![Edit { span: Span::at(behind), replacement: format!(" {replacement}") }];
    }
    if !scalar.style.is_block() {
        return vec![Edit { span, replacement }];
    }
    // The `|` or `>` with what belongs to it goes, and the lines below; a comment behind it stays.
    let start = lines.behind_blanks(behind);
    let header = lines.text().get(start..).unwrap_or_default();
    let length = header.find(char::is_whitespace).unwrap_or(header.len());
    let below = Span::new(lines.end_of(start), span.end().max(lines.end_of(start)));
    vec![Edit { span: Span::new(start, start + length), replacement }, Edit { span: below, replacement: String::new() }]
}

/// The lines below a `|` or `>` that stays as it is, without the last line break and the first indentation; `None`
/// where the text does not fit that style.
fn block_content(lines: Lines<'_>, scalar: &Scalar, text: &str) -> Option<String> {
    let indent = lines.column(scalar.file_offset(0));
    let content = text.strip_suffix('\n').unwrap_or(text);
    let fits = text.ends_with('\n') == scalar.value().ends_with('\n')
        && !scalar.value().ends_with("\n\n")
        && !scalar.value().starts_with([' ', '\t', '\n'])
        // Blanks at its end would stay.
        && !scalar.value().trim_end_matches('\n').ends_with([' ', '\t'])
        && !scalar.value().is_empty()
        && !content.is_empty()
        && !content.starts_with([' ', '\t', '\n'])
        && !content.ends_with([' ', '\t', '\n'])
        && !content.chars().any(|c| c == '\r' || needs_escape(c))
        // Folding would join the lines.
        && (scalar.style == ScalarStyle::Literal || !content.contains('\n'));
    fits.then(|| indented(content, indent).trim_start().to_owned())
}
