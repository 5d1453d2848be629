//! What is read of HCL: blocks, and values that are written down. The reader is `hcl-edit`, which bounds how deep
//! expressions and blocks nest.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::template::{Element, Template};

use super::refusal;
use crate::source::{Diagnostic, SourceFile, Span};

/// Reads a file.
///
/// # Errors
/// It is no HCL.
pub(super) fn parse(file: &Arc<SourceFile>) -> Result<Body, Vec<Diagnostic>> {
    hcl_edit::parser::parse_body(file.text()).map_err(|error| {
        let start = file.text().floor_char_boundary(error.location().offset());
        refusal(file, Span::at(start), "this is not HCL", error.message())
    })
}

/// Where a block is named.
pub(super) fn head(block: &Block) -> Span {
    let start = block.ident.span().unwrap_or_default();
    let end = block.labels.last().and_then(hcl_edit::Span::span).map_or(start.end, |label| label.end);
    Span::new(start.start, end.max(start.end))
}

/// Where an attribute stands, with its value.
pub(super) fn place(attribute: &Attribute) -> Span {
    attribute.span().map_or(Span::at(0), Span::from)
}

/// The first label of a block; without one it is empty.
pub(super) fn label(block: &Block) -> &str {
    block.labels.first().map_or("", |label| label.as_str())
}

/// The name of a block as it is written, with its labels: `annotation "summary"`.
pub(super) fn title(block: &Block) -> String {
    let labels = block.labels.iter().map(|label| format!(" \"{}\"", label.as_str()));
    format!("`{}{}`", block.ident.as_str(), labels.collect::<String>())
}

/// A text that needs no evaluation.
pub(super) fn text(value: &Expression) -> Option<String> {
    match value {
        Expression::String(text) => Some(text.value().clone()),
        Expression::StringTemplate(template) => literal(template.iter()),
        Expression::HeredocTemplate(heredoc) => literal(Template::iter(&heredoc.template)),
        Expression::Parenthesis(inner) => text(inner.inner()),
        _ => None,
    }
}

fn literal<'t>(elements: impl Iterator<Item = &'t Element>) -> Option<String> {
    elements.map(|element| element.as_literal().map(|text| text.value().as_str())).collect()
}

/// A list of such texts.
pub(super) fn texts(value: &Expression) -> Option<Vec<String>> {
    value.as_array()?.iter().map(text).collect()
}
