//! `template/value-in-label`: a label that prints the value, so that each new value is a new alert.

use rustc_hash::FxHashSet;

use crate::lint::context::{RuleContext, TemplateField, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::Rule;
use crate::source::{Diagnostic, Span};
use crate::template::ast::{List, NodeKind, Operand, OperandKind, Pipeline};
use crate::template::{ReferenceKind, Template};

static META: Meta =
    meta!("template/value-in-label", Warning, certain, "a label prints the value: each value is a new alert");

pub(super) struct ValueInLabel;

impl LintRule for ValueInLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        // What stands below an `annotations:` that is indented too far is meant as an annotation: `labels/misplaced`.
        let mut misplaced = Rule::fields_among(&cx.rule.labels).filter(|name| name.text() == "annotations");
        let end = misplaced.next().map_or(usize::MAX, |name| name.span.start());
        let is_label = |template: &&TemplateField<'_>| match template.place {
            TemplatePlace::GroupLabel => true,
            TemplatePlace::Label => template.name.span.start() < end,
            TemplatePlace::Annotation => false,
        };
        for template in cx.templates().filter(is_label) {
            let Some(value) = template.parsed.as_ref().ok().and_then(printed_value) else { continue };
            let message = format!("{} prints the value, so that each new value is a new alert", template.describe());
            let place = cx.file().inside(template.value, value, "changes with the value");
            let waits = if cx.rule.for_ms > 0 { ": `for` begins anew with each of them" } else { "" };
            out.push(META.diagnostic(message, place).help(format!("print the value in an annotation{waits}")));
        }
    }
}

/// The first place where the value itself is printed, by name or through a variable that was given it. In a condition
/// (`if gt $value 90.0`) it chooses between a few texts.
fn printed_value(template: &Template) -> Option<Span> {
    let mut printed = template.root().actions();
    printed.retain(|pipeline| pipeline.variables.is_empty());
    let references = template.references();
    let values: Vec<Span> =
        references.others.iter().filter(|used| used.kind == ReferenceKind::Value).map(|used| used.span).collect();
    let is_printed = |used: &&Span| is_inside(**used, &printed);
    values.iter().find(is_printed).copied().or_else(|| through_variable(template.root(), &values, &printed))
}

/// Whether one of the pipelines covers the bytes. They are in the order of the text and beside each other: only the last
/// one that begins before can.
fn is_inside(used: Span, pipelines: &[&Pipeline]) -> bool {
    let after = pipelines.partition_point(|pipeline| pipeline.span.start() <= used.start());
    after.checked_sub(1).and_then(|at| pipelines.get(at)).is_some_and(|pipeline| used.end() <= pipeline.span.end())
}

/// The first printed variable among those that are declared with the value, at the top of the template.
fn through_variable(root: &List, values: &[Span], printed: &[&Pipeline]) -> Option<Span> {
    let mut declarations = root.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Action(pipeline) if !pipeline.variables.is_empty() => Some(pipeline),
        _ => None,
    });
    let mut holders: FxHashSet<&str> = FxHashSet::default();
    // Both are in the order of the text.
    let mut values = values.iter().peekable();
    while let Some(declaration) = declarations.next().filter(|_| values.peek().is_some()) {
        while values.next_if(|value| value.start() < declaration.span.start()).is_some() {}
        if values.peek().is_some_and(|value| value.end() <= declaration.span.end()) {
            holders.extend(declaration.variables.iter().map(|name| name.value.as_str()));
        }
    }
    let operands = printed.iter().flat_map(|pipeline| &pipeline.commands).flat_map(|command| &command.operands);
    let holds = |operand: &&Operand| matches!(&operand.kind, OperandKind::Variable { name, .. } if holders.contains(name.value.as_str()));
    operands.filter(holds).map(|operand| operand.span).next()
}
