//! What kind of file a YAML file is, judged by what is in it.

use std::sync::Arc;

use crate::source::SourceFile;
use crate::yaml::{Document, Mapping, Node, Parsed, Scalar};

/// What kind of file a YAML file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileShape {
    /// Holds rule groups: `groups:` at the top, or Kubernetes objects that hold them.
    Rules,
    /// A unit-test file as promtool reads it: `tests:` at the top, or `rule_files:` without a server's configuration.
    Tests,
    /// Anything else.
    Other,
}

/// What kind of file this is, by its first document that says so.
pub fn classify(parsed: &Parsed, file: &SourceFile) -> FileShape {
    let shapes = parsed.documents.iter().map(|document| of_document(document, file));
    let mut known = shapes.filter_map(|shape| match shape {
        DocumentShape::Groups | DocumentShape::Objects => Some(FileShape::Rules),
        DocumentShape::Tests => Some(FileShape::Tests),
        DocumentShape::Other => None,
    });
    known.next().unwrap_or(FileShape::Other)
}

/// Whether a text may be a rule file or a test file. A cheap look at its bytes, which spares the parser all the other
/// YAML of a repository: false means certainly not.
pub fn may_hold_rules_or_tests(text: &str) -> bool {
    ["groups", "tests", "rule_files", "PrometheusRule"].iter().any(|word| text.contains(word))
}

/// What one document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentShape {
    /// `groups:` at the top.
    Groups,
    /// Kubernetes objects with rule groups.
    Objects,
    /// A test file.
    Tests,
    /// Anything else.
    Other,
}

/// Fields at the top of a server's configuration, which has `rule_files` too.
const SERVER_FIELDS: [&str; 6] =
    ["global", "scrape_configs", "scrape_config_files", "alerting", "remote_write", "remote_read"];

pub(super) fn of_document(document: &Document, file: &SourceFile) -> DocumentShape {
    match &document.root {
        Some(root) => of_root(root),
        None if document.broken => of_broken(document, file),
        None => DocumentShape::Other,
    }
}

fn of_root(root: &Node) -> DocumentShape {
    let Some(mapping) = root.as_mapping() else { return DocumentShape::Other };
    let has = |name: &str| mapping.get(name).is_some();
    if has("kind") && objects(root).any(holds_rules) {
        DocumentShape::Objects
    } else if has("kind") && has("apiVersion") {
        DocumentShape::Other
    } else if has("tests") || has("rule_files") && !SERVER_FIELDS.iter().any(|name| has(name)) {
        DocumentShape::Tests
    } else if has("groups") && !groups_are_foreign(mapping) {
        DocumentShape::Groups
    } else {
        DocumentShape::Other
    }
}

/// Whether `groups` is a list of something that is certainly not a rule group. (Other programs have `groups` too.)
fn groups_are_foreign(mapping: &Mapping) -> bool {
    let Some(groups) = mapping.get("groups").map(|entry| &entry.value) else { return false };
    match groups.as_sequence() {
        Some(list) if !list.items.is_empty() => {
            let is_group = |item: &Node| item.as_mapping().is_some_and(|group| group.get("rules").is_some());
            !list.items.iter().any(is_group) && list.items.iter().all(|item| !looks_like_group(item))
        }
        // An empty rule file, if nothing else stands beside it.
        _ => mapping.entries.len() > 1 || groups.as_mapping().is_some(),
    }
}

/// Whether a node has a field that only rule groups have, or nothing but a name.
fn looks_like_group(node: &Node) -> bool {
    let Some(group) = node.as_mapping() else { return false };
    ["rules", "interval", "query_offset", "rule"].iter().any(|name| group.get(name).is_some())
        || group.entries.len() == 1 && group.get("name").is_some()
}

/// The Kubernetes objects of a document: the items of a list, or the object itself.
pub(super) fn objects(root: &Node) -> impl Iterator<Item = &Node> {
    let is_list = kind(root).is_some_and(|kind| kind.ends_with("List"));
    let items = root.as_mapping().and_then(|mapping| mapping.get("items")).and_then(|entry| entry.value.as_sequence());
    let items = items.filter(|_| is_list).map(|sequence| sequence.items.as_slice());
    items.unwrap_or(std::slice::from_ref(root)).iter()
}

/// The value of `kind`.
pub(super) fn kind(object: &Node) -> Option<&str> {
    object.as_mapping()?.get("kind")?.value.as_scalar().map(|scalar| scalar.value.as_str())
}

fn holds_rules(object: &Node) -> bool {
    match kind(object) {
        Some("PrometheusRule") => true,
        Some("ConfigMap") => nested_rule_files(object).next().is_some(),
        _ => false,
    }
}

/// The values of a ConfigMap that are rule files, by the look of their lines.
pub(super) fn nested_rule_files(object: &Node) -> impl Iterator<Item = &Arc<Scalar>> {
    let data = object.as_mapping().and_then(|mapping| mapping.get("data")).and_then(|entry| entry.value.as_mapping());
    let entries = data.map(|data| data.entries.as_slice()).unwrap_or_default();
    entries.iter().filter_map(|entry| entry.value.as_shared_scalar()).filter(|scalar| has_groups_line(&scalar.value))
}

fn has_groups_line(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("groups:"))
}

/// A document whose syntax is broken is a rule file if its lines look so, and if it is not a template that only becomes
/// YAML when it is rendered.
fn of_broken(document: &Document, file: &SourceFile) -> DocumentShape {
    let text = file.text().get(document.span.start..).unwrap_or_default();
    let lines = || {
        text.lines()
            .enumerate()
            .take_while(|(index, line)| *index == 0 || !line.starts_with("---"))
            .map(|(_, line)| line)
    };
    let is_template = lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("{{")
            || line.starts_with("{%")
            || line.contains("{{-")
            || line.contains("{{ .Values")
            || line.contains("{{ include ")
    });
    if is_template {
        DocumentShape::Other
    } else if lines().any(|line| line.starts_with("tests:")) {
        DocumentShape::Tests
    } else if lines().any(|line| line.starts_with("groups:")) {
        DocumentShape::Groups
    } else if lines().any(|line| line.trim() == "kind: PrometheusRule") {
        DocumentShape::Objects
    } else {
        DocumentShape::Other
    }
}
