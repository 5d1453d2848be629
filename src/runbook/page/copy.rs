//! Rules that a page shows: what its blocks of YAML hold.

use super::{CodeBlock, Page};
use crate::rules::Field;
use crate::source::Span;
use crate::yaml::{self, Mapping, Node, NodeKind, Parsed};

/// A rule in a page.
#[derive(Clone, Debug)]
pub struct Copy {
    /// The alert's name.
    pub name: Field,
    /// The rule's mapping.
    pub node: Node,
    /// The lines of the block that it stands in.
    pub block: Span,
    /// So many columns of each of these lines are indentation.
    pub indent: usize,
    /// Which of the rules of its block it is, from 0.
    pub at: usize,
    /// Whether the block holds no other alert.
    pub is_alone: bool,
}

impl Copy {
    /// The value of a field of the rule that is a text; null counts as one that is empty.
    pub fn field(&self, name: &str) -> Option<Field> {
        field(self.node.as_mapping()?, name)
    }

    /// The bytes of a field, key and value.
    pub fn place(&self, name: &str) -> Option<Span> {
        let entry = self.node.as_mapping()?.get(name)?;
        Some(entry.key.span.to(entry.value.span))
    }

    /// The labels or annotations, as `name` says.
    pub fn pairs(&self, name: &str) -> Vec<(Field, Field)> {
        let mapping = || self.node.as_mapping()?.get(name)?.value.as_mapping();
        let entries = mapping().map_or(&[][..], |mapping| &mapping.entries);
        entries.iter().filter_map(|entry| Some((Field::of(&entry.key)?, Field::of(&entry.value)?))).collect()
    }
}

fn field(mapping: &Mapping, name: &str) -> Option<Field> {
    Field::of(&mapping.get(name)?.value)
}

/// Reads the rules that a page shows. A block that is not YAML is an example of something else.
pub(super) fn read(page: &mut Page) {
    let (mut copies, mut recorded) = (Vec::new(), Vec::new());
    for block in page.blocks.iter().filter(|block| may_hold_rules(page, block)) {
        let parsed = yaml::parse_within(&page.file, block.content, block.indent);
        if parsed.documents.iter().any(|document| document.broken) {
            continue;
        }
        copies.extend(in_block(&parsed, block.content, block.indent));
        recorded.extend(recorded_in(&parsed));
    }
    page.copies = copies;
    page.recorded = recorded;
}

/// The rules of a block of YAML.
pub(in crate::runbook) fn in_block(parsed: &Parsed, block: Span, indent: usize) -> Vec<Copy> {
    let mut found = Vec::new();
    for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
        gather(root, &mut |rule, node| {
            found.extend(field(rule, "alert").filter(|_| rule.get("expr").is_some()).map(|name| (name, node.clone())));
        });
    }
    let is_alone = found.len() == 1 && parsed.documents.len() == 1;
    let copies = found.into_iter().enumerate();
    copies.map(|(at, (name, node))| Copy { name, node, block, indent, at, is_alone }).collect()
}

fn may_hold_rules(page: &Page, block: &CodeBlock) -> bool {
    let text = page.slice(block.content);
    block.is_plain
        && matches!(block.language.as_str(), "yaml" | "yml" | "")
        && (text.contains("alert:") || text.contains("record:"))
        && text.contains("expr:")
}

/// The expressions of the recording rules of a block.
fn recorded_in(parsed: &Parsed) -> Vec<Field> {
    let mut found = Vec::new();
    for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
        gather(root, &mut |rule, _| found.extend(rule.get("record").and_then(|_| field(rule, "expr"))));
    }
    found
}

/// Shows `see` the rules in `node`: itself, those of a list, those below `rules`, `groups` and `spec`.
fn gather<'n>(node: &'n Node, see: &mut dyn FnMut(&'n Mapping, &'n Node)) {
    match &node.kind {
        NodeKind::Scalar(_) => {}
        NodeKind::Sequence(list) => list.items.iter().for_each(|item| gather(item, see)),
        NodeKind::Mapping(mapping) if mapping.get("expr").is_some() => see(mapping, node),
        NodeKind::Mapping(mapping) => {
            for below in ["spec", "groups", "rules"].iter().filter_map(|name| mapping.get(name)) {
                gather(&below.value, see);
            }
        }
    }
}
