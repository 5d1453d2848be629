//! `exp_samples` as it should be.

use super::super::report::{FieldDifference, FieldKind, Sample, SampleFailure};
use super::Why;
use super::expectations::Expectations;
use crate::source::{Edit, Span};
use crate::testfile::notation::{histogram, number, series_text};
use crate::yaml::edit::{Editor, Place, Value};

impl Expectations for SampleFailure {
    const KEY: &'static str = "exp_samples";

    const MAY_SHRINK: bool = true;

    type Actual = Sample;

    fn actual(&self) -> &[Sample] {
        &self.actual
    }

    fn check(sample: &Sample) -> Result<(), Why> {
        match sample.histogram.is_empty() && sample.value.is_nan() {
            true => Err(Why::NotANumber),
            false => Ok(()),
        }
    }

    /// Labels and values that differ are changed where they stand.
    fn changed(
        editor: &Editor<'_>,
        item: Place<'_>,
        fields: &[FieldDifference],
        actual: &Sample,
    ) -> Result<Vec<Edit>, Why> {
        let differs = |kind| fields.iter().any(|field| field.kind == kind);
        let (mut edits, mut added) = (Vec::new(), Vec::new());
        if differs(FieldKind::Label) {
            let labels = series_text(&actual.labels);
            match item.entry(editor, "labels")? {
                Some(place) => edits.extend(place.replace(editor, &Value::Text(labels))?),
                None => added.push(("labels".to_owned(), Value::Text(labels))),
            }
        }
        if differs(FieldKind::Value) {
            let (name, new) = value(actual);
            match written_value(editor, item)? {
                Some((old_name, key, place)) => {
                    if old_name != name {
                        edits.push(Edit { span: editor.inside_quotes(key), replacement: name.to_owned() });
                    }
                    edits.extend(place.replace(editor, &new)?);
                }
                None => added.push((name.to_owned(), new)),
            }
        }
        edits.extend(item.add(editor, added)?);
        Ok(edits)
    }

    fn entries(sample: &Sample) -> Vec<(String, Value)> {
        let labels = series_text(&sample.labels);
        let labels = (labels != "{}").then(|| ("labels".to_owned(), Value::Text(labels)));
        let (name, value) = value(sample);
        labels.into_iter().chain([(name.to_owned(), value)]).collect()
    }
}

/// The name, the key and the place of what is expected as a value.
fn written_value<'n>(editor: &Editor<'_>, item: Place<'n>) -> Result<Option<(&'static str, Span, Place<'n>)>, Why> {
    let mut found = None;
    for name in ["value", "histogram"] {
        let Some(entry) = item.node.as_mapping().and_then(|mapping| mapping.get(name)) else { continue };
        let place = Place::of_value(editor, entry, item.has_flow_inside())?;
        // Of the two, promtool looks at the histogram.
        found = Some((name, entry.key.span, place));
    }
    Ok(found)
}

fn value(sample: &Sample) -> (&'static str, Value) {
    if sample.histogram.is_empty() {
        ("value", Value::Plain(number(sample.value)))
    } else {
        ("histogram", Value::Text(histogram(&sample.histogram)))
    }
}
