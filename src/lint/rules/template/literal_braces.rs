//! `template/literal-braces`: braces that were meant to be a template, and are printed as they are.

use crate::lint::context::{RuleContext, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Field, RuleKind};
use crate::source::{Applicability, Diagnostic, Edit, Fix, Span};
use crate::template::Template;
use crate::template::ast::{List, Node, NodeKind, OperandKind, Pipeline};

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
        let is_rendered_first = || cx.file().rules.is_rendered_first();
        for template in cx.templates() {
            let Ok(parsed) = &template.parsed else { continue };
            if let Some((span, what)) = printed_braces(parsed)
                && !(matches!(what, What::Quoted(_) | What::Apart(_)) && is_rendered_first())
            {
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
    /// Braces quoted one by one around what was to be an action: the bytes between them.
    Apart(Span),
    /// `}}` that closes nothing.
    Stray,
    /// One brace instead of two.
    Single,
}

fn report(cx: &RuleContext<'_>, place: &str, value: &Field, span: Span, what: What) -> Diagnostic {
    let (message, help) = match what {
        What::Quoted(_) | What::Apart(_) => (
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
            ("write two braces", vec![Edit::insert(span.start(), "{"), Edit::insert(span.end(), "}")])
        }
        // What else stands there may be no action.
        What::Single => return None,
        What::Apart(inside) => {
            ("take the quotes away", vec![Edit::replace(span, format!("{{{{{}}}}}", inside.slice(value.text())))])
        }
        What::Quoted(action) => {
            let quoted = span.slice(value.text());
            let inside = quoted.get(1..quoted.len().checked_sub(1)?)?;
            let is_action = inside.starts_with("{{") && inside.ends_with("}}") && !inside.contains('\\');
            ("take the quotes away", vec![Edit::replace(action, is_action.then_some(inside)?)])
        }
    };
    cx.file().fix_inside(value, title, &edits, applicability)
}

/// The first place where braces are printed.
fn printed_braces(template: &Template) -> Option<(Span, What)> {
    let lists = template.root().lists().into_iter();
    lists.filter_map(|list| printed_by(list, template.text())).min_by_key(|(span, _)| span.start())
}

/// The first place in one list, without the branches in it.
fn printed_by(list: &List, text: &str) -> Option<(Span, What)> {
    let mut behind_action = false;
    // Braces of the text that are open, as in JSON: they may be what is closed.
    let mut open = 0_usize;
    for (at, node) in list.nodes.iter().enumerate() {
        match &node.kind {
            NodeKind::Text(_) => {
                let literal = node.span.slice(text);
                if behind_action && open == 0 && literal.starts_with("}}") {
                    return Some((Span::new(node.span.start(), node.span.start() + 2), What::Stray));
                }
                if let Some(span) = single_braces(literal) {
                    return Some((span.shifted(node.span.start()), What::Single));
                }
                open = open_behind(open, literal);
            }
            NodeKind::Action(pipeline) => {
                if let Some(quoted) = quoted_braces(pipeline) {
                    return Some((quoted, What::Quoted(node.span)));
                }
                if let Some(apart) = list.nodes.get(at..at + 3).and_then(|nodes| quoted_apart(nodes, text)) {
                    return Some(apart);
                }
            }
            _ => {}
        }
        behind_action = matches!(node.kind, NodeKind::Action(_));
    }
    None
}

/// How many braces are open behind a text.
fn open_behind(open: usize, text: &str) -> usize {
    text.bytes().fold(open, |open, byte| match byte {
        b'{' => open + 1,
        b'}' => open.saturating_sub(1),
        _ => open,
    })
}

/// The text with braces that an action prints, where it is nothing else.
fn quoted_braces(pipeline: &Pipeline) -> Option<Span> {
    let (value, span) = printed_text(pipeline)?;
    (value.contains("{{") && names_something(value)).then_some(span)
}

/// `{{ "{{" }} $labels.x {{ "}}" }}`.
fn quoted_apart(nodes: &[Node], text: &str) -> Option<(Span, What)> {
    let [open, between, close] = nodes else { return None };
    let prints = |node: &Node, braces: &str| match &node.kind {
        NodeKind::Action(pipeline) => printed_text(pipeline).is_some_and(|(value, _)| value == braces),
        _ => false,
    };
    let is_apart = matches!(between.kind, NodeKind::Text(_)) && prints(open, "{{") && prints(close, "}}");
    let is_meant = is_apart && names_something(between.span.slice(text));
    is_meant.then(|| (open.span.to(close.span), What::Apart(between.span)))
}

/// The text that an action prints, where it prints nothing else, and where it stands.
fn printed_text(pipeline: &Pipeline) -> Option<(&str, Span)> {
    let [command] = pipeline.commands.as_slice() else { return None };
    let [operand] = command.operands.as_slice() else { return None };
    match &operand.kind {
        OperandKind::String { value, .. } => Some((value, operand.span)),
        _ => None,
    }
}

/// Whether a text names what only a template can.
fn names_something(text: &str) -> bool {
    ["$labels", "$value", ".Labels"].iter().any(|name| text.contains(name))
}

/// Whether a variable of another language is set, as in `awk '{ $value = 1 }'`: what stands behind its name.
fn is_assigned(behind: &str) -> bool {
    let operator = behind.trim_start();
    operator.starts_with(['=', '+', '-', '*', '/', '[', '('])
        || behind.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// `{ $labels.x }` with single braces.
fn single_braces(text: &str) -> Option<Span> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('{') {
        let start = from + at;
        let inside = text.get(start + 1..)?;
        let name = inside.trim_start();
        let is_variable =
            name.starts_with("$labels.") || name.strip_prefix("$value").is_some_and(|rest| !is_assigned(rest));
        if is_variable {
            let end = inside.find('}')?;
            return Some(Span::new(start, start + end + 2));
        }
        from = start + 1;
    }
    None
}
