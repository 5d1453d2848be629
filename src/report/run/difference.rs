//! Expected and actual, field by field, with the words that differ marked.

use std::borrow::Cow;
use std::io::{self, Write};

use super::words;
use crate::model::gofmt::quote;
use crate::model::labels::METRIC_NAME;
use crate::report::Style;
use crate::report::text::one_line;
use crate::report::word_diff::{Pieces, word_diff};
use crate::unittest::report::{Alert, AlertFailure, Difference, FieldDifference, FieldKind, SampleFailure};

/// More differences than this are only counted.
pub(in crate::report) const MAX_SHOWN: usize = 10;

/// Writes how the alerts differ.
///
/// # Errors
/// What `out` reports.
pub(super) fn write_alerts(out: &mut dyn Write, style: &Style, failure: &AlertFailure) -> io::Result<()> {
    for difference in failure.differences.iter().take(MAX_SHOWN) {
        match difference {
            Difference::Missing { expected, .. } => {
                let Some(alert) = failure.expected.get(*expected) else { continue };
                heading(out, style, '-', "expected, but does not fire:")?;
                alert_fields(out, style, '-', alert)?;
            }
            Difference::Unexpected { actual } => {
                let Some(alert) = failure.actual.get(*actual) else { continue };
                heading(out, style, '+', "fires, but is not expected:")?;
                alert_fields(out, style, '+', alert)?;
            }
            Difference::Differs { expected, fields, .. } => {
                let Some(alert) = failure.expected.get(*expected) else { continue };
                let common = alert.labels.iter().filter(|(name, _)| !differs(fields, FieldKind::Label, name));
                let common: Vec<(String, String)> = common.cloned().collect();
                heading(out, style, '~', &format!("fires, but differs: {}", words::labels_text(&common)))?;
                write_fields(out, style, fields)?;
            }
        }
    }
    rest(out, failure.differences.len())
}

/// Writes how the samples differ.
///
/// # Errors
/// What `out` reports.
pub(super) fn write_samples(out: &mut dyn Write, style: &Style, failure: &SampleFailure) -> io::Result<()> {
    for difference in failure.differences.iter().take(MAX_SHOWN) {
        match difference {
            Difference::Missing { expected, .. } => {
                let Some(sample) = failure.expected.get(*expected) else { continue };
                heading(out, style, '-', &format!("expected, but not there: {}", words::sample_text(sample)))?;
            }
            Difference::Unexpected { actual } => {
                let Some(sample) = failure.actual.get(*actual) else { continue };
                heading(out, style, '+', &format!("there, but not expected: {}", words::sample_text(sample)))?;
            }
            Difference::Differs { expected, fields, .. } => {
                let Some(sample) = failure.expected.get(*expected) else { continue };
                let common = sample.labels.iter().filter(|(name, _)| !differs(fields, FieldKind::Label, name));
                let common: Vec<(String, String)> = common.cloned().collect();
                heading(out, style, '~', &format!("differs: {}", words::series_text(&common)))?;
                write_fields(out, style, fields)?;
            }
        }
    }
    rest(out, failure.differences.len())
}

fn rest(out: &mut dyn Write, count: usize) -> io::Result<()> {
    if count > MAX_SHOWN {
        writeln!(out, "  and {} more", count - MAX_SHOWN)?;
    }
    Ok(())
}

pub(in crate::report) fn differs(fields: &[FieldDifference], kind: FieldKind, name: &str) -> bool {
    fields.iter().any(|field| field.kind == kind && field.name == name)
}

fn heading(out: &mut dyn Write, style: &Style, sign: char, text: &str) -> io::Result<()> {
    let emphasis = match sign {
        '-' => Style::BAD,
        '+' => Style::GOOD,
        _ => Style::STRONG,
    };
    writeln!(out, "  {} {}", style.paint(emphasis, sign), one_line(text))
}

/// The labels and annotations of an alert that has no counterpart, one a line.
fn alert_fields(out: &mut dyn Write, style: &Style, sign: char, alert: &Alert) -> io::Result<()> {
    let emphasis = if sign == '-' { Style::BAD } else { Style::GOOD };
    let labels = alert.labels.iter().filter(|(name, _)| name != "alertname" && name != METRIC_NAME);
    if labels.clone().next().is_none() && alert.annotations.is_empty() {
        return writeln!(out, "      {}", style.paint(Style::FAINT, "no labels but its name, no annotations"));
    }
    for (kind, fields) in [("label", labels.collect::<Vec<_>>()), ("annotation", alert.annotations.iter().collect())] {
        for (name, value) in fields {
            let word = style.paint(Style::FAINT, format!("{kind:<10}"));
            let text = words::quoted(value);
            writeln!(out, "      {word} {} = {}", one_line(name), style.paint(emphasis, one_line(&text)))?;
        }
    }
    Ok(())
}

fn write_fields(out: &mut dyn Write, style: &Style, fields: &[FieldDifference]) -> io::Result<()> {
    for field in fields {
        writeln!(out, "      {}", one_line(&words::field_name(field)))?;
        match words::both(field) {
            (Some(expected), Some(actual)) => {
                let (expected, actual) = (shown(field, &expected), shown(field, &actual));
                let (minus, plus) = marked(style, &expected, &actual);
                writeln!(out, "        expected  {minus}\n        actual    {plus}")?;
            }
            (expected, actual) => {
                let text =
                    |value: Option<Cow<'_, str>>| value.map_or_else(|| "(none)".to_owned(), |v| shown(field, &v));
                let (expected, actual) = (text(expected), text(actual));
                writeln!(out, "        expected  {}", style.paint(Style::BAD, one_line(&expected)))?;
                writeln!(out, "        actual    {}", style.paint(Style::GOOD, one_line(&actual)))?;
            }
        }
    }
    Ok(())
}

/// Texts are quoted, so that a line break or a space at their end is seen; numbers are not.
pub(in crate::report) fn shown(field: &FieldDifference, value: &str) -> String {
    if field.kind == FieldKind::Value { value.to_owned() } else { quote(value.as_bytes()) }
}

/// Both texts with what only one of them has marked: in colour, or in brackets where there is none. Where they have
/// no word in common, marks would say nothing.
pub(super) fn marked(style: &Style, expected: &str, actual: &str) -> (String, String) {
    let whole = |style: &Style| {
        (
            style.paint(Style::BAD, one_line(expected)).to_string(),
            style.paint(Style::GOOD, one_line(actual)).to_string(),
        )
    };
    match word_diff(expected, actual) {
        Some((minus, plus)) => (
            Marked::new(style, ("[-", "-]"), Style::BAD).all(&minus),
            Marked::new(style, ("{+", "+}"), Style::GOOD).all(&plus),
        ),
        None => whole(style),
    }
}

/// A text in the making, in which marked stretches are set off.
struct Marked<'a> {
    style: &'a Style,
    brackets: (&'static str, &'static str),
    emphasis: anstyle::Style,
    text: String,
    stretch: String,
}

impl<'a> Marked<'a> {
    fn new(style: &'a Style, brackets: (&'static str, &'static str), emphasis: anstyle::Style) -> Self {
        Marked { style, brackets, emphasis, text: String::new(), stretch: String::new() }
    }

    fn all(mut self, pieces: &Pieces<'_>) -> String {
        pieces.iter().for_each(|(text, marked)| self.push(text, *marked));
        self.finish()
    }

    fn push(&mut self, text: &str, marked: bool) {
        if marked {
            self.stretch.push_str(text);
        } else {
            self.close();
            self.text.push_str(&one_line(text));
        }
    }

    fn close(&mut self) {
        if self.stretch.is_empty() {
            return;
        }
        let stretch = std::mem::take(&mut self.stretch);
        if self.style.colour {
            self.text.push_str(&self.style.paint(self.emphasis.underline(), one_line(&stretch)).to_string());
        } else {
            self.text.push_str(self.brackets.0);
            self.text.push_str(&one_line(&stretch));
            self.text.push_str(self.brackets.1);
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.text
    }
}
