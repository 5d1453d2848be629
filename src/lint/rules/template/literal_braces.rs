//! `template/literal-braces`: braces that were meant to be a template, and are printed as they are.

use crate::lint::context::{RuleContext, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Field, RuleKind};
use crate::source::{Applicability, Diagnostic, Edit, Fix, Span};
use crate::template::Template;
use crate::template::ast::{List, NodeKind, OperandKind};

static META: Meta =
    meta!("template/literal-braces", Warning, certain, "a template's braces are printed as they are").fixable();

pub(super) struct LiteralBraces;

impl LintRule for LiteralBraces {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.rule.kind != RuleKind::Alerting {
            return;
        }
        for template in cx.templates() {
            let Ok(parsed) = &template.parsed else { continue };
            if let Some((span, what)) = printed_braces(parsed) {
                let found = report(cx, &template.describe(), template.value, span, what);
                // What a label prints decides which alert it is; what a stray brace was meant for is not known.
                let is_text = template.place == TemplatePlace::Annotation && !matches!(what, What::Stray);
                let applicability = if is_text { Applicability::Safe } else { Applicability::Unsafe };
                out.push(found.fix(fix(cx, template.value, span, what, applicability)));
            }
        }
        for (name, value) in cx.rule.annotations.iter().filter(|(_, value)| !value.text().contains("{{")) {
            if let Some(span) = single_braces(value.text()) {
                let found = report(cx, &format!("the annotation `{}`", name.text()), value, span, What::Single);
                out.push(found.fix(fix(cx, value, span, What::Single, Applicability::Safe)));
            }
        }
    }
}

/// What is printed.
#[derive(Clone, Copy)]
enum What {
    /// A text with braces, quoted once too often: the bytes of the whole action.
    Quoted(Span),
    /// `}}` that closes nothing.
    Stray,
    /// One brace instead of two.
    Single,
}

fn report(cx: &RuleContext<'_>, place: &str, value: &Field, span: Span, what: What) -> Diagnostic {
    let (message, help) = match what {
        What::Quoted(_) => (
            "prints braces instead of what is in them",
            "take the quotes away; they are for a program that renders this file first, such as Helm",
        ),
        What::Stray => ("prints `}}`, which closes nothing", "remove it"),
        What::Single => ("prints the name of a variable instead of its value", "write two braces: `{{ … }}`"),
    };
    let label = cx.file().inside(value, span, "printed as it is");
    META.diagnostic(format!("{place} {message}"), label).help(help)
}

/// Whether there is a variable and nothing else between two braces: `{ $labels.x }`.
fn is_variable(braces: &str) -> bool {
    let inside = braces.trim_start_matches('{').trim_end_matches('}').trim();
    let name = inside.strip_prefix("$labels.").unwrap_or(if inside == "$value" { "value" } else { "" });
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Takes away what is too much, or adds what is missing.
fn fix(cx: &RuleContext<'_>, value: &Field, span: Span, what: What, applicability: Applicability) -> Option<Fix> {
    let (title, edits) = match what {
        What::Stray => ("remove `}}`", vec![Edit::remove(span)]),
        What::Single if is_variable(span.slice(value.text())) => {
            ("write two braces", vec![Edit::insert(span.start, "{"), Edit::insert(span.end, "}")])
        }
        // What else stands there may be no action.
        What::Single => return None,
        What::Quoted(action) => {
            let quoted = span.slice(value.text());
            let inside = quoted.get(1..quoted.len().checked_sub(1)?)?;
            let is_action = inside.starts_with("{{") && inside.ends_with("}}") && !inside.contains('\\');
            ("take the quotes away", vec![Edit::replace(action, is_action.then_some(inside)?)])
        }
    };
    cx.file().fix_inside(value, title, &edits, applicability)
}

fn printed_braces(template: &Template) -> Option<(Span, What)> {
    let text = template.text();
    let mut pending: Vec<&List> = vec![template.root()];
    let mut first: Option<(Span, What)> = None;
    let mut note = |span: Span, what: What| {
        if first.is_none_or(|(known, _)| span.start < known.start) {
            first = Some((span, what));
        }
    };
    while let Some(list) = pending.pop() {
        let mut behind_action = false;
        // Braces of the text that are open, as in JSON: they may be what is closed.
        let mut open = 0usize;
        for node in &list.nodes {
            match &node.kind {
                NodeKind::Text(_) => {
                    let literal = node.span.slice(text);
                    if behind_action && open == 0 && literal.starts_with("}}") {
                        note(Span::new(node.span.start, node.span.start + 2), What::Stray);
                    } else if let Some(span) = single_braces(literal) {
                        note(span.shifted(node.span.start), What::Single);
                    }
                    for byte in literal.bytes() {
                        match byte {
                            b'{' => open += 1,
                            b'}' => open = open.saturating_sub(1),
                            _ => {}
                        }
                    }
                }
                NodeKind::Action(pipeline) => {
                    if let [command] = pipeline.commands.as_slice()
                        && let [operand] = command.operands.as_slice()
                        && let OperandKind::String { value: quoted, .. } = &operand.kind
                        && quoted.contains("{{")
                        && (quoted.contains("$labels") || quoted.contains("$value") || quoted.contains(".Labels"))
                    {
                        note(operand.span, What::Quoted(node.span));
                    }
                }
                NodeKind::If(branch) | NodeKind::With(branch) | NodeKind::Range(branch) => {
                    pending.push(&branch.list);
                    pending.extend(&branch.else_list);
                }
                _ => {}
            }
            behind_action = matches!(node.kind, NodeKind::Action(_));
        }
    }
    first
}

/// `{ $labels.x }` with single braces.
fn single_braces(text: &str) -> Option<Span> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('{') {
        let start = from + at;
        let inside = text.get(start + 1..)?;
        let name = inside.trim_start();
        if name.starts_with("$labels.") || name.starts_with("$value") {
            let end = inside.find('}')?;
            return Some(Span::new(start, start + end + 2));
        }
        from = start + 1;
    }
    None
}
