//! `template/unformatted-value`: a rate or a ratio that is printed with all its digits.

use crate::lint::context::{RuleContext, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryOp, ExprKind};
use crate::source::{Diagnostic, Span};
use crate::template::Template;
use crate::template::ast::Pipeline;

static META: Meta = meta!("template/unformatted-value", Info, opinion, "a rate or a ratio printed with all its digits");

pub(super) struct UnformattedValue;

impl LintRule for UnformattedValue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(source) = cx.rule.parsed.as_ref().and_then(fraction) else { return };
        for template in cx.templates().filter(|template| template.place == TemplatePlace::Annotation) {
            let Some(span) = template.parsed.as_ref().ok().and_then(raw_value) else { continue };
            let message = format!("{} prints the value with up to 17 digits", template.describe());
            let file = cx.file();
            out.push(
                META.diagnostic(message, file.inside(template.value, span, ""))
                    .related(file.inside(&cx.rule.expr, source, "yields fractions"))
                    .help("print it for people: `{{ $value | humanize }}`, `humanizePercentage`, or `printf \"%.2f\" $value`"),
            );
        }
    }
}

/// The function or operator that makes the value a fraction, if one does. Counting ends it.
pub(super) fn fraction(expr: &Expr) -> Option<Span> {
    let mut left = expr;
    loop {
        match &left.kind {
            ExprKind::Paren(inner) => left = inner,
            ExprKind::Unary(unary) => left = &unary.operand,
            ExprKind::Binary(binary) if binary.op == BinaryOp::Div && is_one(&binary.rhs) => left = &binary.lhs,
            ExprKind::Binary(binary) if binary.op == BinaryOp::Div => return Some(binary.op_span),
            // 0 or 1, or what it is equal to.
            ExprKind::Binary(binary) if binary.bool_modifier.is_some() || binary.op == BinaryOp::Equal => return None,
            ExprKind::Binary(binary) if binary.op.is_comparison() => left = binary.kept_side().0,
            ExprKind::Binary(binary) => left = &binary.lhs,
            ExprKind::Aggregate(aggregate) => match aggregate.op {
                AggregateOp::Count | AggregateOp::Group | AggregateOp::CountValues => return None,
                AggregateOp::Avg | AggregateOp::Stddev | AggregateOp::Stdvar => return Some(aggregate.op_span),
                _ => left = &aggregate.expr,
            },
            ExprKind::Call(call) => {
                return match call.function.name {
                    "rate" | "irate" | "deriv" | "increase" | "delta" | "avg_over_time" | "histogram_quantile"
                    | "predict_linear" | "stddev_over_time" | "quantile_over_time" => Some(call.name_span),
                    _ => None,
                };
            }
            _ => return None,
        }
    }
}

fn is_one(expr: &Expr) -> bool {
    matches!(&expr.without_parens().kind, ExprKind::Number(number) if number.value == 1.0)
}

/// The first place where the value is printed as it is.
fn raw_value(template: &Template) -> Option<Span> {
    template.root().actions().into_iter().find(|pipeline| is_raw(pipeline)).map(|pipeline| pipeline.span)
}

/// `$value`, and `$value` handed to functions that leave it a number.
fn is_raw(pipeline: &Pipeline) -> bool {
    let Some((first, rest)) = pipeline.commands.split_first() else { return false };
    let is_value = matches!(first.operands.as_slice(), [single] if single.is_alert_value());
    is_value && rest.is_empty() && pipeline.variables.is_empty()
}
