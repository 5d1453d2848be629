//! Keys that appear twice, and `<<` merges.

use std::collections::HashSet;

use super::{Entry, Node, ScalarStyle};
use crate::source::Span;

/// A key that a mapping already has.
pub(super) struct Duplicate {
    /// The key's text.
    pub(super) name: String,
    /// Where it stands first, in bytes of the file.
    pub(super) first: Span,
    /// Where it stands again.
    pub(super) second: Span,
}

/// How many keys are compared each with each: nearly all mappings have fewer.
const FEW: usize = 16;

/// Takes out the entries whose key was there before. Keys are compared by their text, as Prometheus' reader does: `a` and
/// `"a"` are the same key.
pub(super) fn take_duplicates(entries: &mut Vec<Entry>) -> Vec<Duplicate> {
    if entries.len() <= FEW && are_distinct(entries) {
        return Vec::new();
    }
    let name = |index: usize| entries.get(index).and_then(Entry::name);
    let mut by_name: Vec<usize> = (0..entries.len()).filter(|index| name(*index).is_some()).collect();
    by_name.sort_by(|a, b| name(*a).cmp(&name(*b)));
    let mut duplicates = Vec::new();
    let mut dropped = HashSet::new();
    for same in by_name.chunk_by(|a, b| name(*a) == name(*b)) {
        let Some((first, others)) = same.split_first() else { continue };
        for other in others {
            let (Some(first), Some(second)) = (entries.get(*first), entries.get(*other)) else { continue };
            let name = second.name().unwrap_or_default().to_owned();
            duplicates.push(Duplicate { name, first: first.key.span, second: second.key.span });
            dropped.insert(*other);
        }
    }
    duplicates.sort_by_key(|duplicate| duplicate.second.start());
    let mut index = 0;
    entries.retain(|_| {
        index += 1;
        !dropped.contains(&(index - 1))
    });
    duplicates
}

/// Whether no two of a few entries have the same name.
fn are_distinct(entries: &[Entry]) -> bool {
    let mut names = [""; FEW];
    for (known, name) in entries.iter().filter_map(Entry::name).enumerate() {
        let (before, rest) = names.split_at_mut(known);
        if before.contains(&name) {
            return false;
        }
        let Some(place) = rest.first_mut() else { return false };
        *place = name;
    }
    true
}

/// Takes the `<<` entries out and gives their values.
pub(super) fn take_merges(entries: &mut Vec<Entry>) -> Vec<Node> {
    if !entries.iter().any(|entry| is_merge_key(&entry.key)) {
        return Vec::new();
    }
    let (merges, written) = std::mem::take(entries).into_iter().partition(|entry: &Entry| is_merge_key(&entry.key));
    *entries = written;
    merges.into_iter().map(|entry: Entry| entry.value).collect()
}

fn is_merge_key(key: &Node) -> bool {
    let plain = key.as_scalar().is_some_and(|scalar| scalar.style == ScalarStyle::Plain && scalar.is("<<"));
    plain && key.tag().is_none_or(|tag| tag == "!!merge")
}

/// Adds the entries of `source`, a mapping or a list of mappings, whose keys are not there yet. Fails with the node
/// that is neither.
pub(super) fn merge(entries: &mut Vec<Entry>, source: &Node) -> Result<(), Node> {
    let mut names: HashSet<String> = entries.iter().filter_map(Entry::name).map(str::to_owned).collect();
    let listed = source.as_sequence().map(|sequence| sequence.items.as_slice());
    for node in listed.unwrap_or(std::slice::from_ref(source)) {
        let mapping = node.as_mapping().ok_or_else(|| node.clone())?;
        let alias = node.alias().or(source.alias()).unwrap_or(node.span);
        for entry in &mapping.entries {
            if entry.name().is_some_and(|name| !names.insert(name.to_owned())) {
                continue;
            }
            let mut entry = entry.clone();
            entry.key.set_merged();
            if entry.value.alias().is_none() {
                entry.value.set_alias(alias);
            }
            entries.push(entry);
        }
    }
    Ok(())
}
