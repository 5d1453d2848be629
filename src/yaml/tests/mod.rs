//! What the reader says about texts, and laws that it keeps.

mod bounds;
mod errors;
mod places;
mod quirks;
pub(super) mod same_events;
mod second_opinion;
mod tree;

use std::sync::Arc;

use super::*;
use crate::source::testing::render;

fn read(text: &str) -> Parsed {
    parse(&Arc::new(SourceFile::new("a.yml", text)))
}

fn problems(text: &str) -> String {
    render(&read(text).problems)
}

/// The value of the first document of a text without problems.
fn root(text: &str) -> Node {
    let parsed = read(text);
    assert_eq!(render(&parsed.problems), "");
    parsed.documents.into_iter().next().and_then(|document| document.root).expect("a value")
}

/// Calls `visit` with each scalar below `node`, keys included.
pub(super) fn for_each_scalar(node: &Node, visit: &mut dyn FnMut(&Node, &Scalar)) {
    match &node.kind {
        NodeKind::Scalar(scalar) => visit(node, scalar),
        NodeKind::Sequence(list) => list.items.iter().for_each(|item| for_each_scalar(item, visit)),
        NodeKind::Mapping(mapping) => mapping.entries.iter().for_each(|entry| {
            for_each_scalar(&entry.key, visit);
            for_each_scalar(&entry.value, visit);
        }),
    }
}
