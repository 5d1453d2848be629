//! Go text/template as alert rules use it: parser with spans, evaluator, Prometheus' functions.
//!
//! [`parse`] yields a [`Template`] whose every part knows its bytes; [`Template::expand`] evaluates it as Prometheus
//! does for labels and annotations of alerts, with the four variables `$labels`, `$externalLabels`, `$externalURL`
//! and `$value` declared beforehand; [`Template::references`] says what a template reads, for lint.
//!
//! The order of evaluation, the texts of errors and the positions in them are those of Go's package, because a failed
//! expansion becomes the annotation's text, and tests compare it.

pub mod ast;
mod branches;
mod calls;
mod context;
mod definitions;
mod error;
mod eval;
mod fields;
mod functions;
mod layout;
mod lexer;
mod literal;
mod parser;
mod print;
mod printf;
mod references;
#[cfg(test)]
mod tests;
mod time;
mod value;

pub use branches::{BranchKind, BranchSite, TakenBranches};
pub use context::{Context, NoQueries, Querier, TemplateSample};
pub use error::{Prelude, TemplateError};
pub use references::{LabelOwner, LabelReference, QueryReference, Reference, ReferenceKind, References};

use std::sync::{Arc, OnceLock};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    text: Arc<str>,
    root: ast::List,
    definitions: definitions::Definitions,
    references: OnceLock<References>,
}

/// Parses a label's or annotation's template, with the variables that Prometheus declares for alerts.
///
/// # Errors
/// What Go's parser refuses: the message is Go's without `template: __alert_X:1: `.
pub fn parse(text: &str) -> Result<Template, TemplateError> {
    let parser::Tree { root, definitions } = parser::parse(text)?;
    Ok(Template { text: text.into(), root, definitions, references: OnceLock::new() })
}

impl Template {
    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is expanded, without the bodies of `define` and `block`.
    pub fn root(&self) -> &ast::List {
        &self.root
    }

    /// The bodies of `define` and `block`, in the order of the text.
    pub fn definitions(&self) -> &[ast::Definition] {
        self.definitions.as_slice()
    }

    /// Whether the text holds nothing to evaluate, so that every expansion is the text itself.
    pub fn is_plain(&self) -> bool {
        !self.text.contains("{{")
    }

    /// Evaluates the template.
    ///
    /// # Errors
    /// What stops Go's evaluation; and, with messages of our own, an output of more than 1 MiB and loops without end.
    /// [`TemplateError::annotation_text`] gives the text that Prometheus puts in the place of the expansion.
    pub fn expand(&self, context: &Context<'_>) -> Result<String, TemplateError> {
        eval::expand(self, context, None, eval::MAX_WORK)
    }

    /// [`Template::expand`] within fewer steps: for a look at what comes of a template, where nobody waits for its text.
    ///
    /// # Errors
    /// As [`Template::expand`]; and where it takes more than `max_work` steps.
    pub fn expand_within(&self, context: &Context<'_>, max_work: usize) -> Result<String, TemplateError> {
        eval::expand(self, context, None, max_work)
    }

    /// [`Template::expand`], with notes of which branches are expanded. A failure keeps what was noted before it.
    ///
    /// # Errors
    /// As [`Template::expand`].
    pub fn expand_observed(&self, context: &Context<'_>, taken: &TakenBranches) -> Result<String, TemplateError> {
        eval::expand(self, context, Some(taken), eval::MAX_WORK)
    }

    /// Everything that the template reads: labels, external labels, the value, queries. Found out when first asked for.
    pub fn references(&self) -> &References {
        self.references.get_or_init(|| references::references(self))
    }

    /// The labels that the template reads by name, of whatever owner; see [`LabelReference::owner`].
    pub fn label_references(&self) -> &[LabelReference] {
        &self.references().labels
    }
}
