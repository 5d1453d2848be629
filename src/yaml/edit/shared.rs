//! What of a file is written once and read at several places: an edit there would change more than the place that it is
//! made for.

use rustc_hash::FxHashSet;

use super::super::{Mapping, Node, Parsed};
use crate::source::Span;

/// The values that an alias or a merge repeats, as disjoint spans in the order of the file.
#[derive(Debug)]
pub struct Shared {
    spans: Vec<Span>,
}

impl Shared {
    /// What is shared in the documents of a file. Takes time that grows with the file.
    pub fn of(parsed: &Parsed) -> Shared {
        let mut found = Found::default();
        let roots = || parsed.documents.iter().filter_map(|document| document.root.as_ref());
        roots().for_each(|root| found.aliases(root));
        if !found.merged_keys.is_empty() {
            roots().for_each(|root| found.merge_sources(root));
        }
        let mut spans: Vec<Span> = found.spans.into_iter().collect();
        spans.sort_unstable();
        spans.dedup_by(|next, before| {
            let joined = next.start() < before.end();
            if joined {
                *before = before.to(*next);
            }
            joined
        });
        Shared { spans }
    }

    /// Whether `span` begins in something shared. A value that is not there has an empty span, within `span`.
    pub fn holds(&self, span: Span) -> bool {
        let next = self.spans.partition_point(|shared| shared.start() <= span.start());
        let around = next.checked_sub(1).and_then(|last| self.spans.get(last));
        let nothing =
            |shared: &Span| shared.is_empty() && span.start() <= shared.start() && shared.start() <= span.end();
        around.is_some_and(|shared| span.start() < shared.end() || nothing(shared))
            || self.spans.get(next).is_some_and(nothing)
    }

    /// Whether something shared lies in `span`, or reaches into it.
    pub fn is_within(&self, span: Span) -> bool {
        let before = self.spans.partition_point(|shared| shared.start() < span.end());
        let last = before.checked_sub(1).and_then(|last| self.spans.get(last));
        !span.is_empty() && last.is_some_and(|shared| span.start() < shared.end().max(shared.start() + 1))
    }
}

#[derive(Default)]
struct Found {
    spans: FxHashSet<Span>,
    merged_keys: FxHashSet<Span>,
}

impl Found {
    /// What aliases stand for. It is looked into where it is defined, not again at each alias.
    fn aliases(&mut self, node: &Node) {
        if node.alias().is_some() {
            self.spans.insert(node.span);
            return;
        }
        for item in node.as_sequence().map_or(&[][..], |list| &list.items) {
            self.aliases(item);
        }
        for entry in node.as_mapping().map_or(&[][..], |mapping| &mapping.entries) {
            if entry.is_merged() {
                self.merged_keys.insert(entry.key.span);
            } else {
                self.aliases(&entry.key);
                self.aliases(&entry.value);
            }
        }
    }

    /// The mappings that are merged into others: a key that is added to them is added there, too.
    fn merge_sources(&mut self, node: &Node) {
        if node.alias().is_some() {
            return;
        }
        for item in node.as_sequence().map_or(&[][..], |list| &list.items) {
            self.merge_sources(item);
        }
        for entry in node.as_mapping().into_iter().flat_map(Mapping::written) {
            if self.merged_keys.contains(&entry.key.span) {
                self.spans.insert(node.span);
            }
            self.merge_sources(&entry.value);
        }
    }
}
