//! What of a test file is written once and read at several places: an edit there would change more than the assertion
//! that it is made for.

use rustc_hash::FxHashSet;

use crate::source::{Edit, SourceFile, Span};
use crate::yaml::Node;

/// The values that an alias or a merge repeats, as disjoint spans in the order of the file.
#[derive(Debug)]
pub(super) struct Shared {
    spans: Vec<Span>,
}

impl Shared {
    pub(super) fn of(root: Option<&Node>, file: &SourceFile) -> Shared {
        let mut found = Found { file, spans: FxHashSet::default(), merged_keys: FxHashSet::default() };
        if let Some(root) = root {
            found.aliases(root);
            if !found.merged_keys.is_empty() {
                found.merge_sources(root);
            }
        }
        let mut spans: Vec<Span> = found.spans.into_iter().collect();
        spans.sort_unstable();
        spans.dedup_by(|next, before| {
            let joined = next.start < before.end;
            before.end = if joined { before.end.max(next.end) } else { before.end };
            joined
        });
        Shared { spans }
    }

    /// Whether one of the edits changes something shared.
    pub(super) fn touched_by(&self, edits: &[Edit]) -> bool {
        edits.iter().any(|edit| {
            let before = self.spans.partition_point(|span| span.start < edit.span.end);
            before.checked_sub(1).and_then(|last| self.spans.get(last)).is_some_and(|span| edit.span.start < span.end)
        })
    }
}

/// The bytes of a value with the place behind it at which items and keys are added: for a block, and where nothing is
/// written yet, that is the end of its last line.
fn extent(node: &Node, file: &SourceFile) -> Span {
    let text = node.span.slice(file.text());
    let is_block = node.as_scalar().is_none() && !text.starts_with(['{', '[']);
    if !is_block && !node.span.is_empty() {
        return node.span;
    }
    let end = node.span.start + text.trim_end().len();
    let line_end = file.line_span(file.line_index(end)).map_or(end, |line| line.end);
    Span::new(node.span.start, node.span.end.max(line_end + 1))
}

struct Found<'f> {
    file: &'f SourceFile,
    spans: FxHashSet<Span>,
    merged_keys: FxHashSet<Span>,
}

impl Found<'_> {
    /// What aliases stand for. It is looked into where it is defined, not again at each alias.
    fn aliases(&mut self, node: &Node) {
        if node.alias.is_some() {
            self.spans.insert(extent(node, self.file));
            return;
        }
        for item in node.as_sequence().map_or(&[][..], |list| &list.items) {
            self.aliases(item);
        }
        for entry in node.as_mapping().map_or(&[][..], |mapping| &mapping.entries) {
            if entry.merged {
                self.merged_keys.insert(entry.key.span);
            } else {
                self.aliases(&entry.key);
                self.aliases(&entry.value);
            }
        }
    }

    /// The mappings that are merged into others: a key that is added to them is added there, too.
    fn merge_sources(&mut self, node: &Node) {
        if node.alias.is_some() {
            return;
        }
        for item in node.as_sequence().map_or(&[][..], |list| &list.items) {
            self.merge_sources(item);
        }
        for entry in node.as_mapping().map_or(&[][..], |mapping| &mapping.entries).iter().filter(|e| !e.merged) {
            if self.merged_keys.contains(&entry.key.span) {
                self.spans.insert(extent(node, self.file));
            }
            self.merge_sources(&entry.value);
        }
    }
}
