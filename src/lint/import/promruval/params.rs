//! The parameters of a validation.

use crate::source::Span;
use crate::yaml::{Mapping, Node};

/// What stands under `params`.
pub(super) struct Params<'m>(Option<&'m Mapping>);

/// The name of a parameter that is not there, or is not what it should be.
pub(super) type Missing = &'static str;

/// Parameters that are understood, and have no counterpart: by validator, all of them where it is empty.
const BEYOND: [(&str, &str, &str); 4] = [
    ("annotationIsValidURL", "resolveUrl", "`check --online` asks the network, for links to runbooks"),
    ("annotationIsValidURL", "asTemplate", "templates are not expanded before they are compared"),
    ("hasAllowedEvaluationInterval", "mustBeSet", "no policy demands that a group has an interval"),
    ("hasAllowedEvaluationInterval", "intervalMustBeSet", "no policy demands that a group has an interval"),
];

impl<'m> Params<'m> {
    /// Those of a validation.
    pub(super) fn of(validation: &'m Mapping) -> Params<'m> {
        Params(validation.get("params").and_then(|entry| entry.value.as_mapping()))
    }

    fn get(&self, key: &str) -> Option<&'m Node> {
        self.0?.get(key).map(|entry| &entry.value)
    }

    /// The text under `key`, not empty.
    pub(super) fn text(&self, key: Missing) -> Result<String, Missing> {
        let text = self.get(key).and_then(Node::as_scalar).map(|scalar| scalar.value().to_string());
        text.filter(|text| !text.is_empty()).ok_or(key)
    }

    /// The texts under `key`, one at least.
    pub(super) fn texts(&self, key: Missing) -> Result<Vec<String>, Missing> {
        let items = &self.get(key).and_then(Node::as_sequence).ok_or(key)?.items;
        let texts = items.iter().map(|item| item.as_scalar().map(|scalar| scalar.value().to_string()));
        texts.collect::<Option<Vec<_>>>().filter(|texts| !texts.is_empty()).ok_or(key)
    }

    /// The whole number under `key`.
    pub(super) fn number(&self, key: Missing) -> Result<u64, Missing> {
        self.text(key)?.parse().map_err(|_| key)
    }

    /// The duration under `key`, if it is longer than 0.
    pub(super) fn duration(&self, key: Missing) -> Option<String> {
        let text = self.text(key).ok()?;
        let number = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
        (!number.trim_matches('0').is_empty()).then_some(text)
    }

    /// Whether `key` is `true`.
    pub(super) fn is_on(&self, key: &str) -> bool {
        self.get(key).and_then(Node::as_scalar).is_some_and(|scalar| scalar.value() == "true")
    }

    /// The parameters of the validator `of` that nothing here says, and why.
    pub(super) fn beyond(&self, of: &str) -> Vec<(Span, &'static str)> {
        let known = BEYOND.iter().filter(|(validator, key, _)| *validator == of && self.is_on(key));
        known.filter_map(|(_, key, why)| Some((self.0?.get(key)?.key.span, *why))).collect()
    }
}
