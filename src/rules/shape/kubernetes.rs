//! Kubernetes objects, and those among them that hold rules.

use super::part::{Part, PartKind};
use crate::rules::Dialect;
use crate::yaml::{Mapping, Node, Scalar};

/// Kinds whose `spec.groups` are rule groups, with the beginning of their `apiVersion` where the kind alone does not
/// say it.
const WITH_GROUPS: [(&str, &str); 8] = [
    ("PrometheusRule", ""),
    ("VMRule", ""),
    ("GlobalRules", "monitoring.googleapis.com/"),
    ("ClusterRules", "monitoring.googleapis.com/"),
    ("Rules", "monitoring.googleapis.com/"),
    ("AlertingRule", "loki.grafana.com/"),
    ("RecordingRule", "loki.grafana.com/"),
    ("AlertingRule", OPENSHIFT),
];

/// OpenShift has alerting rules for its own Prometheus, Loki's operator has some of the same name in LogQL.
const OPENSHIFT: &str = "monitoring.openshift.io/";

/// The Kubernetes objects of a document: the items of a list, the objects of an OpenShift Template, or the object
/// itself.
pub(super) fn objects(root: &Node) -> impl Iterator<Item = &Node> {
    let name = match kind(root) {
        Some("Template") => Some("objects"),
        Some(kind) if kind.ends_with("List") => Some("items"),
        _ => None,
    };
    let entry = name.and_then(|name| root.as_mapping()?.get(name));
    let items = entry.and_then(|entry| entry.value.as_sequence()).map(|sequence| sequence.items.as_slice());
    items.unwrap_or(std::slice::from_ref(root)).iter()
}

/// The value of `kind`.
fn kind(object: &Node) -> Option<&str> {
    text(object.as_mapping()?, "kind")
}

fn text<'n>(mapping: &'n Mapping, name: &str) -> Option<&'n str> {
    mapping.get(name)?.value.as_scalar().map(|scalar| scalar.value())
}

/// The parts of an object that hold rule groups.
pub(super) fn parts(object: &Node) -> Vec<Part<'_>> {
    match object.as_mapping() {
        Some(mapping) if has_groups(mapping) => {
            vec![Part { node: object, kind: PartKind::Object }]
        }
        Some(mapping) if text(mapping, "kind") == Some("ConfigMap") => nested_rule_files(mapping)
            .map(|(node, scalar)| Part { node, kind: PartKind::Nested(scalar.clone()) })
            .collect(),
        _ => Vec::new(),
    }
}

/// The dialect that the kind of an object stands for.
pub(in crate::rules) fn dialect_of_kind(object: &Node) -> Dialect {
    let version = object.as_mapping().and_then(|object| text(object, "apiVersion")).unwrap_or_default();
    match kind(object) {
        Some("VMRule") => Dialect::Vmalert,
        Some("AlertingRule") if version.starts_with(OPENSHIFT) => Dialect::Prometheus,
        Some("AlertingRule" | "RecordingRule") => Dialect::Loki,
        _ => Dialect::Prometheus,
    }
}

fn has_groups(object: &Mapping) -> bool {
    let version = text(object, "apiVersion").unwrap_or_default();
    let is_known = |(kind, group): &(&str, &str)| text(object, "kind") == Some(kind) && version.starts_with(group);
    WITH_GROUPS.iter().any(is_known) && !is_patch(object)
}

/// Whether it is a patch of another object, by kustomize's directives in it.
fn is_patch(object: &Mapping) -> bool {
    let Some(spec) = object.get("spec").and_then(|entry| entry.value.as_mapping()) else {
        return object.get("$patch").is_some();
    };
    let groups = spec.get("groups").and_then(|entry| entry.value.as_sequence());
    let groups = groups.map(|list| list.items.as_slice()).unwrap_or_default();
    let mut levels = [Some(object), Some(spec)].into_iter().chain(groups.iter().map(Node::as_mapping)).flatten();
    levels
        .any(|mapping| mapping.entries.iter().any(|entry| entry.name().is_some_and(|name| name.starts_with("$patch"))))
}

/// Whether an object comes from a server: what is in it is final, whatever it looks like.
pub(super) fn is_from_server(object: &Node) -> bool {
    let metadata = object.as_mapping().and_then(|object| object.get("metadata")?.value.as_mapping());
    metadata.is_some_and(|metadata| ["uid", "resourceVersion"].iter().any(|name| metadata.get(name).is_some()))
}

/// The values of a ConfigMap that are rule files, by the look of their lines.
fn nested_rule_files(object: &Mapping) -> impl Iterator<Item = (&Node, &Scalar)> {
    let data = object.get("data").and_then(|entry| entry.value.as_mapping());
    let entries = data.map(|data| data.entries.as_slice()).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| Some((&entry.value, entry.value.as_scalar()?)))
        .filter(|(_, scalar)| has_groups_line(scalar.value()))
}

fn has_groups_line(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("groups:"))
}

/// Whether a line of a text that is not YAML names one of the kinds.
pub(super) fn is_kind_line(line: &str) -> bool {
    let kind = line.trim_start_matches(['-', ' ']).strip_prefix("kind:").map(str::trim);
    kind.is_some_and(|kind| {
        matches!(kind, "PrometheusRule" | "VMRule" | "AlertingRule" | "GlobalRules" | "ClusterRules")
    })
}
