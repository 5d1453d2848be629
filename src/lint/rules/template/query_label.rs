//! `template/query-label`: a template prints a label that the `query` inside of it drops.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::query_syntax;
use crate::facts::{self, Dropped, Facts};
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql;
use crate::rules::Dialect;
use crate::source::{Diagnostic, Span, Spanned};
use crate::template::{LabelOwner, LabelReference};

static META: Meta = meta!("template/query-label", Error, certain, "a template prints a label that its query drops");

pub(super) struct QueryLabel;

impl LintRule for QueryLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        // Their templates ask MetricsQL and LogQL.
        if matches!(cx.file().rules.dialect, Dialect::Vmalert | Dialect::Loki) {
            return;
        }
        for template in cx.templates() {
            check(cx, template, out);
        }
    }
}

fn check(cx: &RuleContext<'_>, template: &TemplateField<'_>, out: &mut Vec<Diagnostic>) {
    let Ok(parsed) = &template.parsed else { return };
    let mut by_query: FxHashMap<Span, Vec<&LabelReference>> = FxHashMap::default();
    for reference in parsed.label_references().iter().filter(|reference| !reference.guarded) {
        if let LabelOwner::Query(Some(literal)) = reference.owner {
            by_query.entry(literal).or_default().push(reference);
        }
    }
    if by_query.is_empty() {
        return;
    }
    for query in parsed.references().queries.iter().filter_map(|query| query.literal.as_ref()) {
        // Several calls may share a literal.
        let Some(references) = by_query.remove(&query.span) else { continue };
        let Ok(expr) = promql::parse(&query.value, &cx.config().parse_options()) else { continue };
        let facts = Facts::under(&expr, cx.file().premises());
        for reference in references {
            if let Some(dropped) = facts::dropped(facts.branches(), &reference.name) {
                out.push(report(cx, template, query, reference, dropped));
            }
        }
    }
}

fn report(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    query: &Spanned<Arc<str>>,
    reference: &LabelReference,
    dropped: Dropped,
) -> Diagnostic {
    let (file, label) = (cx.file(), &reference.name);
    let message = format!("{} prints `{label}`, which its query drops", template.describe());
    let place = query_syntax::place(template.value.text(), query, dropped.span);
    META.diagnostic(message, file.inside(template.value, reference.span, "always empty"))
        .related(file.inside(template.value, place, format!("no `{label}` behind this")))
        .help(format!("keep `{label}` in the query, or do not print it"))
}
