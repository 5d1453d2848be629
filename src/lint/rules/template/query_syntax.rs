//! `template/query-syntax`: a `query` inside a template whose text is not PromQL.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql;
use crate::rules::Dialect;
use crate::source::{Diagnostic, Span, Spanned};

static META: Meta = meta!("template/query-syntax", Error, certain, "a template asks a query that is not PromQL");

pub(super) struct QuerySyntax;

impl LintRule for QuerySyntax {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        // Their templates ask MetricsQL and LogQL.
        if matches!(cx.file().rules.dialect, Dialect::Vmalert | Dialect::Loki) {
            return;
        }
        let options = cx.config().parse_options();
        for template in cx.templates() {
            let Ok(parsed) = &template.parsed else { continue };
            // A literal may be asked from several places: it is read once.
            let mut read = FxHashSet::default();
            for query in parsed.references().queries.iter().filter_map(|query| query.literal.as_ref()) {
                if !read.insert(query.span) {
                    continue;
                }
                if let Err(errors) = promql::parse(&query.value, &options) {
                    out.extend(errors.into_iter().take(1).map(|error| report(cx, template, query, error)));
                }
            }
        }
    }
}

fn report(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    query: &Spanned<Arc<str>>,
    error: promql::ParseError,
) -> Diagnostic {
    let message = format!("{} asks a query that is not PromQL: {}", template.describe(), error.message);
    let place = place(template.value.text(), query, error.span);
    let found = META.diagnostic(message, cx.file().inside(template.value, place, ""));
    found.help(error.help.unwrap_or_else(|| "the whole text becomes `<error expanding template: …>`".to_owned()))
}

/// A part of the query in the template: exact where the literal holds no escapes, else the literal.
pub(super) fn place(template: &str, query: &Spanned<Arc<str>>, part: Span) -> Span {
    let inner = Span::new(query.span.start() + 1, query.span.end().saturating_sub(1));
    match inner.slice(template) == &*query.value && !part.is_empty() {
        true => part.shifted(inner.start()),
        false => query.span,
    }
}
