//! `template/value-in-label`: a label that prints the value, so that each new value is a new alert.

use crate::lint::context::{RuleContext, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Span};
use crate::template::ast::{List, NodeKind};
use crate::template::{ReferenceKind, Template};

static META: Meta =
    meta!("template/value-in-label", Warning, on, "a label prints the value: each value is a new alert");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for template in cx.templates().filter(|template| template.place != TemplatePlace::Annotation) {
            let Some(value) = template.parsed.as_ref().ok().and_then(printed_value) else { continue };
            let message = format!("{} prints the value, so that each new value is a new alert", template.describe());
            let place = cx.file().inside(template.value, value, "changes with the value");
            let waits = if cx.rule.for_ms > 0 { ": `for` begins anew with each of them" } else { "" };
            out.push(META.diagnostic(message, place).help(format!("print the value in an annotation{waits}")));
        }
    }
}

/// The first place where the value itself is printed. In a condition (`if gt $value 90.0`) it chooses between a few texts,
/// and what a variable that holds it is used for is not followed.
fn printed_value(template: &Template) -> Option<Span> {
    let mut printed = Vec::new();
    collect_printed(template.root(), &mut printed);
    let mut values = template.references().others.iter().filter(|used| used.kind == ReferenceKind::Value);
    // In the order of the text and beside each other: only the last one that begins before the value can hold it.
    let is_printed = |used: Span| {
        let after = printed.partition_point(|span| span.start <= used.start);
        after.checked_sub(1).and_then(|at| printed.get(at)).is_some_and(|span| used.end <= span.end)
    };
    values.find(|used| is_printed(used.span)).map(|used| used.span)
}

/// The pipelines whose results are printed, in the order of the text.
fn collect_printed(list: &List, printed: &mut Vec<Span>) {
    for node in &list.nodes {
        match &node.kind {
            NodeKind::Action(pipeline) if pipeline.variables.is_empty() => printed.push(pipeline.span),
            NodeKind::If(branch) | NodeKind::With(branch) | NodeKind::Range(branch) => {
                collect_printed(&branch.list, printed);
                branch.else_list.iter().for_each(|list| collect_printed(list, printed));
            }
            _ => {}
        }
    }
}
