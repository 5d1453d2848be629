//! Timelines and messages as they should be.
//!
//! Times, counts and exact texts are replaced. What says how something must never be, or what a text is to be like, is
//! an intention that what is found cannot change.

use std::sync::Arc;

use super::super::extensions::{Moment, PatternKind};
use super::super::report::{MessageFailure, TimelineFailure, Violation, ViolationKind};
use super::changes::replace;
use super::render;
use crate::model::duration::format_duration;
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::{Mapping, Node, NodeKind};

/// The edits of an item of `alert_timeline`; `None` where one of its differences cannot be written.
pub(super) fn of_timeline(file: &Arc<SourceFile>, item: &Mapping, failure: &TimelineFailure) -> Option<Vec<Edit>> {
    if failure.more > 0 {
        return None;
    }
    let mut edits: Vec<Edit> = Vec::new();
    for violation in &failure.violations {
        let new = match &violation.kind {
            ViolationKind::Moved { moment, .. }
            | ViolationKind::Missing { moment, .. }
            | ViolationKind::Unexpected { moment, .. } => times(file, item, failure, *moment)?,
            ViolationKind::Count(count) if *count > 0 => vec![replace(&item.get("count")?.value, count.to_string())?],
            ViolationKind::Annotation { name, pattern: PatternKind::Exact, .. } => {
                vec![annotation(file, item, failure, name)?]
            }
            ViolationKind::NoAlert
            | ViolationKind::Count(_)
            | ViolationKind::NeverFires
            | ViolationKind::Annotation { .. } => return None,
        };
        for edit in new {
            if edits.iter().all(|known| known.span != edit.span) {
                edits.push(edit);
            }
        }
    }
    Some(edits)
}

/// The times at which a state begins, if they are the same for all alerts.
fn times(file: &Arc<SourceFile>, item: &Mapping, failure: &TimelineFailure, moment: Moment) -> Option<Vec<Edit>> {
    let entry = item.get(moment.key()).filter(|entry| !entry.merged)?;
    let times = failure.lives.first()?.of(moment);
    if failure.lives.iter().any(|life| life.of(moment) != times) {
        return None;
    }
    let texts: Vec<String> = times.iter().map(|time| format_duration(*time)).collect();
    let items = entry.value.as_sequence().map_or(&[][..], |list| &list.items);
    if items.len() == texts.len() && entry.value.alias.is_none() {
        return items.iter().zip(texts).map(|(item, text)| replace(item, text)).collect();
    }
    let text = match texts.as_slice() {
        [only] => only.clone(),
        _ => format!("[{}]", texts.join(", ")),
    };
    let mut edit = replace(&entry.value, text)?;
    let source = edit.span.slice(file.text());
    if !items.is_empty() && !source.starts_with('[') {
        // A list in lines of its own: from its first dash, and not to the line behind it.
        let before = file.text().get(..edit.span.start)?.trim_end().strip_suffix('-')?;
        edit.span = Span::new(before.len(), edit.span.start + source.trim_end().len());
        if edit.span.slice(file.text()).contains('#') {
            return None;
        }
    }
    Some(vec![edit])
}

/// The text of an annotation, if it is the same for all alerts whenever they begin to fire.
fn annotation(file: &Arc<SourceFile>, item: &Mapping, failure: &TimelineFailure, name: &str) -> Option<Edit> {
    let actual = |violation: &Violation| match &violation.kind {
        ViolationKind::Annotation { name: of, actual, .. } if of == name => Some(actual.clone()),
        _ => None,
    };
    let texts: Vec<String> = failure.violations.iter().filter_map(actual).collect();
    let begins: usize = failure.lives.iter().map(|life| life.fires_at_ms.len()).sum();
    let text = texts.first()?;
    if texts.len() != begins || texts.iter().any(|other| other != text) {
        return None;
    }
    let written = &item.get("annotations")?.value.as_mapping()?.get(name)?.value;
    let scalar = text_of(written, "exact")?;
    replace(scalar, render::like(file, scalar, text)?)
}

/// The edit of an expression that must fail, and does with another message.
pub(super) fn of_message(file: &Arc<SourceFile>, item: &Mapping, failure: &MessageFailure) -> Option<Vec<Edit>> {
    let actual = failure.actual.as_ref().filter(|_| failure.pattern != PatternKind::Matches)?;
    let scalar = text_of(&item.get("exp_fail")?.value, failure.pattern.key())?;
    Some(vec![replace(scalar, render::like(file, scalar, actual)?)?])
}

/// A text alone, or the one under `key`.
fn text_of<'n>(written: &'n Node, key: &str) -> Option<&'n Node> {
    match &written.kind {
        NodeKind::Scalar(_) => Some(written),
        NodeKind::Mapping(mapping) => Some(&mapping.get(key)?.value),
        NodeKind::Sequence(_) => None,
    }
}
