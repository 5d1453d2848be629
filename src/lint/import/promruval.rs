//! promruval's validation file.

mod params;
mod validators;

use std::sync::Arc;

use super::draft::{Draft, Keys, and, text};
use super::{NO_CONDITION, SERVER, refusal};
use crate::source::{Diagnostic, SourceFile, Span};
use crate::yaml::{self, Entry, Mapping, Node};

use params::Params;
pub use validators::validators;
use validators::{Fate, fate};

/// Translates the file.
///
/// # Errors
/// It is no YAML, or no mapping with `validationRules`.
pub(super) fn read(file: &Arc<SourceFile>, draft: &mut Draft<'_>) -> Result<(), Vec<Diagnostic>> {
    let parsed = yaml::parse(file);
    if let Some(problem) = parsed.problems.into_iter().next() {
        return Err(vec![problem]);
    }
    let root = parsed.documents.iter().find_map(|document| document.root.as_ref());
    let top = root.and_then(Node::as_mapping).filter(|top| top.get("validationRules").is_some());
    let Some(top) = top else {
        let why = "promruval's has `validationRules`";
        return Err(refusal(
            file,
            root.map_or(Span::at(0), |root| Span::at(root.span.start())),
            "this is no validation file",
            why,
        ));
    };
    for entry in &top.entries {
        match entry.name() {
            Some("validationRules") => each(&entry.value, "`validationRules`", draft, read_rule),
            Some("prometheus") => draft.leave_out(entry.key.span, "`prometheus`", SERVER),
            Some("customExcludeAnnotation" | "customDisableComment") => {
                let why = "`promproof: ignore[…]` excuses, in a comment or in the annotation `promproof_ignore`";
                draft.leave_out(entry.key.span, &title(entry), why);
            }
            _ => draft.leave_out(entry.key.span, &title(entry), "this version of promproof knows no such key"),
        }
    }
    Ok(())
}

fn title(entry: &Entry) -> String {
    format!("`{}`", entry.name().unwrap_or("a key"))
}

/// Reads the mappings of a list.
fn each(list: &Node, what: &str, draft: &mut Draft<'_>, mut read: impl FnMut(&Mapping, Span, &mut Draft<'_>)) {
    let Some(items) = list.as_sequence() else {
        if !list.is_null() {
            draft.leave_out(list.span, what, "it is no list");
        }
        return;
    };
    for item in &items.items {
        match item.as_mapping() {
            Some(mapping) => read(mapping, item.span, draft),
            None => draft.leave_out(item.span, "an entry", "it is no mapping"),
        }
    }
}

/// The text of a key.
fn text_of<'m>(mapping: &'m Mapping, key: &str) -> Option<&'m str> {
    let scalar = mapping.get(key)?.value.as_scalar()?;
    Some(scalar.value())
}

/// One of `validationRules`: validations that hold for a scope.
fn read_rule(rule: &Mapping, span: Span, draft: &mut Draft<'_>) {
    let mut when = Keys::new();
    match text_of(rule, "scope") {
        Some("Alert") => drop(when.insert("kind", text("alert"))),
        Some("Recording rule") => drop(when.insert("kind", text("record"))),
        Some("Group" | "All rules" | "All") => {}
        _ => return draft.leave_out(Span::at(span.start()), "the rule", "its scope is not known"),
    }
    let mut is_sayable = true;
    if let Some(conditions) = rule.get("onlyIf") {
        each(&conditions.value, "`onlyIf`", draft, |condition, span, draft| {
            let (name, at) = (text_of(condition, "type").unwrap_or_default(), type_span(condition, span));
            if !validators::condition(name, &Params::of(condition)).is_some_and(|keys| and(&mut when, keys)) {
                draft.leave_out(at, &format!("the rule with the condition `{name}`"), NO_CONDITION);
                is_sayable = false;
            }
        });
    }
    if let Some(validations) = rule.get("validations").filter(|_| is_sayable) {
        each(&validations.value, "`validations`", draft, |validation, span, draft| {
            read_validation(validation, span, &when, draft);
        });
    }
}

/// Where a validation is named.
fn type_span(validation: &Mapping, span: Span) -> Span {
    validation.get("type").map_or(Span::at(span.start()), |entry| entry.value.span)
}

fn read_validation(validation: &Mapping, span: Span, when: &Keys, draft: &mut Draft<'_>) {
    let (name, at) = (text_of(validation, "type").unwrap_or_default(), type_span(validation, span));
    let what = format!("`{name}`");
    if let Some(entry) = validation.get("paramsFromFile") {
        return draft.leave_out(entry.key.span, &what, "its parameters are in another file; write them as `params`");
    }
    if !draft.step(at) {
        return;
    }
    let params = Params::of(validation);
    match fate(name) {
        None => draft.leave_out(at, &what, "this version of promproof knows no such validator"),
        Some(Fate::Never(why)) => draft.leave_out(at, &what, why),
        Some(Fate::Rules(ids)) => validators::switch_on(ids, draft),
        Some(Fate::Facts(ids, facts)) => {
            validators::switch_on(ids, draft);
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            draft.note(at, format!("{what} needs facts here"), format!("{} goes by {facts}", ids.join(", ")));
        }
        Some(Fate::Policy(demand)) => match demand(&params) {
            Ok(mut demand) => {
                demand.message = text_of(validation, "additionalDetails").map(str::to_owned);
                draft.demand(&what, demand, when, at);
                for (key, why) in params.beyond(name) {
                    draft.leave_out(key, &format!("a part of {what}"), why);
                }
            }
            Err(missing) => draft.leave_out(at, &what, format!("it has no `{missing}`")),
        },
    }
}
