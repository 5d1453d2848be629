//! Lists and mappings in lines: `- item`, `key: value`.

use super::super::NodeKind;
use super::Refusal;
use super::lines::Lines;
use super::place::{Place, end_of, end_of_entry};
use super::value::Value;
use crate::source::{Edit, Span};

/// From the dash or the key to the end of the item or the value.
pub(super) fn elements(lines: Lines<'_>, place: Place<'_>) -> Result<Vec<Span>, Refusal> {
    match &place.node.kind {
        NodeKind::Sequence(list) => {
            let mut at = lines.behind_properties(place.behind);
            let item = |item| {
                let dash = lines.next_token(at);
                at = end_of(lines, item).max(lines.behind_properties(dash + 1));
                lines.is_at(dash, b'-').then_some(Span::new(dash, at)).ok_or(Refusal::Layout)
            };
            list.items.iter().map(item).collect()
        }
        NodeKind::Mapping(mapping) => {
            Ok(mapping.written().map(|entry| Span::new(entry.key.span.start(), end_of_entry(lines, entry))).collect())
        }
        NodeKind::Scalar(_) => Err(Refusal::Layout),
    }
}

/// The lines of what goes are taken out, with the comments behind and within them; what is new comes below the last.
/// Comments in lines of their own around it stay.
pub(super) fn rewrite(lines: Lines<'_>, place: Place<'_>, kept: &[bool], added: &Value) -> Result<Vec<Edit>, Refusal> {
    let elements = elements(lines, place)?;
    let mut edits = Vec::new();
    for (element, _) in elements.iter().zip(kept).filter(|(_, kept)| !**kept) {
        if !lines.begins_line(element.start()) {
            return Err(Refusal::Layout);
        }
        edits.push(lines.remove(element.start(), element.end()));
    }
    let (Some(first), Some(last)) = (elements.first(), elements.last()) else { return Err(Refusal::Layout) };
    if !added.is_empty() {
        let end = last.end().max(end_of(lines, place.node));
        edits.push(lines.insert_below(end, &added.block_elements(lines.column(first.start()))));
    } else if !kept.contains(&true) {
        let behind = lines.behind_properties(place.behind);
        edits.push(Edit { span: Span::at(behind), replacement: format!(" {}", added.flow()) });
    }
    Ok(edits)
}
