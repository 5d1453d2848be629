//! What the formats say of an `alert_timeline` that does not hold, and of an expression that does not fail.

use std::io::{self, Write};

use super::{difference, words};
use crate::model::duration::format_duration;
use crate::model::gofmt::quote;
use crate::report::Style;
use crate::report::text::one_line;
use crate::source::Span;
use crate::source::words::counted;
use crate::testfile::{Moment, PatternKind};
use crate::unittest::report::{Life, MessageFailure, TimelineFailure, Violation, ViolationKind};

/// More alerts than this are only counted.
const MAX_SHOWN: usize = 10;
/// More times of one alert than this are only counted.
const MAX_TIMES: usize = 100;
/// More places of the test file than this are not marked.
const MAX_PLACES: usize = 6;
/// Texts are cut to so many characters beside a place.
const SHOWN_TEXT: usize = 60;

/// What is wrong, in a few words.
pub(super) fn verdict(failure: &TimelineFailure) -> String {
    let Some(first) = failure.violations.first() else { return String::new() };
    let who = first.life.and_then(|life| failure.lives.get(life)).filter(|_| failure.lives.len() > 1);
    let who = who.map_or_else(String::new, |life| format!("{}: ", labels_of(life)));
    let more = match failure.violations.len() - 1 + failure.more {
        0 => String::new(),
        more => format!(", and {}", counted(more, "other difference")),
    };
    // What is said of an annotation has its subject.
    let says_what = matches!(first.kind, ViolationKind::Annotation { .. });
    let subject = if first.life.is_some() && who.is_empty() && !says_what { "it " } else { "" };
    format!("{who}{subject}{}{more}", first.message)
}

/// The places of the test file, each once, with what is there instead.
pub(super) fn places(failure: &TimelineFailure) -> Vec<(Span, String)> {
    let mut places: Vec<(Span, String)> = Vec::new();
    for violation in &failure.violations {
        if places.len() < MAX_PLACES && places.iter().all(|(span, _)| *span != violation.span) {
            places.push((violation.span, place_word(violation)));
        }
    }
    places
}

fn place_word(violation: &Violation) -> String {
    match &violation.kind {
        ViolationKind::Annotation { actual, .. } => {
            format!("is {}", quote(words::shortened(actual, SHOWN_TEXT).as_bytes()))
        }
        ViolationKind::Moved { moment, actual_ms, .. } => {
            format!("{} at {}", moment.verb(), format_duration(*actual_ms))
        }
        _ => violation.message.clone(),
    }
}

/// One line for each difference, and the notes.
pub(super) fn details(failure: &TimelineFailure) -> Vec<String> {
    let mut lines = Vec::new();
    for violation in &failure.violations {
        let who = violation.life.and_then(|life| failure.lives.get(life));
        let who = who.map_or_else(String::new, |life| format!("{}: ", words::labels_text(&life.labels)));
        lines.push(format!("{who}{}", violation.message));
        if let ViolationKind::Annotation { expected, pattern, actual, at_ms, .. } = &violation.kind {
            let (expected, actual) = words::shown_both(expected, actual);
            lines.push(format!("  expected {}{}", pattern.words(), quote(expected.as_bytes())));
            lines.push(format!("  is {} at {}", quote(actual.as_bytes()), format_duration(*at_ms)));
        }
    }
    if failure.more > 0 {
        lines.push(format!("and {} more", failure.more));
    }
    lines.extend(failure.notes.iter().map(|note| format!("note: {note}")));
    lines
}

/// Writes for each alert what is expected and what is there.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, style: &Style, failure: &TimelineFailure) -> io::Result<()> {
    for violation in failure.violations.iter().filter(|violation| violation.life.is_none()) {
        writeln!(out, "  {} {}", style.paint(Style::BAD, '-'), one_line(&violation.message))?;
    }
    let mut wrong: Vec<usize> = failure.violations.iter().filter_map(|violation| violation.life).collect();
    wrong.dedup();
    for index in wrong.iter().take(MAX_SHOWN) {
        let Some(life) = failure.lives.get(*index) else { continue };
        writeln!(out, "  {} {}", style.paint(Style::STRONG, '~'), one_line(&words::labels_text(&life.labels)))?;
        let own: Vec<&Violation> =
            failure.violations.iter().filter(|violation| violation.life == Some(*index)).collect();
        for moment in [Moment::Pending, Moment::Firing, Moment::Resolved] {
            write_moment(out, style, life, moment, &own)?;
        }
        for violation in &own {
            write_annotation(out, style, violation)?;
        }
    }
    let left = wrong.len().saturating_sub(MAX_SHOWN);
    if left > 0 {
        writeln!(out, "  and {} more", counted(left, "alert"))?;
    }
    Ok(())
}

/// The differences of one state, and all the times at which it begins.
fn write_moment(
    out: &mut dyn Write,
    style: &Style,
    life: &Life,
    moment: Moment,
    violations: &[&Violation],
) -> io::Result<()> {
    let of_moment = |violation: &&&Violation| match &violation.kind {
        ViolationKind::Moved { moment: of, .. }
        | ViolationKind::Missing { moment: of, .. }
        | ViolationKind::Unexpected { moment: of, .. } => *of == moment,
        _ => false,
    };
    let messages: Vec<&str> = violations.iter().filter(of_moment).map(|violation| violation.message.as_str()).collect();
    if messages.is_empty() {
        return Ok(());
    }
    writeln!(out, "      {}: {}", moment.key(), one_line(&messages.join("; ")))?;
    let wanted = violations.iter().filter(of_moment).filter_map(|violation| match violation.kind {
        ViolationKind::Moved { expected_ms, .. } | ViolationKind::Missing { expected_ms, .. } => Some(expected_ms),
        _ => None,
    });
    let surplus: Vec<i64> = violations
        .iter()
        .filter(of_moment)
        .filter_map(|violation| match violation.kind {
            ViolationKind::Moved { actual_ms, .. } | ViolationKind::Unexpected { actual_ms, .. } => Some(actual_ms),
            _ => None,
        })
        .collect();
    let actual = life.of(moment);
    let mut expected: Vec<i64> = actual.iter().copied().filter(|time| !surplus.contains(time)).chain(wanted).collect();
    expected.sort_unstable();
    writeln!(out, "        expected  {}", style.paint(Style::BAD, times(&expected)))?;
    writeln!(out, "        actual    {}", style.paint(Style::GOOD, times(actual)))
}

fn write_annotation(out: &mut dyn Write, style: &Style, violation: &Violation) -> io::Result<()> {
    let ViolationKind::Annotation { name, expected, pattern, actual, at_ms } = &violation.kind else { return Ok(()) };
    writeln!(out, "      annotation `{}`, at {}", one_line(name), format_duration(*at_ms))?;
    write_texts(out, style, *pattern, expected, actual)
}

/// Expected and actual text, one below the other.
fn write_texts(
    out: &mut dyn Write,
    style: &Style,
    pattern: PatternKind,
    expected: &str,
    actual: &str,
) -> io::Result<()> {
    let (expected, actual) = words::shown_both(expected, actual);
    let (expected, actual) = (quote(expected.as_bytes()), quote(actual.as_bytes()));
    let (minus, plus) = if pattern == PatternKind::Exact {
        difference::marked(style, &expected, &actual)
    } else {
        let minus = style.paint(Style::BAD, one_line(&expected)).to_string();
        (minus, style.paint(Style::GOOD, one_line(&actual)).to_string())
    };
    writeln!(out, "        expected  {}{minus}\n        actual    {plus}", pattern.words())
}

/// `5m, 20m`
fn times(times: &[i64]) -> String {
    if times.is_empty() {
        return "never".to_owned();
    }
    let shown: Vec<String> = times.iter().take(MAX_TIMES).map(|time| format_duration(*time)).collect();
    let more = times.len().saturating_sub(MAX_TIMES);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// The labels of an alert but its name.
fn labels_of(life: &Life) -> String {
    let labels: Vec<(String, String)> = life.labels.iter().filter(|(name, _)| name != "alertname").cloned().collect();
    words::labels_text(&labels)
}

/// What is wrong with an expression that must fail.
pub(super) fn message_verdict(failure: &MessageFailure) -> String {
    match &failure.actual {
        Some(_) => "it fails with another message".to_owned(),
        None => "it does not fail".to_owned(),
    }
}

/// What stands beside the expected message.
pub(super) fn message_place(failure: &MessageFailure) -> String {
    failure.actual.as_ref().map_or_else(
        || message_verdict(failure),
        |actual| format!("fails with: {}", words::shortened(actual, SHOWN_TEXT)),
    )
}

/// The same as lines.
pub(super) fn message_details(failure: &MessageFailure) -> Vec<String> {
    let mut lines = vec![format!("expected {}{}", failure.pattern.words(), words::quoted(&failure.expected))];
    match &failure.actual {
        Some(actual) => lines.push(format!("fails with {}", words::quoted(actual))),
        None => lines.extend(
            failure.samples.iter().take(MAX_SHOWN).map(|sample| format!("yields {}", words::sample_text(sample))),
        ),
    }
    lines
}

/// Writes the expected and the actual message, or what the expression yields instead of failing.
///
/// # Errors
/// What `out` reports.
pub(super) fn write_message(out: &mut dyn Write, style: &Style, failure: &MessageFailure) -> io::Result<()> {
    let Some(actual) = &failure.actual else {
        for sample in failure.samples.iter().take(MAX_SHOWN) {
            let text = words::sample_text(sample);
            writeln!(out, "  {} it yields {}", style.paint(Style::GOOD, '+'), one_line(&text))?;
        }
        return Ok(());
    };
    writeln!(out, "  {} the message", style.paint(Style::STRONG, '~'))?;
    write_texts(out, style, failure.pattern, &failure.expected, actual)
}
