//! `template/ratio-as-percent`: a ratio that is printed with a percent sign, or a percentage with two.

use crate::facts::{Quantities, Unit};
use crate::inventory::Inventory;
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind};
use crate::source::{Applicability, Diagnostic, Edit, Span};
use crate::template::ast::{Node, NodeKind, OperandKind, Pipeline};

static META: Meta =
    meta!("template/ratio-as-percent", Warning, certain, "a ratio is printed as percent, or percent as a ratio")
        .fixable();

/// The function that multiplies by 100 and writes the percent sign.
const PERCENTAGE: &str = "humanizePercentage";

pub(super) struct RatioAsPercent;

impl LintRule for RatioAsPercent {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let speaks_of_percent = |text: &str| text.contains('%') || text.contains(PERCENTAGE);
        if !cx.templates().any(|template| speaks_of_percent(template.value.text())) {
            return;
        }
        let inventory = cx.config().inventory();
        let value = cx.rule.parsed.as_ref().map_or(Value::Other, |expr| value_of(expr, inventory));
        for template in cx.templates() {
            let Ok(parsed) = &template.parsed else { continue };
            for list in parsed.root().lists() {
                for pair in list.nodes.windows(2) {
                    if let [action, text] = pair {
                        out.extend(check(cx, template, action, text, value));
                    }
                }
                for node in &list.nodes {
                    out.extend(humanized_percent(cx, template, node, value));
                }
            }
        }
    }
}

/// An action and the text behind it.
fn check(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    action: &Node,
    text: &Node,
    value: Value,
) -> Option<Diagnostic> {
    let (NodeKind::Action(pipeline), NodeKind::Text(literal)) = (&action.kind, &text.kind) else { return None };
    let sign = sign_at_start(literal).filter(|_| pipeline.variables.is_empty())?;
    let sign = Span::new(text.span.start(), text.span.start() + sign);
    let place = cx.file().inside(template.value, action.span.to(sign), "");
    if calls(pipeline, PERCENTAGE) {
        // `humanized_percent` says what is wrong.
        if value == Value::Percent && names_value(pipeline) {
            return None;
        }
        let message = format!("{} prints two percent signs: `{PERCENTAGE}` writes one", template.describe());
        let found = META.diagnostic(message, place).help("remove the second one");
        return Some(with_fix(cx, template, found, "remove the second percent sign", sign, ""));
    }
    if value != Value::Ratio || !prints_value(pipeline) {
        return None;
    }
    let message = format!("{} prints a ratio with a percent sign: 0.05 reads as `0.05%`", template.describe());
    let found =
        META.diagnostic(message, place).help(format!("write `{{{{ $value | {PERCENTAGE} }}}}` without the sign"));
    let whole = action.span.to(sign);
    let replacement = format!("{{{{ $value | {PERCENTAGE} }}}}");
    Some(with_fix(cx, template, found, "print the value as a percentage", whole, &replacement))
}

/// How long a percent sign at the beginning of a text is, with a blank before it.
pub(super) fn sign_at_start(text: &str) -> Option<usize> {
    let behind = text.strip_prefix(' ').unwrap_or(text).strip_prefix('%')?;
    // `%20` is a blank in a URL.
    let is_escape = behind.len() >= 2 && behind.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    (!is_escape).then_some(text.len() - behind.len())
}

/// `humanizePercentage` of what is percent already.
fn humanized_percent(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    node: &Node,
    value: Value,
) -> Option<Diagnostic> {
    let NodeKind::Action(pipeline) = &node.kind else { return None };
    if value != Value::Percent || !pipeline.variables.is_empty() || !calls(pipeline, PERCENTAGE) {
        return None;
    }
    if !names_value(pipeline) {
        return None;
    }
    let message = format!("{} multiplies a percentage by 100: 90 reads as `9000%`", template.describe());
    let found = META.diagnostic(message, cx.file().inside(template.value, node.span, "is percent already"));
    Some(found.help("write `{{ $value | humanize }}%`"))
}

/// Adds a fix of the template's text.
fn with_fix(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    found: Diagnostic,
    title: &str,
    decoded: Span,
    replacement: &str,
) -> Diagnostic {
    let edits = [Edit::replace(decoded, replacement)];
    found.fix(cx.file().fix_inside(template.value, title, &edits, Applicability::Safe))
}

fn calls(pipeline: &Pipeline, function: &str) -> bool {
    pipeline.commands.iter().flat_map(|command| &command.operands).any(|operand| match &operand.kind {
        OperandKind::Function(name) => name == function,
        OperandKind::Parenthesized(inner) => calls(inner, function),
        _ => false,
    })
}

/// Whether the value itself is printed, at most rounded.
fn prints_value(pipeline: &Pipeline) -> bool {
    let mut value = false;
    for operand in pipeline.commands.iter().flat_map(|command| &command.operands) {
        match &operand.kind {
            _ if operand.is_alert_value() => value = true,
            OperandKind::Function(name) if name == "printf" || name == "humanize" => {}
            OperandKind::String { .. } => {}
            _ => return false,
        }
    }
    value
}

/// Whether a pipeline is about the value and nothing else: `$value | humanizePercentage`.
fn names_value(pipeline: &Pipeline) -> bool {
    pipeline.commands.iter().flat_map(|command| &command.operands).all(|operand| match &operand.kind {
        OperandKind::Function(name) => name == PERCENTAGE,
        _ => operand.is_alert_value(),
    })
}

/// What the value of an alert is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Ratio,
    Percent,
    Other,
}

/// What all results of an expression are: those between two `or`s alike, those of `and` and `unless` as their left side.
pub(super) fn value_of(expr: &Expr, inventory: &Inventory) -> Value {
    let quantities = Quantities::of(expr, inventory);
    let mut values = expr.value_parts().map(|part| match quantities.node(part.id).unit {
        Some(Unit::Percent) => Value::Percent,
        _ if is_ratio(part) => Value::Ratio,
        _ if is_percentage(part) => Value::Percent,
        _ => Value::Other,
    });
    let first = values.next().unwrap_or(Value::Other);
    if values.all(|value| value == first) { first } else { Value::Other }
}

/// What a comparison with a number keeps, and the number.
fn compared(expr: &Expr) -> Option<(&Expr, f64)> {
    let ExprKind::Binary(comparison) = &expr.kind else { return None };
    let (kept, limit) = comparison.kept_side();
    match &limit.without_parens().kind {
        ExprKind::Number(limit) if comparison.op.is_comparison() && comparison.bool_modifier.is_none() => {
            Some((kept, limit.value))
        }
        _ => None,
    }
}

/// Whether the expression is a ratio that is compared with one: `a / b > 0.05`, and nothing in it makes percents.
fn is_ratio(expr: &Expr) -> bool {
    let Some((kept, limit)) = compared(expr) else { return false };
    if !(0.0 < limit && limit < 1.0 && is_quotient(kept)) {
        return false;
    }
    let mut plain = true;
    kept.walk(&mut |part| {
        plain &= match &part.kind {
            // 100 makes percents as a factor, and 0.01 in a divisor.
            ExprKind::Number(number) => number.value == 0.0 || (0.05..10.0).contains(&number.value.abs()),
            // What a recorded series holds is not known.
            _ => part.selector().is_none_or(|selector| selector.metric_name().is_some_and(|name| !name.contains(':'))),
        };
    });
    plain
}

/// Whether the expression is a hundredfold quotient that is compared with a percentage: `100 * a / b > 5`.
fn is_percentage(expr: &Expr) -> bool {
    compared(expr).is_some_and(|(kept, limit)| (1.0..=100.0).contains(&limit) && is_hundredfold(kept))
}

/// `100 * (a / b)`, `100 * a / b`, `100 - a / b * 100`.
fn is_hundredfold(expr: &Expr) -> bool {
    expr.value_parts().all(|part| {
        let ExprKind::Binary(operation) = &part.kind else { return false };
        let (left, right) = (&operation.lhs, &operation.rhs);
        match operation.op {
            BinaryOp::Mul => (is_hundred(left) && is_quotient(right)) || (is_hundred(right) && is_quotient(left)),
            BinaryOp::Div if operation.matching.is_some() => match &left.without_parens().kind {
                ExprKind::Binary(product) if product.op == BinaryOp::Mul => {
                    is_hundred(&product.lhs) || is_hundred(&product.rhs)
                }
                _ => false,
            },
            BinaryOp::Sub => is_hundred(left) && is_hundredfold(right),
            _ => false,
        }
    })
}

fn is_hundred(expr: &Expr) -> bool {
    matches!(&expr.without_parens().kind, ExprKind::Number(number) if number.value == 100.0)
}

/// `a / b` of vectors, `1 - a / b`.
fn is_quotient(expr: &Expr) -> bool {
    expr.value_parts().all(|part| {
        let ExprKind::Binary(operation) = &part.kind else { return false };
        let is_one = |expr: &Expr| matches!(&expr.without_parens().kind, ExprKind::Number(one) if one.value == 1.0);
        match operation.op {
            BinaryOp::Div => operation.matching.is_some() && !names_percent(&operation.lhs) && !is_mean(operation),
            BinaryOp::Sub => is_one(&operation.lhs) && is_quotient(&operation.rhs),
            _ => false,
        }
    })
}

/// Whether what was observed is divided by how often that was: `x_sum / x_count`.
fn is_mean(operation: &BinaryExpr) -> bool {
    let names =
        |side: &Expr, ending: &str| side.any(|part| part.metric_name().is_some_and(|metric| metric.ends_with(ending)));
    names(&operation.lhs, "_sum") && names(&operation.rhs, "_count")
}

fn names_percent(expr: &Expr) -> bool {
    expr.any(|part| part.metric_name().is_some_and(|name| name.contains("percent")))
}
