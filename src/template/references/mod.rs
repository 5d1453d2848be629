//! What a template reads: labels, external labels, the value, queries.
//!
//! The template is walked as the evaluator walks it, with kinds of values in the place of values, so that a label is
//! recognised through variables, `with`, `range`, `template` and `args`.

mod guards;
mod kind;
mod operands;
#[cfg(test)]
mod tests;
mod variables;
mod walker;

use std::sync::Arc;

use crate::source::{Span, Spanned};

use super::Template;

/// Everything that a template reads by name.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// Labels that are read by a fixed name, in the order of the text.
    pub labels: Vec<LabelReference>,
    /// Uses of the alert's whole label set (`{{ $labels }}`, `range $k, $v := $labels`), external ones not included.
    pub all_labels: Vec<Reference>,
    /// Uses of the value, the external URL and what else is not a label.
    pub others: Vec<Reference>,
    /// Calls of `query`.
    pub queries: Vec<QueryReference>,
    /// Whether something was not followed, because `template` or `args` nest too deep or call each other too often:
    /// there may be more references.
    pub incomplete: bool,
}

/// A label that a template reads by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelReference {
    /// The label's name.
    pub name: String,
    /// The name's bytes (without the dot, without quotes) in the template's text.
    pub name_span: Span,
    /// The whole reference: `$labels.job`, `.Labels.job`, `index $labels "job"`.
    pub span: Span,
    /// Whose label it is.
    pub owner: LabelOwner,
    /// Whether it is read only where a condition on the same label holds: `{{ if $labels.job }}{{ $labels.job }}`,
    /// `{{ with $labels.job }}`; also the condition itself, and an operand of `or`.
    pub guarded: bool,
}

/// Whose label a reference reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelOwner {
    /// The element of the alert's expression.
    Alert,
    /// Prometheus' configuration.
    External,
    /// An element of what `query` gives; the place of the query's literal, quotes included, where it is one. It is that
    /// of a [`QueryReference`].
    Query(Option<Span>),
}

/// A use of something that is not one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What is used.
    pub kind: ReferenceKind,
    /// Its bytes in the template's text.
    pub span: Span,
}

/// What a [`Reference`] uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// The alert's whole label set.
    AllLabels,
    /// All external labels.
    AllExternalLabels,
    /// `$externalURL`
    ExternalUrl,
    /// `$value`
    Value,
}

/// A call of `query`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryReference {
    /// The call's bytes.
    pub span: Span,
    /// The query and the bytes of its literal, quotes included, where it is given as a literal. References to one
    /// literal share its text.
    pub literal: Option<Spanned<Arc<str>>>,
    /// The format and the bytes of its literal, where the query is made by `printf`.
    pub format: Option<Spanned<Arc<str>>>,
}

pub(super) fn references(template: &Template) -> References {
    walker::walk(template)
}
