//! The parts of a document that hold rule groups.

use super::{helm_values, kubernetes};
use crate::rules::fields::Place;
use crate::yaml::{Mapping, Node, Scalar};

/// A part of a document that holds rule groups.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Part<'n> {
    /// What holds them.
    pub(in crate::rules) node: &'n Node,
    /// How it holds them.
    pub(in crate::rules) kind: PartKind,
}

/// How rule groups are wrapped.
#[derive(Clone, Debug)]
pub(in crate::rules) enum PartKind {
    /// `groups:` at the top of the document.
    File,
    /// A Kubernetes object, under `spec`.
    Object,
    /// A text that is itself a rule file.
    Nested(Scalar),
    /// `groups:` in the values of a Helm chart, beside fields of the chart.
    Values,
    /// A rule, or a list of rules, without a group.
    Bare,
    /// A rule group, or a list of them, without `groups:`.
    BareGroups,
}

/// All parts of a document with this root.
pub(super) fn of_root(root: &Node) -> Vec<Part<'_>> {
    let bare = |kind: PartKind| vec![Part { node: root, kind }];
    let Some(mapping) = root.as_mapping() else {
        let items = root.as_sequence().map(|list| list.items.as_slice()).unwrap_or_default();
        return match items {
            [] => Vec::new(),
            rules if rules.iter().all(is_rule) => bare(PartKind::Bare),
            groups if groups.iter().all(is_group) => bare(PartKind::BareGroups),
            _ => Vec::new(),
        };
    };
    let has = |name: &str| mapping.get(name).is_some();
    if has("kind") {
        let parts: Vec<Part<'_>> = kubernetes::objects(root).flat_map(kubernetes::parts).collect();
        if !parts.is_empty() || has("apiVersion") {
            return parts;
        }
    }
    if has("groups") && !groups_are_foreign(mapping) {
        vec![Part { node: root, kind: PartKind::File }]
    } else if is_rule(root) {
        bare(PartKind::Bare)
    } else if is_group(root) {
        bare(PartKind::BareGroups)
    } else {
        helm_values::parts(mapping)
    }
}

/// Whether a node is a rule on its own: it has a name, an expression, and nothing that rules do not have.
fn is_rule(node: &Node) -> bool {
    const FIELDS: [&str; 7] = ["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];
    let Some(rule) = node.as_mapping() else { return false };
    let has = |name: &str| rule.get(name).is_some_and(|entry| entry.value.as_scalar().is_some());
    (has("alert") || has("record"))
        && has("expr")
        && rule.entries.iter().all(|entry| entry.name().is_some_and(|name| FIELDS.contains(&name)))
}

/// Whether a node is a rule group on its own: it has a name, rules that are nothing else, and nothing that groups do not have.
fn is_group(node: &Node) -> bool {
    let Some(group) = node.as_mapping() else { return false };
    let rules = group.get("rules").and_then(|entry| entry.value.as_sequence());
    group.get("name").is_some_and(|entry| entry.value.as_scalar().is_some())
        && group.entries.iter().all(|entry| entry.name().is_some_and(|name| Place::Group.has(name)))
        && rules.is_some_and(|rules| !rules.items.is_empty() && rules.items.iter().all(is_rule))
}

/// Whether `groups` is a list of something that is certainly not a rule group. (Other programs have `groups` too.)
fn groups_are_foreign(mapping: &Mapping) -> bool {
    let Some(groups) = mapping.get("groups").map(|entry| &entry.value) else { return false };
    match groups.as_sequence() {
        Some(list) if !list.items.is_empty() => {
            let is_group = |item: &Node| item.as_mapping().is_some_and(|group| group.get("rules").is_some());
            is_grafana(mapping, &list.items)
                || !list.items.iter().any(is_group) && list.items.iter().all(|item| !looks_like_group(item))
                || list.items.iter().all(has_foreign_rules)
        }
        // An empty rule file, if nothing else stands beside it.
        _ => mapping.entries.len() > 1 || groups.as_mapping().is_some(),
    }
}

/// Whether these are alert rules for Grafana's own alerting: its provisioning files have `groups` as well.
fn is_grafana(top: &Mapping, groups: &[Node]) -> bool {
    let has_group = |name: &str| groups.iter().filter_map(Node::as_mapping).any(|group| group.get(name).is_some());
    top.get("apiVersion").is_some() || has_group("orgId") || has_group("folder")
}

/// Whether a document is a provisioning file for Grafana's own alert rules.
pub(super) fn is_grafana_file(root: &Node) -> bool {
    let Some(top) = root.as_mapping() else { return false };
    let groups = top.get("groups").and_then(|entry| entry.value.as_sequence());
    groups.is_some_and(|groups| top.get("kind").is_none() && is_grafana(top, &groups.items))
}

/// Whether a group has rules, none of which has anything that Prometheus' rules have.
fn has_foreign_rules(group: &Node) -> bool {
    let rules = group.as_mapping().and_then(|group| group.get("rules"));
    let Some(rules) = rules.filter(|rules| !rules.value.is_null()) else { return false };
    let Some(list) = rules.value.as_sequence() else { return rules.value.as_mapping().is_some() };
    // In these words at least one of the real ones can be read, also where it is misspelt.
    let is_near = |name: &str| {
        ["alert", "record", "expr", "query", "labels", "annotations"]
            .iter()
            .any(|known| strsim::damerau_levenshtein(&name.to_lowercase(), known) <= 1)
    };
    let is_foreign = |rule: &Node| match rule.as_mapping() {
        Some(rule) => !rule.entries.iter().any(|entry| entry.name().is_some_and(is_near)),
        None => !rule.is_null(),
    };
    !list.items.is_empty() && list.items.iter().all(is_foreign)
}

/// Whether a node has a field that only rule groups have, or nothing but a name.
fn looks_like_group(node: &Node) -> bool {
    let Some(group) = node.as_mapping() else { return false };
    ["rules", "interval", "query_offset", "rule"].iter().any(|name| group.get(name).is_some())
        || group.entries.len() == 1 && group.get("name").is_some()
}
