//! Anchors and what aliases stand for.

use rustc_hash::FxHashMap;

use super::tree::{Builder, Built, NODE_COST};
use crate::source::{Span, words};
use crate::yaml::findings::SYNTAX;
use crate::yaml::{Node, NodeKind, Scalar};

/// How much aliases and merges may add to what is written in a file, in bytes of text plus [`NODE_COST`] a node.
/// Ordinary files stay far below; the few lines of an alias bomb would fill the memory of those who walk the tree.
const MAX_ALIASED: usize = 64 * 1024 * 1024;
/// How deep a tree may be, with what aliases stand for. The parser bounds what is written (255 blocks, 255 brackets).
const MAX_DEPTH: usize = 512;

/// The anchors of a document.
#[derive(Default)]
pub(super) struct Anchors {
    /// Their values; `None` while the value is still open.
    values: FxHashMap<usize, Option<Built>>,
    names: Vec<String>,
}

impl Anchors {
    /// The value of an anchor begins.
    pub(super) fn begin(&mut self, anchor: usize) {
        if anchor != 0 {
            self.values.insert(anchor, None);
        }
    }

    /// The value of an anchor is complete.
    pub(super) fn complete(&mut self, anchor: usize, built: &Built) {
        if anchor != 0 {
            self.values.insert(anchor, Some(built.clone()));
        }
    }
}

impl Builder<'_> {
    pub(super) fn alias(&mut self, id: usize, span: Span) {
        let (message, help) = match self.anchors.values.get(&id) {
            Some(Some(built)) => {
                let depth = self.depth() + built.depth;
                let aliased = self.aliased.saturating_add(built.cost);
                if depth <= MAX_DEPTH && aliased <= MAX_ALIASED {
                    let mut built = built.clone();
                    self.aliased = aliased;
                    built.node.set_alias(self.in_file(span));
                    return self.complete(built, 0);
                }
                (
                    "the aliases of this document expand to too much",
                    "an alias stands for a copy of its anchor's value; copies of copies grow without bound",
                )
            }
            _ => ("an alias inside the value of its own anchor", "the value would contain itself without end"),
        };
        if !self.refused {
            self.problem(&SYNTAX, message, self.source.label(span, "this alias"), help);
        }
        self.refused = true;
        self.scalar_null(span);
    }

    /// To libyaml other names are none.
    pub(super) fn anchor(&mut self, name: String, span: Span) {
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            let help =
                "the names of anchors are ASCII letters, digits, `_` and `-`; a comment needs a space before its `#`";
            self.refuse(span, format!("`&{name}` is no name of an anchor"), "this anchor", help);
        }
        self.anchors.names.push(name);
    }

    pub(super) fn unknown_alias(&mut self, name: &str, span: Span) {
        let help = match words::nearest_or_longer(name, self.anchors.names.iter().map(String::as_str)) {
            Some(near) => format!("the nearest anchor is `&{near}`"),
            None => format!(
                "an anchor `&{name}` must stand before it in the same document; to write a text that begins with `*`, put it in quotes"
            ),
        };
        self.refuse(span, format!("the alias `*{name}` has no anchor"), "no such anchor", help);
        self.scalar_null(span);
    }

    fn scalar_null(&mut self, span: Span) {
        let span = self.in_file(span);
        let kind = NodeKind::Scalar(Scalar::null(span.start()));
        self.complete(Built { node: Node::new(span, None, kind), cost: NODE_COST, depth: 1 }, 0);
    }
}
