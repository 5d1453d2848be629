//! Rule groups in the values of Helm charts that many use: `kube-prometheus-stack`, `prometheus`,
//! `victoria-metrics-k8s-stack`.

use super::part::{Part, PartKind};
use crate::yaml::{Entry, Mapping, Node};

/// How deep a chart's values may stand within those of others.
const MAX_DEPTH: usize = 6;

/// The parts with rule groups in the values under `mapping`.
pub(super) fn parts(mapping: &Mapping) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    gather(mapping, MAX_DEPTH, &mut parts);
    parts
}

fn gather<'n>(mapping: &'n Mapping, depth: usize, parts: &mut Vec<Part<'n>>) {
    for entry in &mapping.entries {
        let Some(name) = entry.name() else { continue };
        match name {
            "additionalPrometheusRulesMap" | "additionalVictoriaMetricsMap" => {
                parts.extend(values_of(entry).filter_map(|(_, value)| with_groups(value)));
            }
            "additionalPrometheusRules" => {
                let items = entry.value.as_sequence().map(|list| list.items.as_slice()).unwrap_or_default();
                parts.extend(items.iter().filter_map(with_groups));
            }
            "serverFiles" => {
                let rules = values_of(entry).filter(|(name, _)| is_rules_name(name));
                parts.extend(rules.filter_map(|(_, value)| with_groups(value)));
            }
            _ => {
                if let Some(below) = entry.value.as_mapping().filter(|_| depth > 0) {
                    gather(below, depth - 1, parts);
                }
            }
        }
    }
}

fn values_of(entry: &Entry) -> impl Iterator<Item = (&str, &Node)> {
    let entries = entry.value.as_mapping().map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.name()?, &entry.value)))
}

/// The files of the chart `prometheus` that hold rules.
fn is_rules_name(name: &str) -> bool {
    let stem = name.strip_suffix(".yml").or(name.strip_suffix(".yaml")).unwrap_or(name);
    matches!(stem, "alerting_rules" | "recording_rules" | "alerts" | "rules") || stem.ends_with("rules")
}

/// The value as a part, if it has groups: as a mapping, or as a text.
fn with_groups(node: &Node) -> Option<Part<'_>> {
    if let Some(mapping) = node.as_mapping() {
        let groups = mapping.get("groups")?.value.as_sequence()?;
        return (!groups.items.is_empty()).then_some(Part { node, kind: PartKind::Values });
    }
    let scalar = node.as_scalar()?;
    let has_groups = scalar.value().lines().any(|line| line.starts_with("groups:"));
    has_groups.then(|| Part { node, kind: PartKind::Nested(scalar.clone()) })
}
