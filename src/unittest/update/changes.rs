//! What has to change in a list of expectations.

use std::sync::Arc;

use super::super::notation::{number, series_text};
use super::super::report::{Alert, AlertFailure, Difference, FieldDifference, FieldKind, Sample, SampleFailure};
use super::render::{self, Value};
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::Node;

/// A change of one item.
#[derive(Debug)]
pub(super) enum Change {
    /// The item with this index goes.
    Remove(usize),
    /// The item with this index is written anew.
    Replace(usize, Value),
    /// Values within an item are replaced.
    Edit(Vec<Edit>),
    /// An item is added at the end.
    Add(Value),
}

/// The changes, and the whole list as it should be: kept items in their order, then the new ones.
pub(super) type Changes = (Vec<Change>, Vec<Value>);

pub(super) fn of_alerts(file: &Arc<SourceFile>, written: &[Node], failure: &AlertFailure) -> Option<Changes> {
    let mut list: Vec<Option<Value>> = failure.expected.iter().map(|expected| Some(alert(expected))).collect();
    let mut changes = Vec::new();
    let mut added = Vec::new();
    for difference in &failure.differences {
        match difference {
            Difference::Missing { expected, .. } => {
                *list.get_mut(*expected)? = None;
                changes.push(Change::Remove(*expected));
            }
            Difference::Unexpected { actual } => added.push(alert(failure.actual.get(*actual)?)),
            Difference::Differs { expected, actual, fields, .. } => {
                let new = alert(failure.actual.get(*actual)?);
                let edits = alert_edits(file, written.get(*expected)?, fields);
                *list.get_mut(*expected)? = Some(new.clone());
                changes.push(edits.map_or(Change::Replace(*expected, new), Change::Edit));
            }
        }
    }
    changes.extend(added.iter().cloned().map(Change::Add));
    Some((changes, list.into_iter().flatten().chain(added).collect()))
}

pub(super) fn of_samples(file: &Arc<SourceFile>, written: &[Node], failure: &SampleFailure) -> Option<Changes> {
    let index_of = |span: Span| written.iter().position(|item| item.span == span);
    let mut list: Vec<Option<Value>> = vec![None; written.len()];
    // What is expected is sorted; the differences know the places, and what has none stays as it is written.
    for (index, node) in written.iter().enumerate() {
        *list.get_mut(index)? = Some(Value::Plain(node.span.slice(file.text()).trim_end().to_owned()));
    }
    let mut changes = Vec::new();
    let mut added = Vec::new();
    for difference in &failure.differences {
        match difference {
            Difference::Missing { span, .. } => {
                let index = index_of(*span)?;
                *list.get_mut(index)? = None;
                changes.push(Change::Remove(index));
            }
            Difference::Unexpected { actual } => added.push(sample(failure.actual.get(*actual)?)),
            Difference::Differs { actual, span, fields, .. } => {
                let index = index_of(*span)?;
                let actual = failure.actual.get(*actual)?;
                let edits = sample_edits(file, written.get(index)?, fields, actual);
                let new = with_tolerance(sample(actual), file, written.get(index)?);
                *list.get_mut(index)? = Some(new.clone());
                changes.push(edits.map_or(Change::Replace(index, new), Change::Edit));
            }
        }
    }
    changes.extend(added.iter().cloned().map(Change::Add));
    Some((changes, list.into_iter().flatten().chain(added).collect()))
}

/// Replacements of single values; `None` where a field comes or goes.
fn alert_edits(file: &Arc<SourceFile>, item: &Node, fields: &[FieldDifference]) -> Option<Vec<Edit>> {
    let edit = |field: &FieldDifference| {
        let (Some(_), Some(actual)) = (&field.expected, &field.actual) else { return None };
        let part = if field.kind == FieldKind::Label { "exp_labels" } else { "exp_annotations" };
        let part = item.as_mapping()?.get(part)?.value.as_mapping()?;
        let value = &part.get(&field.name)?.value;
        replace(value, render::like(file, value, actual)?)
    };
    fields.iter().map(edit).collect()
}

fn sample_edits(file: &Arc<SourceFile>, item: &Node, fields: &[FieldDifference], actual: &Sample) -> Option<Vec<Edit>> {
    let mapping = item.as_mapping()?;
    let mut edits = Vec::new();
    if fields.iter().any(|field| field.kind == FieldKind::Label) {
        let labels = &mapping.get("labels")?.value;
        edits.push(replace(labels, render::like(file, labels, &series_text(&actual.labels))?)?);
    }
    if fields.iter().any(|field| field.kind == FieldKind::Value) {
        let (value, histogram) = (mapping.get("value"), mapping.get("histogram"));
        let written = match (value, histogram, actual.histogram.is_empty()) {
            (Some(value), None, true) => replace(&value.value, number(actual.value)),
            (None, Some(old), false) => replace(&old.value, render::like(file, &old.value, &actual.histogram)?),
            _ => None,
        };
        edits.push(written?);
    }
    Some(edits)
}

/// Only what is written at this very place can be replaced there.
pub(super) fn replace(old: &Node, replacement: String) -> Option<Edit> {
    let here = old.alias.is_none() && old.tag.is_none() && !old.span.is_empty();
    here.then_some(Edit { span: old.span, replacement })
}

fn alert(alert: &Alert) -> Value {
    let map = |pairs: &[(String, String)]| {
        let pairs = pairs.iter().filter(|(name, _)| name != "alertname");
        Value::Map(pairs.map(|(name, value)| (name.clone(), Value::Text(value.clone()))).collect())
    };
    // An annotation may be called as it likes.
    let annotations = alert.annotations.iter().map(|(name, value)| (name.clone(), Value::Text(value.clone())));
    let parts = [("exp_labels", map(&alert.labels)), ("exp_annotations", Value::Map(annotations.collect()))];
    let filled = parts.into_iter().filter(|(_, part)| *part != Value::Map(Vec::new()));
    Value::Map(filled.map(|(name, part)| (name.to_owned(), part)).collect())
}

/// The new sample with the tolerance of the old one.
fn with_tolerance(new: Value, file: &Arc<SourceFile>, old: &Node) -> Value {
    let tolerance = old.as_mapping().and_then(|old| old.get("tolerance"));
    let (Value::Map(mut fields), Some(tolerance)) = (new.clone(), tolerance) else { return new };
    let text = tolerance.value.span.slice(file.text()).trim_end().to_owned();
    fields.push(("tolerance".to_owned(), Value::Plain(text)));
    Value::Map(fields)
}

fn sample(sample: &Sample) -> Value {
    let value = if sample.histogram.is_empty() {
        ("value".to_owned(), Value::Plain(number(sample.value)))
    } else {
        ("histogram".to_owned(), Value::Text(sample.histogram.clone()))
    };
    let labels = series_text(&sample.labels);
    let labels = (labels != "{}").then(|| ("labels".to_owned(), Value::Text(labels)));
    Value::Map(labels.into_iter().chain([value]).collect())
}
