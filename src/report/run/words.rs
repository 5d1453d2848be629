//! What several formats say about a test: headlines, places, one line per difference.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::{TestView, life};
use crate::model::duration::format_duration;
use crate::model::gofmt::quote;
use crate::model::labels::{METRIC_NAME, is_legacy_label_name};
use crate::source::words::{self, counted};
use crate::source::{Diagnostic, Label, Severity, Span};
use crate::unittest::report::{
    Alert, Assertion, AssertionKind, Difference, FieldDifference, FieldKind, FileReport, GroupReport, Outcome, Sample,
    TestReport,
};

/// A long expression is cut to so many characters in a headline.
const SHOWN_EXPRESSION: usize = 60;

/// Of a text of an alert or a sample, so many characters are shown.
const SHOWN_TEXT: usize = 2_000;

/// So many characters are left of what two long texts have in common before they differ.
const COMMON_TEXT: usize = 60;

/// Formats that take text have so many differences of an assertion; more are counted.
const MAX_LISTED: usize = 100;

/// The group's name, or its number.
pub(in crate::report) fn group_name(group: &GroupReport) -> String {
    if group.name.is_empty() { format!("#{}", group.index + 1) } else { group.name.clone() }
}

/// What the assertion is about: ``alert `A` at 5m``.
pub(in crate::report) fn subject(assertion: &Assertion) -> String {
    let at = format_duration(assertion.eval_time_ms);
    match &assertion.kind {
        AssertionKind::Alert(name) => format!("alert `{}` at {at}", shown(name)),
        AssertionKind::Timeline(alert) => format!("timeline of `{}`", shown(alert)),
        AssertionKind::Expr(expr) => format!("expression `{}` at {at}", shortened(expr, SHOWN_EXPRESSION)),
    }
}

/// `text` on one line, cut to `limit` characters.
pub(in crate::report) fn shortened(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let limit = limit.max(2);
    if line.chars().count() <= limit {
        return line;
    }
    line.chars().take(limit - 1).chain(['…']).collect()
}

/// A text of an alert or a sample in quotes, as much of it as a reader can bear.
pub(in crate::report) fn quoted(text: &str) -> String {
    quote(shown(text).as_bytes())
}

/// The same without quotes.
pub(in crate::report) fn shown(text: &str) -> Cow<'_, str> {
    words::shortened(text, SHOWN_TEXT)
}

/// Two texts that differ, as much of each as a reader can bear: what long ones have in common at their start is counted,
/// so that the difference is seen.
pub(in crate::report) fn shown_both<'a>(one: &'a str, other: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
    if one.len().max(other.len()) <= SHOWN_TEXT {
        return (Cow::Borrowed(one), Cow::Borrowed(other));
    }
    let common = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let skipped = common.saturating_sub(COMMON_TEXT);
    if skipped < COMMON_TEXT {
        return (shown(one), shown(other));
    }
    let rest = |text: &str| {
        let start = text.char_indices().nth(skipped).map_or(text.len(), |(start, _)| start);
        let rest = text.get(start..).unwrap_or_default();
        Cow::Owned(format!("({} in common) …{}", counted(skipped, "character"), shown(rest)))
    };
    (rest(one), rest(other))
}

/// What is wrong, in a few words; empty where nothing is.
pub(in crate::report) fn verdict(assertion: &Assertion) -> String {
    match &assertion.outcome {
        Outcome::Passed => String::new(),
        Outcome::NotRun => "not checked".to_owned(),
        Outcome::Error(diagnostic) => diagnostic.message.clone(),
        Outcome::Timeline(failure) => life::verdict(failure),
        Outcome::Message(failure) => life::message_verdict(failure),
        Outcome::Alerts(failure) => {
            let (missing, unexpected, differing) = count(&failure.differences);
            if failure.actual.is_empty() && missing == 1 {
                return "it does not fire".to_owned();
            }
            if failure.expected.is_empty() && unexpected == 1 {
                return "it fires and should not".to_owned();
            }
            let parts = [
                (missing, "does not fire", "do not fire"),
                (unexpected, "fires unexpectedly", "fire unexpectedly"),
                (differing, "is not as expected", "are not as expected"),
            ];
            sentence("alert", &parts)
        }
        Outcome::Samples(failure) => {
            let (missing, unexpected, differing) = count(&failure.differences);
            if failure.actual.is_empty() {
                return "it yields nothing".to_owned();
            }
            let parts = [
                (missing, "is missing", "are missing"),
                (unexpected, "is unexpected", "are unexpected"),
                (differing, "is not as expected", "are not as expected"),
            ];
            sentence("sample", &parts)
        }
    }
}

fn sentence(word: &str, parts: &[(usize, &str, &str)]) -> String {
    let parts = parts.iter().filter(|(count, _, _)| *count > 0);
    let text =
        |(n, one, many): &(usize, &str, &str)| format!("{} {}", counted(*n, word), if *n == 1 { one } else { many });
    parts.map(text).collect::<Vec<_>>().join(", ")
}

/// Missing, unexpected and differing ones.
fn count(differences: &[Difference]) -> (usize, usize, usize) {
    differences.iter().fold((0, 0, 0), |(missing, unexpected, differing), difference| match difference {
        Difference::Missing { .. } => (missing + 1, unexpected, differing),
        Difference::Unexpected { .. } => (missing, unexpected + 1, differing),
        Difference::Differs { .. } => (missing, unexpected, differing + 1),
    })
}

/// The place of a failed assertion, and the other places that belong to it. The first is where one would begin to
/// change the test: the first thing that differs, or the assertion's subject.
pub(in crate::report) fn places(file: &FileReport, assertion: &Assertion) -> (Label, Vec<Label>) {
    let label = |span: Span, text: String| Label::new(&file.file, first_line(file, span), text);
    let differences = match &assertion.outcome {
        Outcome::Alerts(failure) => failure.differences.as_slice(),
        Outcome::Samples(failure) => failure.differences.as_slice(),
        Outcome::Timeline(failure) => {
            let mut labels = life::places(failure).into_iter().map(|(span, text)| label(span, text));
            let subject = || label(assertion.subject_span, String::new());
            return (labels.next().unwrap_or_else(subject), labels.collect());
        }
        Outcome::Message(failure) => {
            let time = || label(assertion.eval_time_span, "at this time".to_owned());
            let times = (assertion.eval_time_span != assertion.span).then(time);
            return (label(failure.span, life::message_place(failure)), times.into_iter().collect());
        }
        Outcome::Error(diagnostic) => return (diagnostic.primary.clone(), diagnostic.related.clone()),
        Outcome::Passed | Outcome::NotRun => &[],
    };
    let mut labels = Vec::new();
    for difference in differences {
        match difference {
            Difference::Missing { span, .. } => labels.push(label(*span, missing_word(assertion).to_owned())),
            Difference::Unexpected { .. } => {}
            Difference::Differs { span, fields, .. } => {
                for field in fields {
                    labels.push(label(field.span.unwrap_or(*span), is_word(field)));
                }
            }
        }
    }
    let unexpected = count(differences).1;
    let subject = match (unexpected, differences.len()) {
        (0, _) => String::new(),
        (1, 1) => "one more than expected".to_owned(),
        _ => format!("{unexpected} not expected"),
    };
    let subject = label(assertion.subject_span, subject);
    let time = label(assertion.eval_time_span, "at this time".to_owned());
    if assertion.eval_time_span != assertion.span {
        labels.push(time);
    }
    if unexpected > 0 || labels.is_empty() || (labels.len() == 1 && assertion.eval_time_span != assertion.span) {
        return (subject, labels);
    }
    let primary = labels.remove(0);
    (primary, labels)
}

fn missing_word(assertion: &Assertion) -> &'static str {
    match assertion.kind {
        AssertionKind::Alert(_) | AssertionKind::Timeline(_) => "does not fire",
        AssertionKind::Expr(_) => "is not there",
    }
}

fn is_word(field: &FieldDifference) -> String {
    match (&field.actual, field.kind) {
        (Some(actual), FieldKind::Value) => format!("is {}", shortened(actual, SHOWN_EXPRESSION)),
        (Some(actual), FieldKind::Label) if field.span.is_none() => {
            format!("has `{}: {}` too", field.name, shortened(actual, SHOWN_EXPRESSION))
        }
        (Some(actual), FieldKind::Annotation) if field.span.is_none() => {
            format!("has the annotation `{}: {}` too", field.name, shortened(actual, SHOWN_EXPRESSION))
        }
        (Some(actual), _) => format!("is {}", quote(shortened(actual, SHOWN_EXPRESSION).as_bytes())),
        (None, _) => "is not there".to_owned(),
    }
}

/// Places of several lines are pointed at by their first one.
pub(in crate::report) fn first_line(file: &FileReport, span: Span) -> Span {
    let line = file.file.line_span(file.file.line_index(span.start())).unwrap_or(span);
    Span::new(span.start(), span.end().min(line.end()).max(span.start()))
}

/// Everything about a failed assertion as plain lines, for formats that take text.
pub(in crate::report) fn details(assertion: &Assertion) -> Vec<String> {
    let mut lines = Vec::new();
    match &assertion.outcome {
        Outcome::Alerts(failure) => {
            for difference in failure.differences.iter().take(MAX_LISTED) {
                push_difference(
                    &mut lines,
                    difference,
                    |e| failure.expected.get(e).map(alert_text),
                    |a| failure.actual.get(a).map(alert_text),
                );
            }
            push_rest(&mut lines, failure.differences.len(), &failure.notes);
        }
        Outcome::Samples(failure) => {
            for difference in failure.differences.iter().take(MAX_LISTED) {
                push_difference(
                    &mut lines,
                    difference,
                    |e| failure.expected.get(e).map(sample_text),
                    |a| failure.actual.get(a).map(sample_text),
                );
            }
            push_rest(&mut lines, failure.differences.len(), &failure.notes);
        }
        Outcome::Timeline(failure) => lines.extend(life::details(failure)),
        Outcome::Message(failure) => lines.extend(life::message_details(failure)),
        Outcome::Error(diagnostic) => lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}"))),
        Outcome::Passed | Outcome::NotRun => {}
    }
    lines
}

/// How many differences are not listed, and the notes.
fn push_rest(lines: &mut Vec<String>, differences: usize, notes: &[String]) {
    if differences > MAX_LISTED {
        lines.push(format!("and {} more", counted(differences - MAX_LISTED, "difference")));
    }
    lines.extend(notes.iter().map(|note| format!("note: {note}")));
}

fn push_difference(
    lines: &mut Vec<String>,
    difference: &Difference,
    expected_text: impl Fn(usize) -> Option<String>,
    actual_text: impl Fn(usize) -> Option<String>,
) {
    match difference {
        Difference::Missing { expected, .. } => {
            lines.extend(expected_text(*expected).map(|text| format!("missing: {text}")));
        }
        Difference::Unexpected { actual } => {
            lines.extend(actual_text(*actual).map(|text| format!("unexpected: {text}")));
        }
        Difference::Differs { expected, fields, .. } => {
            lines.extend(expected_text(*expected).map(|text| format!("differs: {text}")));
            for field in fields {
                let (expected, actual) = both(field);
                let part = |text: Option<Cow<'_, str>>| text.map_or("none".to_owned(), |text| quote(text.as_bytes()));
                lines.push(format!("  {}: expected {}, is {}", field_name(field), part(expected), part(actual)));
            }
        }
    }
}

/// What is expected of a field and what is there, as much as is shown.
pub(in crate::report) fn both(field: &FieldDifference) -> (Option<Cow<'_, str>>, Option<Cow<'_, str>>) {
    match (&field.expected, &field.actual) {
        (Some(expected), Some(actual)) => {
            let (expected, actual) = shown_both(expected, actual);
            (Some(expected), Some(actual))
        }
        (expected, actual) => (expected.as_deref().map(shown), actual.as_deref().map(shown)),
    }
}

/// `label job`, `annotation summary`, `value`.
pub(in crate::report) fn field_name(field: &FieldDifference) -> String {
    match field.kind {
        FieldKind::Label => format!("label `{}`", field.name),
        FieldKind::Annotation => format!("annotation `{}`", field.name),
        FieldKind::Value => "value".to_owned(),
    }
}

fn alert_text(alert: &Alert) -> String {
    let labels = labels_text(&alert.labels);
    if alert.annotations.is_empty() {
        labels
    } else {
        format!("{labels} annotations {}", labels_text(&alert.annotations))
    }
}

pub(in crate::report) fn sample_text(sample: &Sample) -> String {
    format!("{} {}", series_text(&sample.labels), sample.value_text())
}

/// `{a="1", b="2"}`, as Prometheus prints labels.
pub(in crate::report) fn labels_text(labels: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| {
        let name = if is_legacy_label_name(name) { name.clone() } else { quote(name.as_bytes()) };
        format!("{name}={}", quoted(value))
    };
    shown(&format!("{{{}}}", labels.iter().map(pair).collect::<Vec<_>>().join(", "))).into_owned()
}

/// `name{a="1"}`, as people write series.
pub(in crate::report) fn series_text(labels: &[(String, String)]) -> String {
    let name = labels.iter().find(|(name, _)| name == METRIC_NAME).map_or("", |(_, value)| value.as_str());
    let rest: Vec<(String, String)> = labels.iter().filter(|(name, _)| name != METRIC_NAME).cloned().collect();
    if rest.is_empty() && !name.is_empty() { name.to_owned() } else { format!("{name}{}", labels_text(&rest)) }
}

/// The closing line.
pub(in crate::report) struct Closing<'a> {
    pub(in crate::report) report: &'a TestReport,
    pub(in crate::report) view: &'a TestView,
}

impl Closing<'_> {
    /// Whether the run failed, warnings counted where they count.
    pub(in crate::report) fn failed(&self) -> bool {
        self.report.files.iter().any(|file| file_failed(file, self.view))
    }
}

impl fmt::Display for Closing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.report.counts();
        let of = |failed: usize, all: usize, word: &str| {
            if failed == 0 { counted(all, word) } else { format!("{failed} of {}", counted(all, word)) }
        };
        let assertions = counts.passed + counts.failed + counts.not_run;
        if self.report.failed() {
            write!(
                f,
                "failed: {}, {}, {}",
                of(counts.failed_files, counts.files, "test file"),
                of(counts.failed_groups, counts.groups, "group"),
                of(counts.failed, assertions, "assertion"),
            )?;
        } else {
            let verdict = if self.failed() { "failed" } else { "passed" };
            write!(
                f,
                "{verdict}: {}, {}, {}",
                counted(counts.files, "test file"),
                counted(counts.groups, "group"),
                counted(assertions, "assertion"),
            )?;
        }
        if self.report.failed() && counts.not_run > 0 {
            write!(f, " ({} not checked)", counts.not_run)?;
        }
        if counts.skipped_groups > 0 {
            write!(f, "; {} skipped after the first failure", counted(counts.skipped_groups, "group"))?;
        }
        if counts.warnings > 0 {
            let failing: usize = self.report.files.iter().map(|file| failing_warnings(file, self.view)).sum();
            write!(f, "; {}", warnings_text(counts.warnings, failing))?;
        }
        match self.view.elapsed {
            Some(elapsed) => write!(f, " ({})", seconds(elapsed)),
            None => Ok(()),
        }
    }
}

/// `12 ms`, `1.5 s`.
pub(in crate::report) fn seconds(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{:.1} ms", elapsed.as_secs_f64() * 1000.0)
    } else {
        format!("{:.2} s", elapsed.as_secs_f64())
    }
}

/// Whether a file failed, warnings counted where they count.
pub(in crate::report) fn file_failed(file: &FileReport, view: &TestView) -> bool {
    file.failed() || failing_warnings(file, view) > 0
}

/// How many warnings of a file fail the run.
pub(in crate::report) fn failing_warnings(file: &FileReport, view: &TestView) -> usize {
    file.warnings.iter().filter(|warning| view.fail_on.fails(warning.severity)).count()
}

/// `3 warnings, of which 1 fails the run`
pub(in crate::report) fn warnings_text(warnings: usize, failing: usize) -> String {
    let all = counted(warnings, "warning");
    let verb = if failing == 1 { "fails" } else { "fail" };
    match failing {
        0 => all,
        _ if failing == warnings => format!("{all}, which {verb} the run"),
        _ => format!("{all}, of which {failing} {verb} the run"),
    }
}

/// The severity with which a warning is shown: that of an error where it fails the run.
pub(in crate::report) fn warning_severity(warning: &Diagnostic, view: &TestView) -> Severity {
    if view.fail_on.fails(warning.severity) { Severity::Error } else { Severity::Warning }
}

/// A warning with that severity.
pub(in crate::report) fn shown_warning(warning: &Diagnostic, view: &TestView) -> Diagnostic {
    Diagnostic { severity: warning_severity(warning, view), ..warning.clone() }
}

#[cfg(test)]
mod tests {
    use super::shown_both;

    #[test]
    fn long_texts_show_where_they_differ() {
        assert_eq!(shown_both("a", "b"), ("a".into(), "b".into()));
        let common = "ä".repeat(5_000);
        let (one, other) = (format!("{common}x{common}"), format!("{common}y"));
        let (one, other) = shown_both(&one, &other);
        assert!(one.starts_with("(4940 characters in common) …äää"), "{one}");
        assert!(one.contains("äx") && one.ends_with("… (3061 characters more)"), "{one}");
        assert!(other.ends_with("äy"), "{other}");
        let (one, _) = shown_both(&common, "x");
        assert!(one.starts_with('ä'));
    }
}
