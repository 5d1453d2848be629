//! Lists and mappings in brackets and braces: `[a, b]`, `{a: 1, b: 2}`.

use super::super::{Node, NodeKind};
use super::Refusal;
use super::lines::{Lines, is_blank};
use super::place::{end_of, end_of_entry};
use super::value::Value;
use crate::source::{Edit, Span};

/// An item or an entry.
#[derive(Clone, Copy)]
pub(super) struct Element {
    /// Its first byte, of its anchor or tag if it has one.
    pub(super) start: usize,
    /// The byte behind it.
    pub(super) end: usize,
    /// The comma that follows; the last one may have none.
    comma: Option<usize>,
}

impl Element {
    /// The byte behind it and its comma.
    fn behind(self) -> usize {
        self.comma.map_or(self.end, |comma| comma + 1)
    }
}

/// The items of a list or the entries of a mapping.
pub(super) fn elements(lines: Lines<'_>, node: &Node) -> Result<Vec<Element>, Refusal> {
    let spans: Vec<Span> = match &node.kind {
        NodeKind::Sequence(list) => {
            let item = |item: &Node| Span::new(item.alias().unwrap_or(item.span).start(), end_of(lines, item));
            list.items.iter().map(item).collect()
        }
        NodeKind::Mapping(mapping) => {
            mapping.written().map(|entry| Span::new(entry.key.span.start(), end_of_entry(lines, entry))).collect()
        }
        NodeKind::Scalar(_) => return Err(Refusal::Layout),
    };
    // A pair in brackets, `[a: 1]`, has no braces of its own.
    if !lines.is_at(node.span.start(), b'[') && !lines.is_at(node.span.start(), b'{') {
        return Err(Refusal::Layout);
    }
    let mut elements = Vec::with_capacity(spans.len());
    let mut at = node.span.start() + 1;
    for (index, span) in spans.iter().enumerate() {
        let start = lines.next_token(at);
        // Something else stands there, like a merge of a mapping.
        if lines.next_token(lines.behind_properties(start)) != span.start() {
            return Err(Refusal::Layout);
        }
        let next = lines.next_token(span.end());
        let comma = lines.is_at(next, b',').then_some(next);
        let is_last = index + 1 == spans.len();
        if comma.is_none() && !is_last {
            return Err(Refusal::Layout);
        }
        at = next + 1;
        if is_last && comma.map_or(next, |comma| lines.next_token(comma + 1)) + 1 != node.span.end() {
            return Err(Refusal::Layout);
        }
        elements.push(Element { start, end: span.end(), comma });
    }
    Ok(elements)
}

/// What goes is taken out with its comma, and with its lines where it has lines of its own; what is new comes behind
/// the last.
pub(super) fn rewrite(lines: Lines<'_>, node: &Node, kept: &[bool], added: &Value) -> Result<Vec<Edit>, Refusal> {
    let elements = elements(lines, node)?;
    if added.is_empty() && !kept.contains(&true) && !has_comments(lines, node, &elements) {
        let inside = Span::new(node.span.start() + 1, node.span.end() - 1);
        return Ok(vec![Edit { span: inside, replacement: String::new() }]);
    }
    let last_kept = kept.iter().rposition(|kept| *kept);
    let mut edits = Vec::new();
    let mut before = node.span.start() + 1;
    for (index, (element, kept)) in elements.iter().zip(kept).enumerate() {
        if !kept {
            let is_behind_kept = last_kept.is_none_or(|last| index > last);
            edits.push(remove(lines, *element, is_behind_kept.then_some(before)));
        }
        before = element.behind();
    }
    if added.is_empty() {
        edits.extend(needless_comma(&elements, last_kept));
    } else {
        edits.extend(append(lines, node, &elements, last_kept, added));
    }
    Ok(edits)
}

/// Whether there are comments between the elements.
fn has_comments(lines: Lines<'_>, node: &Node, elements: &[Element]) -> bool {
    let ends = elements.iter().map(|element| element.start).chain([node.span.end()]);
    let starts = [node.span.start()].into_iter().chain(elements.iter().map(|element| element.end));
    starts.zip(ends).any(|(start, end)| Span::new(start, end).slice(lines.text()).contains('#'))
}

/// `before`: the byte behind the comma before it, if nothing stays behind it.
fn remove(lines: Lines<'_>, element: Element, before: Option<usize>) -> Edit {
    let Element { start, .. } = element;
    let behind = element.behind();
    if lines.begins_line(start) && lines.ends_line(behind) {
        return lines.remove(start, behind);
    }
    let blank_before = before.filter(|before| is_blank(Span::new(*before, start).slice(lines.text())));
    let next = lines.behind_blanks(behind);
    let span = match before {
        Some(_) => Span::new(blank_before.unwrap_or(start), behind),
        // Without a blank before it a comment is none.
        None => Span::new(start, if lines.is_at(next, b'#') { behind } else { next }),
    };
    Edit { span, replacement: String::new() }
}

/// The comma behind what has become the last element, unless it is the author's style to have one there.
fn needless_comma(elements: &[Element], last_kept: Option<usize>) -> Option<Edit> {
    let (kept, behind) = elements.split_at_checked(last_kept? + 1)?;
    let is_style = behind.last()?.comma.is_some();
    let comma = kept.last()?.comma.filter(|_| !is_style)?;
    Some(Edit { span: Span::new(comma, comma + 1), replacement: String::new() })
}

fn append(lines: Lines<'_>, node: &Node, elements: &[Element], last_kept: Option<usize>, added: &Value) -> Vec<Edit> {
    let first_key = |first: &Element| if lines.is_at(first.start, b'{') { first.start + 1 } else { first.start };
    let quoted_keys = lines.is_json() || elements.first().is_some_and(|first| lines.is_at(first_key(first), b'"'));
    let new = added.flow_elements(quoted_keys);
    let Some(last) = elements.last() else {
        // Nothing but comments.
        return vec![Edit { span: Span::at(node.span.start() + 1), replacement: new.join(", ") }];
    };
    let end = if last.comma.is_some() { "," } else { "" };
    let mut edits = Vec::new();
    if last_kept == Some(elements.len() - 1) && last.comma.is_none() {
        edits.push(Edit { span: Span::at(last.end), replacement: ",".to_owned() });
    }
    let behind = last.behind();
    if !lines.begins_line(last.start) {
        let blank = if last_kept.is_some() { " " } else { "" };
        edits.push(Edit { span: Span::at(behind), replacement: format!("{blank}{}{end}", new.join(", ")) });
        return edits;
    }
    // Each in its line, as the last one is.
    let indent = " ".repeat(lines.column(last.start));
    let text = format!("{indent}{}{end}", new.join(&format!(",\n{indent}")));
    if lines.ends_line(behind) {
        edits.push(lines.insert_below(behind, &text));
    } else {
        edits.push(Edit { span: Span::at(behind), replacement: format!("\n{text}") });
    }
    edits
}
