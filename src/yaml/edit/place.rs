//! Lists and mappings that items come into or go out of, while everything that stays keeps its bytes.

use super::super::{Entry, Node, NodeKind};
use super::lines::{Lines, is_blank};
use super::value::Value;
use super::{Editor, Refusal, block, flow, scalar};
use crate::source::{Edit, SourceFile, Span};

/// A value where it is written.
#[derive(Clone, Copy, Debug)]
pub struct Place<'n> {
    /// The value.
    pub node: &'n Node,
    /// The byte behind the colon, the dash, the comma or the bracket in front of it; anchor and tag come later.
    pub(super) behind: usize,
    /// The column of the key or the dash that it belongs to.
    pub(super) column: usize,
    /// Whether it stands within brackets or braces.
    pub(super) in_flow: bool,
    /// Whether it is an item of a list.
    pub(super) is_item: bool,
}

/// How a collection is written.
enum Layout {
    /// There is nothing in it, not even a comment; the bytes of what stands for that.
    Empty(Span),
    /// In brackets or braces.
    Flow,
    /// In lines with dashes or keys.
    Block,
}

impl<'n> Place<'n> {
    /// The value of a whole document.
    pub fn of_document(node: &'n Node) -> Self {
        Place { node, behind: node.span.start(), column: 0, in_flow: false, is_item: false }
    }

    /// The value of an entry of a mapping that is written there.
    ///
    /// # Errors
    /// Where it comes through an alias or a merge, or its colon does not follow its key.
    pub fn of_value(editor: &Editor<'_>, entry: &'n Entry, in_flow: bool) -> Result<Self, Refusal> {
        if entry.is_merged() || entry.value.alias().is_some() {
            return Err(Refusal::Alias);
        }
        let key = entry.key.span;
        let lines = editor.lines;
        let behind = lines.behind_colon(key.end()).ok_or(Refusal::Layout)?;
        Ok(Place { node: &entry.value, behind, column: lines.column(key.start()), in_flow, is_item: false })
    }

    /// The entry `name` of this mapping; `None` if there is none.
    ///
    /// # Errors
    /// As for [`Place::of_value`].
    pub fn entry(&self, editor: &Editor<'_>, name: &str) -> Result<Option<Place<'n>>, Refusal> {
        let entry = self.node.as_mapping().and_then(|mapping| mapping.get(name));
        entry.map(|entry| Place::of_value(editor, entry, self.has_flow_inside())).transpose()
    }

    /// The items of this list; none where there is no list.
    ///
    /// # Errors
    /// Where the list is written in a way that is not edited.
    pub fn items(&self, editor: &Editor<'_>) -> Result<Vec<Place<'n>>, Refusal> {
        let Some(list) = self.node.as_sequence() else { return Ok(Vec::new()) };
        let (lines, in_flow) = (editor.lines, self.has_flow_inside());
        let behind: Vec<usize> = if in_flow {
            flow::elements(lines, self.node)?.iter().map(|element| element.start).collect()
        } else {
            block::elements(lines, *self)?.iter().map(|element| element.start() + 1).collect()
        };
        let item = |(node, behind)| {
            let column = lines.column(behind).saturating_sub(1);
            Place { node, behind, column, in_flow, is_item: true }
        };
        Ok(list.items.iter().zip(behind).map(item).collect())
    }

    /// Whether what is in it stands within brackets or braces.
    pub fn has_flow_inside(&self) -> bool {
        self.in_flow || is_flow(self.node)
    }

    /// The edits that leave of this list or mapping the elements that are `kept`, and put those of `added` behind
    /// them. All other bytes stay.
    ///
    /// # Errors
    /// Where something else reads what would change, or it is written in a way that does not allow for it.
    pub fn rewrite(&self, editor: &Editor<'_>, kept: &[bool], added: &Value) -> Result<Vec<Edit>, Refusal> {
        if kept.iter().all(|kept| *kept) && added.is_empty() {
            return Ok(Vec::new());
        }
        let Editor { lines, shared } = editor;
        self.check_free(editor)?;
        let edits = match self.layout(*lines) {
            Layout::Empty(span) => self.fill(*lines, span, added),
            Layout::Flow => flow::rewrite(*lines, self.node, kept, added)?,
            Layout::Block => block::rewrite(*lines, *self, kept, added)?,
        };
        if edits.iter().any(|edit| shared.is_within(edit.span)) { Err(Refusal::Shared) } else { Ok(edits) }
    }

    /// The edits that put entries behind those of this mapping.
    ///
    /// # Errors
    /// As for [`Place::rewrite`].
    pub fn add(&self, editor: &Editor<'_>, entries: Vec<(String, Value)>) -> Result<Vec<Edit>, Refusal> {
        let written = self.node.as_mapping().map_or(0, |mapping| mapping.written().count());
        self.rewrite(editor, &vec![true; written], &Value::Map(entries))
    }

    /// The edits that write `new` in place of this single value, in the style in which it is written.
    ///
    /// # Errors
    /// Where something else reads this value, or the old or the new one is no single one.
    pub fn replace(&self, editor: &Editor<'_>, new: &Value) -> Result<Vec<Edit>, Refusal> {
        scalar::replace(editor, *self, new)
    }

    /// The edits that write the lines of `text` below a `|-` in place of this single value, which is not in brackets and
    /// no block of lines already. A comment behind it stays there.
    ///
    /// # Errors
    /// As for [`Place::replace`]; where such lines cannot say just the text, or what follows them would become a part of
    /// it.
    pub fn replace_with_lines(&self, editor: &Editor<'_>, text: &str) -> Result<Vec<Edit>, Refusal> {
        scalar::replace_with_lines(editor, *self, text)
    }

    /// Makes sure that nothing but this place reads this value.
    ///
    /// # Errors
    /// Where something else does.
    pub fn check_free(&self, editor: &Editor<'_>) -> Result<(), Refusal> {
        let Editor { lines, shared } = editor;
        if self.node.alias().is_some() {
            return Err(Refusal::Alias);
        }
        // What is not there is behind its anchor.
        let span = self.node.span;
        let span = if span.is_empty() { Span::new(self.behind, lines.behind_properties(self.behind)) } else { span };
        if shared.holds(span) { Err(Refusal::Shared) } else { Ok(()) }
    }

    fn layout(&self, lines: Lines<'_>) -> Layout {
        let text = self.node.span.slice(lines.text());
        if self.node.as_scalar().is_some() {
            return Layout::Empty(self.node.span);
        }
        if !is_flow(self.node) {
            return Layout::Block;
        }
        match text.get(1..text.len().saturating_sub(1)) {
            Some(inside) if is_blank(inside) => Layout::Empty(self.node.span),
            _ => Layout::Flow,
        }
    }

    /// Writes `added` where nothing is: in lines of its own below the key, or in brackets where there are some around.
    fn fill(&self, lines: Lines<'_>, old: Span, added: &Value) -> Vec<Edit> {
        let behind = lines.behind_properties(self.behind);
        let span = if old.is_empty() { Span::at(behind) } else { old };
        if self.in_flow || self.is_item {
            let blank = if span.is_empty() && !lines.begins_line(behind) { " " } else { "" };
            return vec![Edit { span, replacement: format!("{blank}{}", added.flow_with(lines.is_json())) }];
        }
        let below = lines.insert_below(span.end(), &added.block_elements(self.column + 2));
        let old = Span::new(lines.before_blanks(span.start()).max(behind), span.end());
        let mut edits = vec![below];
        if !span.is_empty() {
            edits.push(Edit { span: old, replacement: String::new() });
        }
        edits
    }
}

/// The edits that take the entry `name` out of a mapping of `file`. What an alias or a merge repeats is not looked at: that is
/// for whoever applies them, with [`Shared`](super::Shared).
///
/// # Errors
/// Where the mapping has no such entry of its own, it is the only one, or it is written in a way that is not edited.
pub fn without_entry(file: &SourceFile, mapping: &Node, name: &str) -> Result<Vec<Edit>, Refusal> {
    let lines = Lines::of(file);
    let entries = mapping.as_mapping().filter(|_| mapping.alias().is_none()).ok_or(Refusal::Alias)?;
    let entry = entries.get(name).filter(|entry| !entry.is_merged()).ok_or(Refusal::Alias)?;
    let kept: Vec<bool> = entries.written().map(|other| other.key.span != entry.key.span).collect();
    if !kept.contains(&true) {
        return Err(Refusal::Layout);
    }
    let nothing = Value::Map(Vec::new());
    if is_flow(mapping) {
        return flow::rewrite(lines, mapping, &kept, &nothing);
    }
    block::rewrite(lines, Place::of_document(mapping), &kept, &nothing)
}

/// Whether it is written in brackets or braces.
fn is_flow(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Sequence(list) => list.in_brackets,
        NodeKind::Mapping(mapping) => mapping.in_braces,
        NodeKind::Scalar(_) => false,
    }
}

/// The end of a value where it is written, without line breaks behind it.
pub(super) fn end_of(lines: Lines<'_>, node: &Node) -> usize {
    if let Some(alias) = node.alias() {
        return alias.end();
    }
    let end = node.span.end();
    match &node.kind {
        _ if is_flow(node) => end,
        NodeKind::Sequence(list) => list.items.last().map_or(end, |last| end_of(lines, last).max(end)),
        NodeKind::Mapping(mapping) => {
            let last = mapping.written().next_back();
            last.map_or(end, |last| end_of_entry(lines, last).max(end))
        }
        NodeKind::Scalar(scalar) if scalar.style.is_block() => {
            // The blank lines that `|+` keeps belong to it, and those with blanks that say something.
            let blank = scalar.value().get(scalar.value().trim_end().len()..).unwrap_or_default();
            let blank = blank.strip_suffix('\n').unwrap_or(blank);
            (0..blank.matches('\n').count())
                .fold(end, |end, _| lines.end_of((lines.end_of(end) + 1).min(lines.text().len())))
        }
        NodeKind::Scalar(_) => end,
    }
}

/// The end of an entry where it is written. A value that is not there may have an anchor all the same.
pub(super) fn end_of_entry(lines: Lines<'_>, entry: &Entry) -> usize {
    let key = entry.key.span.end();
    let behind = lines.behind_colon(key).map_or(key, |colon| lines.behind_properties(colon));
    behind.max(end_of(lines, &entry.value))
}
