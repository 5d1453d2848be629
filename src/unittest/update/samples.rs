//! `exp_samples` as it should be.

use super::super::notation::{histogram, number, series_text};
use super::super::report::{FieldDifference, FieldKind, Sample, SampleFailure};
use super::Why;
use super::collection::{Context, Place};
use super::expectations::Expectations;
use super::lines::Lines;
use super::render::Value;
use super::scalar;
use crate::source::{Edit, Span};

impl Expectations for SampleFailure {
    const KEY: &'static str = "exp_samples";

    type Actual = Sample;

    fn actual(&self) -> &[Sample] {
        &self.actual
    }

    /// Labels and values that differ are changed where they stand.
    fn changed(
        context: Context<'_>,
        item: Place<'_>,
        fields: &[FieldDifference],
        actual: &Sample,
    ) -> Result<Vec<Edit>, Why> {
        let differs = |kind| fields.iter().any(|field| field.kind == kind);
        let (mut edits, mut added) = (Vec::new(), Vec::new());
        if differs(FieldKind::Label) {
            let labels = series_text(&actual.labels);
            match item.entry(context.lines, "labels")? {
                Some(place) => edits.extend(scalar::replace(context, place, &Value::Text(labels))?),
                None => added.push(("labels".to_owned(), Value::Text(labels))),
            }
        }
        if differs(FieldKind::Value) {
            let (name, new) = value(actual);
            match written_value(context, item)? {
                Some((old_name, key, place)) => {
                    if old_name != name {
                        edits.push(Edit { span: without_quotes(context.lines, key), replacement: name.to_owned() });
                    }
                    edits.extend(scalar::replace(context, place, &new)?);
                }
                None => added.push((name.to_owned(), new)),
            }
        }
        edits.extend(item.add(context, added)?);
        Ok(edits)
    }

    fn entries(sample: &Sample) -> Vec<(String, Value)> {
        let labels = series_text(&sample.labels);
        let labels = (labels != "{}").then(|| ("labels".to_owned(), Value::Text(labels)));
        let (name, value) = value(sample);
        labels.into_iter().chain([(name.to_owned(), value)]).collect()
    }
}

/// The name in a key: in braces a quoted one may have its value right behind the colon, a plain one may not.
fn without_quotes(lines: Lines<'_>, key: Span) -> Span {
    let is_quoted = lines.is_at(key.start, b'"') || lines.is_at(key.start, b'\'');
    if is_quoted { Span::new(key.start + 1, key.end.saturating_sub(1).max(key.start + 1)) } else { key }
}

/// The name, the key and the place of what is expected as a value.
fn written_value<'n>(context: Context<'_>, item: Place<'n>) -> Result<Option<(&'static str, Span, Place<'n>)>, Why> {
    let mut found = None;
    for name in ["value", "histogram"] {
        let Some(entry) = item.node.as_mapping().and_then(|mapping| mapping.get(name)) else { continue };
        let place = Place::of_value(context.lines, entry, item.has_flow_inside(context.lines))?;
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
