//! Expected and actual, field by field, with the words that differ marked: struck through and underlined, not only
//! coloured.

use std::fmt::{self, Write as _};

use super::escape::{Prose, Text};
use crate::model::gofmt::quote;
use crate::model::labels::METRIC_NAME;
use crate::report::run::difference::{MAX_SHOWN, differs, shown};
use crate::report::run::words;
use crate::report::word_diff::{Pieces, word_diff};
use crate::testfile::PatternKind;
use crate::unittest::report::{
    Alert, AlertFailure, Difference, FieldDifference, FieldKind, MessageFailure, SampleFailure, TimelineFailure,
    ViolationKind,
};

/// So many labels and annotations of one alert are shown.
const MAX_FIELDS: usize = 60;

/// Writes how the alerts differ.
pub(super) fn alerts(page: &mut String, failure: &AlertFailure) -> fmt::Result {
    for difference in failure.differences.iter().take(MAX_SHOWN) {
        match difference {
            Difference::Missing { expected, .. } => {
                let Some(alert) = failure.expected.get(*expected) else { continue };
                heading(page, '-', "expected, but does not fire:")?;
                alert_fields(page, "del", alert)?;
            }
            Difference::Unexpected { actual } => {
                let Some(alert) = failure.actual.get(*actual) else { continue };
                heading(page, '+', "fires, but is not expected:")?;
                alert_fields(page, "ins", alert)?;
            }
            Difference::Differs { expected, fields, .. } => {
                let Some(alert) = failure.expected.get(*expected) else { continue };
                let common = common(&alert.labels, fields);
                heading(page, '~', &format!("fires, but differs: {}", words::labels_text(&common)))?;
                write_fields(page, fields)?;
            }
        }
    }
    rest(page, failure.differences.len())
}

/// Writes how the samples differ.
pub(super) fn samples(page: &mut String, failure: &SampleFailure) -> fmt::Result {
    for difference in failure.differences.iter().take(MAX_SHOWN) {
        match difference {
            Difference::Missing { expected, .. } => {
                let Some(sample) = failure.expected.get(*expected) else { continue };
                heading(page, '-', &format!("expected, but not there: {}", words::sample_text(sample)))?;
            }
            Difference::Unexpected { actual } => {
                let Some(sample) = failure.actual.get(*actual) else { continue };
                heading(page, '+', &format!("there, but not expected: {}", words::sample_text(sample)))?;
            }
            Difference::Differs { expected, fields, .. } => {
                let Some(sample) = failure.expected.get(*expected) else { continue };
                let common = common(&sample.labels, fields);
                heading(page, '~', &format!("differs: {}", words::series_text(&common)))?;
                write_fields(page, fields)?;
            }
        }
    }
    rest(page, failure.differences.len())
}

/// Writes what is not as expected about the life of alerts.
pub(super) fn life(page: &mut String, failure: &TimelineFailure) -> fmt::Result {
    for violation in failure.violations.iter().take(MAX_SHOWN) {
        match violation.life.and_then(|life| failure.lives.get(life)) {
            None => heading(page, '-', &violation.message)?,
            Some(life) => {
                heading(page, '~', &format!("{}: {}", words::labels_text(&life.labels), violation.message))?;
            }
        }
        if let ViolationKind::Annotation { name, expected, pattern, actual, .. } = &violation.kind {
            page.push_str("<table class=\"fields\">");
            texts(page, &format!("annotation <code>{}</code>", Text(name)), *pattern, expected, Some(actual))?;
            page.push_str("</table>");
        }
    }
    rest(page, failure.violations.len().saturating_add(failure.more))
}

/// Writes the message that an expression fails with, or what it yields where it should fail.
pub(super) fn message(page: &mut String, failure: &MessageFailure) -> fmt::Result {
    page.push_str("<table class=\"fields\">");
    texts(page, "message", failure.pattern, &failure.expected, failure.actual.as_deref())?;
    page.push_str("</table>");
    if failure.actual.is_none() {
        for sample in failure.samples.iter().take(MAX_SHOWN) {
            heading(page, '+', &format!("it yields {}", words::sample_text(sample)))?;
        }
    }
    Ok(())
}

/// Two rows: the text or pattern that is expected, and what is there.
fn texts(page: &mut String, name: &str, pattern: PatternKind, expected: &str, actual: Option<&str>) -> fmt::Result {
    let quoted = |text: &str| quote(text.as_bytes());
    let (expected, actual) = (quoted(expected), actual.map(quoted));
    let (minus, plus) = match (&actual, pattern) {
        (Some(actual), PatternKind::Exact) => marked(&expected, actual),
        _ => (whole("del", Some(&expected)), whole("ins", actual.as_deref())),
    };
    write!(
        page,
        "<tr><th rowspan=\"2\">{name}</th><td class=\"which\">expected {}</td><td>{minus}</td></tr>",
        pattern.words()
    )?;
    write!(page, "<tr><td class=\"which\">actual</td><td>{plus}</td></tr>")
}

/// The labels that do not differ.
fn common(labels: &[(String, String)], fields: &[FieldDifference]) -> Vec<(String, String)> {
    labels.iter().filter(|(name, _)| !differs(fields, FieldKind::Label, name)).cloned().collect()
}

fn heading(page: &mut String, sign: char, text: &str) -> fmt::Result {
    let class = match sign {
        '-' => "minus",
        '+' => "plus",
        _ => "tilde",
    };
    write!(page, "<p class=\"diff {class}\"><b>{sign}</b> {}</p>", Prose(text))
}

fn rest(page: &mut String, count: usize) -> fmt::Result {
    if count > MAX_SHOWN {
        write!(page, "<p class=\"more\">and {} more differences</p>", count - MAX_SHOWN)?;
    }
    Ok(())
}

fn more_fields(page: &mut String, more: usize) -> fmt::Result {
    if more > 0 {
        write!(page, "<p class=\"more\">and {more} more labels and annotations</p>")?;
    }
    Ok(())
}

/// The labels and annotations of an alert that has no counterpart; `tag` is `ins` or `del`.
fn alert_fields(page: &mut String, tag: &str, alert: &Alert) -> fmt::Result {
    let labels = alert.labels.iter().filter(|(name, _)| name != "alertname" && name != METRIC_NAME);
    let labels = labels.map(|(name, value)| ("label", name, value));
    let annotations = alert.annotations.iter().map(|(name, value)| ("annotation", name, value));
    let mut fields = labels.chain(annotations).peekable();
    if fields.peek().is_none() {
        return page.write_str("<p class=\"none\">no labels but its name, no annotations</p>");
    }
    page.push_str("<table class=\"fields\">");
    for (kind, name, value) in fields.by_ref().take(MAX_FIELDS) {
        let value = quote(value.as_bytes());
        write!(
            page,
            "<tr><th>{kind} <code>{}</code></th><td><{tag} class=\"whole\">{}</{tag}></td></tr>",
            Text(name),
            Text(&value)
        )?;
    }
    let more = fields.count();
    page.push_str("</table>");
    more_fields(page, more)
}

fn write_fields(page: &mut String, fields: &[FieldDifference]) -> fmt::Result {
    page.push_str("<table class=\"fields\">");
    for field in fields.iter().take(MAX_FIELDS) {
        let text = |value: &Option<String>| value.as_deref().map(|value| shown(field, value));
        let (expected, actual) = (text(&field.expected), text(&field.actual));
        write!(page, "<tr><th rowspan=\"2\">{}</th><td class=\"which\">expected</td><td>", name(field))?;
        let (minus, plus) = match (&expected, &actual) {
            (Some(expected), Some(actual)) => marked(expected, actual),
            _ => (whole("del", expected.as_deref()), whole("ins", actual.as_deref())),
        };
        write!(page, "{minus}</td></tr><tr><td class=\"which\">actual</td><td>{plus}</td></tr>")?;
    }
    page.push_str("</table>");
    more_fields(page, fields.len().saturating_sub(MAX_FIELDS))
}

fn name(field: &FieldDifference) -> String {
    let name = Text(&field.name);
    match field.kind {
        FieldKind::Label => format!("label <code>{name}</code>"),
        FieldKind::Annotation => format!("annotation <code>{name}</code>"),
        FieldKind::Value => "value".to_owned(),
    }
}

fn whole(tag: &str, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("<{tag} class=\"whole\">{}</{tag}>", Text(text)),
        None => "<span class=\"none\">(none)</span>".to_owned(),
    }
}

/// Both texts with what only one of them has marked.
fn marked(expected: &str, actual: &str) -> (String, String) {
    match word_diff(expected, actual) {
        Some((minus, plus)) => (Marked::new("del").all(&minus), Marked::new("ins").all(&plus)),
        None => (whole("del", Some(expected)), whole("ins", Some(actual))),
    }
}

/// A text in the making, with neighbouring marked pieces in one tag.
struct Marked {
    tag: &'static str,
    open: bool,
    html: String,
}

impl Marked {
    const fn new(tag: &'static str) -> Self {
        Marked { tag, open: false, html: String::new() }
    }

    fn all(mut self, pieces: &Pieces<'_>) -> String {
        pieces.iter().for_each(|(text, marked)| self.push(text, *marked));
        self.finish()
    }

    fn push(&mut self, text: &str, marked: bool) {
        // `write!` to a string cannot fail.
        let _ = match (self.open, marked) {
            (false, true) => write!(self.html, "<{}>{}", self.tag, Text(text)),
            (true, false) => write!(self.html, "</{}>{}", self.tag, Text(text)),
            _ => write!(self.html, "{}", Text(text)),
        };
        self.open = marked;
    }

    fn finish(mut self) -> String {
        if self.open {
            // As above.
            let _ = write!(self.html, "</{}>", self.tag);
        }
        self.html
    }
}
