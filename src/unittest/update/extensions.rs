//! Timelines and messages as they should be.
//!
//! Times, counts and exact texts are replaced. What says how something must never be, or what a text is to be like, is
//! an intention that what is found cannot change.

use super::super::report::{MessageFailure, TimelineFailure, Violation, ViolationKind};
use super::Why;
use crate::model::duration::{format_duration, parse_duration};
use crate::source::Edit;
use crate::testfile::{Moment, PatternKind};
use crate::yaml::edit::{Editor, Place, Value};
use crate::yaml::{Node, NodeKind, ScalarStyle};

/// The edits of an item of `alert_timeline`.
pub(super) fn of_timeline(editor: &Editor<'_>, item: Place<'_>, failure: &TimelineFailure) -> Result<Vec<Edit>, Why> {
    if failure.more > 0 {
        return Err(Why::TooMuch);
    }
    let mut edits: Vec<Edit> = Vec::new();
    for violation in &failure.violations {
        let new = match &violation.kind {
            ViolationKind::Moved { moment, .. }
            | ViolationKind::Missing { moment, .. }
            | ViolationKind::Unexpected { moment, .. } => times(editor, item, failure, *moment)?,
            ViolationKind::Count(count) if *count > 0 => {
                let place = item.entry(editor, "count")?.ok_or(Why::Layout)?;
                place.replace(editor, &Value::Plain(count.to_string()))?
            }
            ViolationKind::Annotation { name, pattern: PatternKind::Exact, .. } => {
                annotation(editor, item, failure, name)?
            }
            ViolationKind::Annotation { .. } => return Err(Why::Pattern),
            ViolationKind::Count(_) | ViolationKind::NoAlert | ViolationKind::NeverFires => return Err(Why::NoAlert),
        };
        // Many violations may be of one list of times.
        if new.iter().all(|edit| edits.iter().all(|known| known.span != edit.span)) {
            edits.extend(new);
        }
    }
    Ok(edits)
}

/// The times at which a state begins, if they are the same for all alerts.
fn times(editor: &Editor<'_>, item: Place<'_>, failure: &TimelineFailure, moment: Moment) -> Result<Vec<Edit>, Why> {
    // `never` has no times.
    let place = item.entry(editor, moment.key())?.ok_or(Why::Never)?;
    let times = failure.lives.first().ok_or(Why::NoAlert)?.of(moment);
    if failure.lives.iter().any(|life| life.of(moment) != times) {
        return Err(Why::Unlike);
    }
    let texts: Vec<String> = times.iter().map(|time| format_duration(*time)).collect();
    let value = |like: Option<&Node>| {
        let quoted = like.and_then(Node::as_scalar).is_some_and(|scalar| scalar.style != ScalarStyle::Plain);
        if quoted { Value::Text } else { Value::Plain }
    };
    if place.node.as_sequence().is_none() {
        return match texts.as_slice() {
            [only] => Ok(place.replace(editor, &Value::Text(only.clone()))?),
            _ => {
                let list = Value::List(texts.into_iter().map(value(Some(place.node))).collect());
                Ok(place.replace(editor, &Value::Plain(list.flow()))?)
            }
        };
    }
    let items = place.items(editor)?;
    let mut edits = Vec::new();
    for ((item, time), text) in items.iter().zip(times).zip(&texts) {
        let written = item.node.as_scalar().and_then(|scalar| parse_duration(scalar.value()).ok());
        if written != Some(*time) {
            edits.extend(item.replace(editor, &Value::Text(text.clone()))?);
        }
    }
    let kept: Vec<bool> = (0..items.len()).map(|index| index < texts.len()).collect();
    let added = texts.into_iter().skip(items.len()).map(value(items.first().map(|item| item.node))).collect();
    edits.extend(place.rewrite(editor, &kept, &Value::List(added))?);
    Ok(edits)
}

/// The text of an annotation, if it is the same for all alerts whenever they begin to fire.
fn annotation(editor: &Editor<'_>, item: Place<'_>, failure: &TimelineFailure, name: &str) -> Result<Vec<Edit>, Why> {
    let actual = |violation: &Violation| match &violation.kind {
        ViolationKind::Annotation { name: of, actual, .. } if of == name => Some(actual.clone()),
        _ => None,
    };
    let texts: Vec<String> = failure.violations.iter().filter_map(actual).collect();
    let begins: usize = failure.lives.iter().map(|life| life.fires_at_ms.len()).sum();
    let text = texts.first().ok_or(Why::Layout)?;
    if texts.len() != begins || texts.iter().any(|other| other != text) {
        return Err(Why::Unlike);
    }
    let annotations = item.entry(editor, "annotations")?.ok_or(Why::Layout)?;
    let written = annotations.entry(editor, name)?.ok_or(Why::Layout)?;
    Ok(text_of(editor, written, PatternKind::Exact)?.replace(editor, &Value::Text(text.clone()))?)
}

/// The edit of an expression that must fail, and does with another message.
pub(super) fn of_message(editor: &Editor<'_>, item: Place<'_>, failure: &MessageFailure) -> Result<Vec<Edit>, Why> {
    let actual = failure.actual.as_ref().ok_or(Why::Succeeds)?;
    if failure.pattern == PatternKind::Matches {
        return Err(Why::Pattern);
    }
    let written = item.entry(editor, "exp_fail")?.ok_or(Why::Layout)?;
    Ok(text_of(editor, written, failure.pattern)?.replace(editor, &Value::Text(actual.clone()))?)
}

/// A text alone, or the one under the key of `pattern`.
fn text_of<'n>(editor: &Editor<'_>, written: Place<'n>, pattern: PatternKind) -> Result<Place<'n>, Why> {
    match &written.node.kind {
        NodeKind::Scalar(_) => Ok(written),
        NodeKind::Mapping(_) => written.entry(editor, pattern.key())?.ok_or(Why::Layout),
        NodeKind::Sequence(_) => Err(Why::Layout),
    }
}
