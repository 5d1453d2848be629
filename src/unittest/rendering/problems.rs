//! What can be wrong with a rendered text: the template fails, yields nothing, or says so in the middle of a sentence.

use rustc_hash::FxHashSet;

use super::Remark;
use crate::alerting::TemplateField;
use crate::model::Labels;
use crate::template::LabelOwner;

/// What Go's templates and their `printf` write where there is no value or one of another type.
const EMPTY_WORDS: [&str; 4] = ["<no value>", "<nil>", "%!", "<invalid reflect.Value>"];
/// Finds without data what is missing here.
const MISSING_LABEL: &str = "template/missing-label";
/// How the text of a template that fails begins.
const FAILED: &str = "<error expanding template:";

/// What is wrong with `text`, which `field` renders to for an element of the expression with these labels.
pub(super) fn of(field: &TemplateField, text: &str, element: &Labels) -> Vec<Remark> {
    let remark = |rule, message| Remark { rule, message };
    let template = match &field.template {
        Some(Err(error)) => {
            return vec![remark(Some("template/syntax"), format!("the template cannot be read: {error}"))];
        }
        Some(Ok(template)) => Some(template),
        None => None,
    };
    if template.is_some() && text.starts_with(FAILED) {
        return vec![remark(Some("template/runtime-error"), "the template fails".to_owned())];
    }
    let missing = missing_labels(field, element);
    if text.trim().is_empty() {
        return vec![match missing.is_empty() {
            true => remark(None, "it renders to nothing".to_owned()),
            false => remark(Some(MISSING_LABEL), format!("it renders to nothing: {}", missing.join("; "))),
        }];
    }
    let mut problems: Vec<Remark> = missing.into_iter().map(|message| remark(Some(MISSING_LABEL), message)).collect();
    if template.is_some() {
        let words = EMPTY_WORDS.iter().filter(|word| text.contains(*word));
        let message = |word| format!("it contains `{word}`: something in it has no value or another type");
        problems.extend(words.map(|word| remark(None, message(word))));
    }
    problems
}

/// The labels that the template prints and the element does not have, each once.
fn missing_labels(field: &TemplateField, element: &Labels) -> Vec<String> {
    let Some(Ok(template)) = &field.template else { return Vec::new() };
    let mut missing: Vec<String> = Vec::new();
    let mut known: FxHashSet<&str> = FxHashSet::default();
    for reference in template.label_references() {
        let is_empty = element.get(&reference.name).unwrap_or_default().is_empty();
        if reference.owner == LabelOwner::Alert && !reference.guarded && is_empty {
            let shown = reference.span.slice(&field.text);
            if known.insert(shown) {
                missing.push(format!("`{shown}` is empty: the alert has no such label"));
            }
        }
    }
    missing
}
