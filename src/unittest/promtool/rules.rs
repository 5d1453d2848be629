//! Rule files in the plain form that Prometheus reads, made of Kubernetes objects and of files with several documents.

use rustc_hash::FxHashSet;

use crate::model::duration::format_duration;
use crate::rules::{Field, Rule, RuleFile, RuleGroup, RuleKind, Shape};
use crate::yaml::writer::Writer;

/// Whether promtool reads the same groups from the file as promproof.
pub(super) fn is_plain(file: &RuleFile) -> bool {
    let one_document = file.file.text().lines().skip(1).all(|line| !line.starts_with("---"));
    file.shape == Shape::Plain && one_document
}

/// The rules as plain files: one, or more where groups of different parts have the same name.
pub(super) fn plain_texts(file: &RuleFile, header: &str) -> Vec<String> {
    let mut texts: Vec<Vec<&RuleGroup>> = Vec::new();
    let mut names: Vec<FxHashSet<&str>> = Vec::new();
    for group in &file.groups {
        // Behind the first file that has no group of this name yet, and not before one of its neighbours.
        let last = names.len().saturating_sub(1);
        if names.get_mut(last).is_none_or(|names| !names.insert(group.name.text())) {
            names.push([group.name.text()].into_iter().collect());
            texts.push(Vec::new());
        }
        texts.extend(texts.is_empty().then(Vec::new));
        if let Some(groups) = texts.last_mut() {
            groups.push(group);
        }
    }
    texts.iter().map(|groups| text(groups, header)).collect()
}

fn text(groups: &[&RuleGroup], header: &str) -> String {
    let mut writer = Writer::default();
    writer.comment(header);
    writer.nested("groups", |writer| {
        for group in groups {
            writer.list_item(|writer| write_group(writer, group));
        }
    });
    writer.finish()
}

fn write_group(writer: &mut Writer, group: &RuleGroup) {
    writer.text("name", group.name.text());
    for (key, value) in [("interval", group.interval_ms), ("query_offset", group.query_offset_ms)] {
        if let Some(value) = value {
            writer.plain(key, &format_duration(value));
        }
    }
    if let Some(limit) = group.limit {
        writer.plain("limit", &limit.to_string());
    }
    writer.map("labels", texts(&group.labels));
    if group.rules.is_empty() {
        return writer.plain("rules", "[]");
    }
    writer.nested("rules", |writer| {
        for rule in &group.rules {
            writer.list_item(|writer| write_rule(writer, rule));
        }
    });
}

fn write_rule(writer: &mut Writer, rule: &Rule) {
    let key = match rule.kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "record",
    };
    writer.text(key, rule.name.text());
    writer.text("expr", rule.expr.text());
    for (key, value) in [("for", rule.for_ms), ("keep_firing_for", rule.keep_firing_for_ms)] {
        if value > 0 {
            writer.plain(key, &format_duration(value));
        }
    }
    writer.map("labels", texts(&rule.labels));
    writer.map("annotations", texts(&rule.annotations));
}

pub(super) fn texts(pairs: &[(Field, Field)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.text(), value.text()))
}
