//! Reading of what promproof adds to promtool's format.

use super::extensions::{
    Moment, Moments, PatternKind, Placeholder, PlaceholderValues, Repeat, TextPattern, TimelineTest, Tolerance,
};
use super::reader::Reader;
use super::repeat::{MAX_REPEATED_SERIES, has_placeholder};
use crate::model::duration::{format_duration, parse_duration};
use crate::promql::regex::AnchoredRegex;
use crate::rules::Field;
use crate::rules::findings::{INVALID_VALUE, MISSING_FIELD};
use crate::source::{Span, Spanned};
use crate::yaml::{Entry, Mapping, Node, NodeKind};

pub(super) const TIMELINE_FIELDS: &[&str] =
    &["alertname", "labels", "pending_at", "fires_at", "resolves_at", "never", "annotations", "count", "until"];
/// The fields that choose alerts and times, and say nothing of them.
const CHOOSING_FIELDS: &[&str] = &["alertname", "labels", "until"];
pub(super) const PATTERN_FIELDS: &[&str] = &["exact", "contains", "matches"];
const TIMES: &str = "write one time, `5m`, or a list of times, `[5m, 20m]`";
const NEVER: &str = "write `pending`, `firing`, `resolved`, or `active` for neither pending nor firing";
const TOLERANCE: &str = "write by how much a value may differ, `0.01`, or which part of the expected value, `1%`";
const REPEAT: &str = "write how many, `100`, or what a placeholder stands for: `{i: 0..99}`, `{zone: [a, b]}`";

/// `tolerance`
pub(super) fn tolerance(reader: &mut Reader<'_>, mapping: &Mapping) -> Option<Spanned<Tolerance>> {
    let field = reader.text(mapping, "tolerance").filter(|field| !field.scalar.is_null)?;
    let tolerance = parse_tolerance(field.text());
    if tolerance.is_none() {
        reader.report(&INVALID_VALUE, "`tolerance` is not a number that is 0 or more", field.span).help(TOLERANCE);
    }
    Some(Spanned::new(tolerance?, field.span))
}

fn parse_tolerance(text: &str) -> Option<Tolerance> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    match text.strip_suffix('%') {
        Some(percent) => number(percent).map(Tolerance::Relative),
        None => number(text).map(Tolerance::Absolute),
    }
}

/// `exp_fail`: a text is part of the message.
pub(super) fn exp_fail(reader: &mut Reader<'_>, mapping: &Mapping) -> Option<TextPattern> {
    let entry = mapping.get("exp_fail")?;
    let pattern = if entry.value.is_null() {
        no_text(reader, entry, "`''` for any message, a part of it, or one of `{exact: …}` and `{matches: …}`");
        None
    } else {
        pattern(reader, &entry.value, "`exp_fail`", PatternKind::Contains)
    };
    if let Some(samples) = mapping.get("exp_samples").filter(|samples| !samples.value.is_null()) {
        let message = "an expression that must fail has no samples";
        reader.report(&INVALID_VALUE, message, samples.key.span).related_at(entry.key.span, "it must fail");
    }
    pattern
}

/// Without a value nothing would be asserted, which nobody means who writes the key.
fn no_text(reader: &mut Reader<'_>, entry: &Entry, help: &str) {
    let message = format!("`{}` has no value, so nothing would be checked", entry.name().unwrap_or_default());
    reader.report(&INVALID_VALUE, message, entry.key.span).help(format!("write {help}"));
}

/// A text, or one of `{exact: …}`, `{contains: …}` and `{matches: …}`. `plain` is what a text alone means.
fn pattern(reader: &mut Reader<'_>, node: &Node, what: &str, plain: PatternKind) -> Option<TextPattern> {
    if let NodeKind::Scalar(_) = &node.kind {
        let text = reader.scalar_text(node, what)?;
        return Some(TextPattern { text, kind: plain, regex: None });
    }
    if node.as_mapping().is_none() {
        reader.wrong_type(node, what, "a text, or one of `{exact: …}`, `{contains: …}` and `{matches: …}`");
        return None;
    }
    let mapping = reader.mapping(node, what, PATTERN_FIELDS)?;
    let mut given = mapping.entries.iter().filter(|entry| entry.name().is_some_and(|n| PATTERN_FIELDS.contains(&n)));
    let (Some(entry), None) = (given.next(), given.next()) else {
        let message = format!("{what} must be a text or have one of the fields `exact`, `contains` and `matches`");
        reader.report(&INVALID_VALUE, message, node.span);
        return None;
    };
    let kind = match entry.name() {
        Some("contains") => PatternKind::Contains,
        Some("matches") => PatternKind::Matches,
        _ => PatternKind::Exact,
    };
    if entry.value.is_null() {
        no_text(reader, entry, "the text after it, in quotation marks if it is empty: `''`");
        return None;
    }
    let text = reader.scalar_text(&entry.value, what)?;
    let regex = if kind == PatternKind::Matches { Some(regex(reader, &text)?) } else { None };
    Some(TextPattern { text, kind, regex })
}

fn regex(reader: &mut Reader<'_>, field: &Field) -> Option<AnchoredRegex> {
    match AnchoredRegex::new(field.text()) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let message = format!("this is not a regular expression: {error}");
            reader.report(&INVALID_VALUE, message, field.span).help("it is one of RE2 and has to match the whole text");
            None
        }
    }
}

/// A mapping of names to patterns, of which a text alone means exactly that text.
fn patterns(reader: &mut Reader<'_>, mapping: &Mapping, name: &str) -> Vec<(Field, TextPattern)> {
    let Some(entry) = mapping.get(name).filter(|entry| !entry.value.is_null()) else { return Vec::new() };
    let Some(pairs) = entry.value.as_mapping() else {
        reader.wrong_type(&entry.value, format_args!("`{name}`"), "a mapping of names to texts");
        return Vec::new();
    };
    let mut read = Vec::with_capacity(pairs.entries.len());
    for pair in &pairs.entries {
        let key = reader.scalar_text(&pair.key, format_args!("a name in `{name}`"));
        let what = format!("`{}` in `{name}`", pair.name().unwrap_or_default());
        read.extend(key.zip(pattern(reader, &pair.value, &what, PatternKind::Exact)));
    }
    read
}

/// One item of `alert_timeline`. Times must be those of evaluations.
pub(super) fn timeline(reader: &mut Reader<'_>, node: &Node, evaluation_interval_ms: i64) -> TimelineTest {
    let mut test = TimelineTest {
        span: node.span,
        alertname: Field::null(node.span.start()),
        labels: Vec::new(),
        moments: Vec::new(),
        annotations: Vec::new(),
        count: None,
        until: None,
    };
    let Some(mapping) = reader.mapping(node, "an item of `alert_timeline`", TIMELINE_FIELDS) else {
        if node.is_null() {
            reader.report(&MISSING_FIELD, "an item of `alert_timeline` needs an `alertname`", node.span);
        }
        return test;
    };
    match reader.text(mapping, "alertname").filter(|name| !name.text().is_empty()) {
        Some(name) => test.alertname = name,
        None => {
            let message = "`alertname` is missing: the timeline does not say which alert it is about";
            reader.report(&MISSING_FIELD, message, head(reader, node.span));
        }
    }
    test.labels = patterns(reader, mapping, "labels");
    test.annotations = patterns(reader, mapping, "annotations");
    test.until = reader.duration(mapping, "until");
    test.count = count(reader, mapping);
    for moment in [Moment::Pending, Moment::Firing, Moment::Resolved] {
        test.moments.extend(moments(reader, mapping, moment, evaluation_interval_ms));
    }
    never(reader, mapping, &mut test.moments);
    contradictions(reader, &test);
    let says = |entry: &Entry| entry.name().is_some_and(|name| !CHOOSING_FIELDS.contains(&name));
    if !mapping.entries.iter().any(says) {
        let message = "this timeline says nothing about the alert";
        let help = "add `fires_at`, `pending_at`, `resolves_at`, `never`, `annotations` or `count`";
        let span = head(reader, node.span);
        reader.report(&MISSING_FIELD, message, span).help(help);
    }
    test
}

fn head(reader: &Reader<'_>, span: Span) -> Span {
    reader.first_line(span)
}

fn moments(reader: &mut Reader<'_>, mapping: &Mapping, moment: Moment, interval_ms: i64) -> Option<Moments> {
    let entry = mapping.get(moment.key()).filter(|entry| !entry.value.is_null())?;
    let nodes = match &entry.value.kind {
        NodeKind::Sequence(sequence) => sequence.items.as_slice(),
        NodeKind::Scalar(_) => std::slice::from_ref(&entry.value),
        NodeKind::Mapping(_) => {
            reader.wrong_type(&entry.value, format_args!("`{}`", moment.key()), "a duration or a list of durations");
            return None;
        }
    };
    let mut times = Vec::with_capacity(nodes.len());
    for node in nodes {
        times.extend(time(reader, node, moment.key(), interval_ms));
    }
    times.sort_by_key(|time| time.value);
    times.dedup_by_key(|time| time.value);
    Some(Moments { moment, span: entry.value.span, times, never: nodes.is_empty() })
}

fn time(reader: &mut Reader<'_>, node: &Node, key: &str, interval_ms: i64) -> Option<Spanned<i64>> {
    let field = reader.scalar_text(node, format_args!("a time of `{key}`"))?;
    let time = match parse_duration(field.text()) {
        Ok(time) => time,
        Err(error) => {
            reader.report(&INVALID_VALUE, format!("`{key}` is not a duration: {error}"), field.span).help(TIMES);
            return None;
        }
    };
    if time % interval_ms != 0 {
        let before = time - time % interval_ms;
        let (before, after) = (format_duration(before), format_duration(before.saturating_add(interval_ms)));
        let every = format_duration(interval_ms);
        let message = format!("nothing can begin at {}: rules are evaluated every {every}", format_duration(time));
        reader.report(&INVALID_VALUE, message, field.span).help(format!("write {before} or {after}"));
        return None;
    }
    Some(Spanned::new(time, field.span))
}

fn count(reader: &mut Reader<'_>, mapping: &Mapping) -> Option<Spanned<usize>> {
    let field = reader.text(mapping, "count").filter(|field| !field.scalar.is_null)?;
    let count = field.text().parse().ok();
    if count.is_none() {
        let message = "`count` is not a whole number that is 0 or more";
        reader.report(&INVALID_VALUE, message, field.span).help("write how many alerts with these labels there are");
    }
    Some(Spanned::new(count?, field.span))
}

fn never(reader: &mut Reader<'_>, mapping: &Mapping, all: &mut Vec<Moments>) {
    let Some(entry) = mapping.get("never").filter(|entry| !entry.value.is_null()) else { return };
    let nodes = match &entry.value.kind {
        NodeKind::Sequence(sequence) => sequence.items.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    };
    for node in nodes {
        let Some(word) = reader.scalar_text(node, "`never`") else { continue };
        let moments: &[Moment] = match word.text() {
            "pending" => &[Moment::Pending],
            "firing" => &[Moment::Firing],
            "resolved" => &[Moment::Resolved],
            "active" => &[Moment::Pending, Moment::Firing],
            other => {
                let message = format!("`never: {other}` names no state");
                reader.report(&INVALID_VALUE, message, word.span).help(NEVER);
                continue;
            }
        };
        for moment in moments {
            match all.iter().find(|known| known.moment == *moment) {
                Some(known) if !known.times.is_empty() => {
                    let message = format!("`never: {}` contradicts `{}`", word.text(), moment.key());
                    reader.report(&INVALID_VALUE, message, word.span).related_at(known.span, "it is said to begin");
                }
                Some(_) => {}
                None => all.push(Moments { moment: *moment, span: word.span, times: Vec::new(), never: true }),
            }
        }
    }
}

/// What cannot hold.
fn contradictions(reader: &mut Reader<'_>, test: &TimelineTest) {
    let said = |moment: Moment| test.moments.iter().find(|moments| moments.moment == moment);
    let never_fires = said(Moment::Firing).filter(|moments| moments.times.is_empty());
    if let Some(((name, _), never)) = test.annotations.first().zip(never_fires) {
        let message = "`annotations` are those of an alert that fires, and this one never does";
        reader.report(&INVALID_VALUE, message, name.span).related_at(never.span, "it never fires");
    }
    if let Some(count) = test.count.filter(|count| count.value == 0) {
        let times = test.moments.iter().find(|moments| !moments.times.is_empty());
        if let Some(times) = times {
            let message = format!("`count: 0` contradicts `{}`", times.moment.key());
            reader.report(&INVALID_VALUE, message, count.span).related_at(times.span, "something happens");
        } else if let Some((name, _)) = test.annotations.first() {
            let message = "`count: 0` contradicts `annotations`";
            reader.report(&INVALID_VALUE, message, count.span).related_at(name.span, "those of an alert that fires");
        }
    }
    if let Some(until) = test.until {
        let late = test.moments.iter().flat_map(|moments| &moments.times).find(|time| time.value > until.value);
        if let Some(late) = late {
            let message = format!("`until: {}` leaves this time out", format_duration(until.value));
            reader.report(&INVALID_VALUE, message, late.span).related_at(until.span, "nothing later counts");
        }
    }
}

/// `repeat` of the input series with these `series` and `values`.
pub(super) fn repeat(reader: &mut Reader<'_>, mapping: &Mapping, series: &Field) -> Option<Repeat> {
    let entry = mapping.get("repeat").filter(|entry| !entry.value.is_null())?;
    let placeholders = match &entry.value.kind {
        NodeKind::Mapping(names) => {
            let mut placeholders = Vec::with_capacity(names.entries.len());
            for name in &names.entries {
                let word = reader.scalar_text(&name.key, "a placeholder")?;
                placeholders.push(placeholder(reader, &word, &name.value)?);
            }
            placeholders
        }
        _ => vec![Placeholder { name: "i".to_owned(), values: numbers(reader, None, &entry.value)? }],
    };
    let span = entry.value.span;
    let count = placeholders.iter().map(|p| p.values.count()).fold(1_usize, usize::saturating_mul);
    if placeholders.is_empty() || count > MAX_REPEATED_SERIES {
        let message = match count {
            0 | 1 => "`repeat` names no placeholder".to_owned(),
            _ => format!("`repeat` makes {count} series; the limit is {MAX_REPEATED_SERIES} for one test"),
        };
        reader.report(&INVALID_VALUE, message, span).help(REPEAT);
        return None;
    }
    for placeholder in &placeholders {
        if placeholder.values.count() > 1 && !has_placeholder(series.text(), &placeholder.name) {
            let name = &placeholder.name;
            let message = format!("`{{{name}}}` does not occur in `series`, so the repeated series would be the same");
            let help = format!("write `{{{name}}}` where the series differ, as in `up{{pod=\"web-{{{name}}}\"}}`");
            reader.report(&INVALID_VALUE, message, series.span).related_at(span, "repeated here").help(help);
            return None;
        }
    }
    Some(Repeat { span, placeholders })
}

fn placeholder(reader: &mut Reader<'_>, word: &Field, node: &Node) -> Option<Placeholder> {
    let name = word.text();
    let valid = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !valid {
        let message = format!("`{name}` cannot be a placeholder");
        reader.report(&INVALID_VALUE, message, word.span).help("use letters, digits and `_`, with a letter in front");
        return None;
    }
    let NodeKind::Sequence(sequence) = &node.kind else {
        return Some(Placeholder { name: name.to_owned(), values: numbers(reader, Some(name), node)? });
    };
    let mut texts: Vec<Field> = Vec::with_capacity(sequence.items.len());
    let mut seen = rustc_hash::FxHashSet::default();
    for item in &sequence.items {
        let text = reader.scalar_text(item, format_args!("a value of `{name}`"))?;
        if !seen.insert(text.text().to_owned()) {
            let message = format!("`{}` is there already", text.text());
            reader.report(&INVALID_VALUE, message, text.span).help("each value makes a series of its own");
            return None;
        }
        texts.push(text);
    }
    if texts.is_empty() {
        reader.report(&INVALID_VALUE, format!("`{name}` has no values"), node.span).help(REPEAT);
        return None;
    }
    Some(Placeholder { name: name.to_owned(), values: PlaceholderValues::Texts(texts) })
}

/// `100`, for 0 to 99, or `1..100`, both ends included.
///
/// `name` is the placeholder that they are for; `None` if `repeat` itself is a number.
fn numbers(reader: &mut Reader<'_>, name: Option<&str>, node: &Node) -> Option<PlaceholderValues> {
    let Some(scalar) = node.as_scalar() else {
        match name {
            Some(name) => {
                reader.wrong_type(node, format_args!("`{name}`"), "a number, a range such as `0..99`, or a list")
            }
            None => reader.wrong_type(node, "`repeat`", "a number, or a mapping of placeholders"),
        }
        return None;
    };
    let parsed = parse_numbers(scalar.value());
    if parsed.is_none() {
        let (message, help) = not_numbers(scalar.value());
        reader.report(&INVALID_VALUE, message, node.span).help(help);
    }
    parsed
}

/// What is wrong with a text that [`parse_numbers`] does not take, and what to write instead.
fn not_numbers(text: &str) -> (String, String) {
    if text == "0" {
        return (
            "`repeat` would make no series".to_owned(),
            "leave the series out, or write how many there are".to_owned(),
        );
    }
    if text.strip_prefix('-').is_some_and(|rest| parse_numbers(rest).is_some()) {
        return (format!("`{text}` is negative"), REPEAT.to_owned());
    }
    if let Some((from, to)) = text.split_once("..") {
        let forwards = format!("{to}..{from}");
        if parse_numbers(&forwards).is_some() {
            return (format!("`{text}` counts down, so there is no number in it"), format!("write `{forwards}`"));
        }
    }
    (format!("`{text}` is neither a number of series nor a range of numbers"), REPEAT.to_owned())
}

fn parse_numbers(text: &str) -> Option<PlaceholderValues> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok()).flatten()
    };
    let Some((from, to)) = text.split_once("..") else {
        let count = number(text).filter(|count| *count > 0)?;
        return Some(PlaceholderValues::Numbers { first: 0, count: usize::try_from(count).ok()?, width: 0 });
    };
    let (first, last) = (number(from)?, number(to)?);
    let count = last.checked_sub(first)?.checked_add(1)?;
    // As the shell does: a zero in front asks for the same number of digits everywhere.
    let padded = |text: &str| text.len() > 1 && text.starts_with('0');
    let width = if padded(from) || padded(to) { from.len().max(to.len()).min(20) } else { 0 };
    Some(PlaceholderValues::Numbers { first, count: usize::try_from(count).ok()?, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counts_or_ranges() {
        let all = |text: &str| {
            let values = parse_numbers(text)?;
            let text = |index| {
                let mut text = String::new();
                values.push(index, &mut text);
                text
            };
            Some((values.count(), text(0), text(values.count() - 1)))
        };
        let some = |count: usize, first: &str, last: &str| Some((count, first.to_owned(), last.to_owned()));
        assert_eq!(all("100"), some(100, "0", "99"));
        assert_eq!(all("1..3"), some(3, "1", "3"));
        assert_eq!(all("08..12"), some(5, "08", "12"));
        for wrong in ["0", "", "-1", "1.5", "3..1", "a..b", "1..", "99999999999999999999", "0..18446744073709551615"] {
            assert_eq!(all(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_tolerance_is_a_number_or_a_part() {
        assert_eq!(parse_tolerance("0.5"), Some(Tolerance::Absolute(0.5)));
        assert_eq!(parse_tolerance("1%"), Some(Tolerance::Relative(1.0)));
        for wrong in ["-1", "x", "inf", "NaN", "%", "1%%"] {
            assert_eq!(parse_tolerance(wrong), None, "{wrong}");
        }
    }
}
