//! `exp_alerts` as it should be.

use super::super::report::{Alert, AlertFailure, Difference, FieldDifference, FieldKind};
use super::Why;
use super::collection::{Context, Place};
use super::render::Value;
use super::scalar::{self, New};
use crate::source::Edit;

const LIST: &str = "exp_alerts";

/// The edits of the assertion at `place`. Alerts that do not fire go, labels and annotations that differ are changed
/// where they stand, and other alerts come behind those that are there.
pub(super) fn edits(context: Context<'_>, place: Place<'_>, failure: &AlertFailure) -> Result<Vec<Edit>, Why> {
    let list = place.entry(context.lines, LIST)?;
    let items = list.map_or(Ok(Vec::new()), |list| list.items(context.lines))?;
    let mut kept = vec![true; items.len()];
    let (mut edits, mut added) = (Vec::new(), Vec::new());
    for difference in &failure.differences {
        match difference {
            Difference::Missing { expected, .. } => *kept.get_mut(*expected).ok_or(Why::Layout)? = false,
            Difference::Unexpected { actual } => added.push(alert(failure.actual.get(*actual).ok_or(Why::Layout)?)),
            Difference::Differs { expected, actual, fields, .. } => {
                let item = items.get(*expected).ok_or(Why::Layout)?;
                edits.extend(changed_alert(context, *item, fields, failure.actual.get(*actual).ok_or(Why::Layout)?)?);
            }
        }
    }
    let added = Value::List(added);
    edits.extend(match list {
        Some(list) => list.rewrite(context, &kept, &added)?,
        None => place.add(context, vec![(LIST.to_owned(), added)])?,
    });
    Ok(edits)
}

fn changed_alert(
    context: Context<'_>,
    item: Place<'_>,
    fields: &[FieldDifference],
    actual: &Alert,
) -> Result<Vec<Edit>, Why> {
    item.check_free(context)?;
    if item.node.as_mapping().is_none_or(|mapping| mapping.entries.is_empty()) {
        let Value::Map(parts) = alert(actual) else { return Err(Why::Layout) };
        return item.add(context, parts);
    }
    let (mut edits, mut new_parts) = (Vec::new(), Vec::new());
    for (kind, part) in [(FieldKind::Label, "exp_labels"), (FieldKind::Annotation, "exp_annotations")] {
        let fields: Vec<&FieldDifference> = fields.iter().filter(|field| field.kind == kind).collect();
        match item.entry(context.lines, part)? {
            _ if fields.is_empty() => {}
            Some(place) => edits.extend(changed_names(context, place, &fields)?),
            None => {
                let texts = fields.iter().filter_map(|field| Some((field.name.clone(), text(field.actual.as_ref()?))));
                new_parts.push((part.to_owned(), Value::Map(texts.collect())));
            }
        }
    }
    edits.extend(item.add(context, new_parts)?);
    Ok(edits)
}

/// The edits of a mapping of names to texts.
fn changed_names(context: Context<'_>, place: Place<'_>, fields: &[&FieldDifference]) -> Result<Vec<Edit>, Why> {
    let mapping = place.node.as_mapping();
    let entries = mapping.map_or(&[][..], |mapping| &mapping.entries);
    let written: Vec<&str> = entries.iter().filter(|entry| !entry.merged).filter_map(|entry| entry.name()).collect();
    let mut kept = vec![true; written.len()];
    let (mut edits, mut added) = (Vec::new(), Vec::new());
    for field in fields {
        match (place.entry(context.lines, &field.name)?, &field.actual) {
            (Some(value), Some(actual)) => edits.extend(scalar::replace(context, value, New::Text(actual))?),
            (Some(_), None) => {
                let index = written.iter().position(|name| *name == field.name).ok_or(Why::Alias)?;
                *kept.get_mut(index).ok_or(Why::Layout)? = false;
            }
            (None, Some(actual)) => added.push((field.name.clone(), text(actual))),
            (None, None) => {}
        }
    }
    edits.extend(place.rewrite(context, &kept, &Value::Map(added))?);
    Ok(edits)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn alert(alert: &Alert) -> Value {
    let texts = |pairs: &[(String, String)]| {
        Value::Map(pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    };
    let labels: Vec<_> = alert.labels.iter().filter(|(name, _)| name != "alertname").cloned().collect();
    let parts = [("exp_labels", texts(&labels)), ("exp_annotations", texts(&alert.annotations))];
    let filled = parts.into_iter().filter(|(_, part)| !part.is_empty());
    Value::Map(filled.map(|(name, part)| (name.to_owned(), part)).collect())
}
