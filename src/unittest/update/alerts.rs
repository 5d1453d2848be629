//! `exp_alerts` as it should be.

use super::super::report::{Alert, AlertFailure, FieldDifference, FieldKind};
use super::Why;
use super::expectations::Expectations;
use crate::source::Edit;
use crate::yaml::edit::{Editor, Place, Value};
use crate::yaml::{Entry, Mapping};

impl Expectations for AlertFailure {
    const KEY: &'static str = "exp_alerts";

    const MAY_SHRINK: bool = false;

    type Actual = Alert;

    fn actual(&self) -> &[Alert] {
        &self.actual
    }

    /// Labels and annotations that differ are changed where they stand.
    fn changed(
        editor: &Editor<'_>,
        item: Place<'_>,
        fields: &[FieldDifference],
        _actual: &Alert,
    ) -> Result<Vec<Edit>, Why> {
        let (mut edits, mut new_parts) = (Vec::new(), Vec::new());
        for (kind, part) in [(FieldKind::Label, "exp_labels"), (FieldKind::Annotation, "exp_annotations")] {
            let fields: Vec<&FieldDifference> = fields.iter().filter(|field| field.kind == kind).collect();
            match item.entry(editor, part)? {
                _ if fields.is_empty() => {}
                Some(place) => edits.extend(changed_names(editor, place, &fields)?),
                None => {
                    let texts =
                        fields.iter().filter_map(|field| Some((field.name.clone(), text(field.actual.as_ref()?))));
                    new_parts.push((part.to_owned(), Value::Map(texts.collect())));
                }
            }
        }
        edits.extend(item.add(editor, new_parts)?);
        Ok(edits)
    }

    fn entries(alert: &Alert) -> Vec<(String, Value)> {
        let texts = |pairs: &[(String, String)]| {
            Value::Map(pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect())
        };
        let labels: Vec<_> = alert.labels.iter().filter(|(name, _)| name != "alertname").cloned().collect();
        let parts = [("exp_labels", texts(&labels)), ("exp_annotations", texts(&alert.annotations))];
        let filled = parts.into_iter().filter(|(_, part)| !part.is_empty());
        filled.map(|(name, part)| (name.to_owned(), part)).collect()
    }
}

/// The edits of a mapping of names to texts.
fn changed_names(editor: &Editor<'_>, place: Place<'_>, fields: &[&FieldDifference]) -> Result<Vec<Edit>, Why> {
    let entries = place.node.as_mapping().into_iter().flat_map(Mapping::written);
    let written: Vec<Option<&str>> = entries.map(Entry::name).collect();
    let mut kept = vec![true; written.len()];
    let (mut edits, mut added) = (Vec::new(), Vec::new());
    for field in fields {
        match (place.entry(editor, &field.name)?, &field.actual) {
            (Some(value), Some(actual)) => edits.extend(value.replace(editor, &text(actual))?),
            (Some(_), None) => {
                let index = written.iter().position(|name| *name == Some(field.name.as_str())).ok_or(Why::Alias)?;
                *kept.get_mut(index).ok_or(Why::Layout)? = false;
            }
            (None, Some(actual)) => added.push((field.name.clone(), text(actual))),
            (None, None) => {}
        }
    }
    edits.extend(place.rewrite(editor, &kept, &Value::Map(added))?);
    Ok(edits)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
