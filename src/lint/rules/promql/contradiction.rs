//! `promql/contradiction`: `and` between comparisons of the same thing that cannot both be true.

use rustc_hash::FxHashMap;

use crate::facts::Interval;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind};
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("promql/contradiction", Error, certain, "`and` between comparisons that cannot both be true");

/// Longer operands are not compared with each other.
const MAX_OPERAND_BYTES: usize = 2000;

pub(super) struct Contradiction;

impl LintRule for Contradiction {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut inner = rustc_hash::FxHashSet::default();
        for (part, operation) in &cx.parts().operations {
            // Parents come before children: a chain of `and`s is looked at once, as a whole.
            if operation.op == BinaryOp::And && !inner.contains(&part.id) {
                let mut chain = Vec::new();
                let mut rest = *part;
                while let Some(operation) = joining_and(rest) {
                    inner.insert(rest.id);
                    chain.push((operation.op_span, &operation.rhs));
                    rest = operation.lhs.without_parens();
                }
                chain.push((operation.op_span, rest));
                out.extend(check(cx, &chain));
            }
        }
    }
}

/// An `and` that compares all labels, so that both sides are about the same element; or one whose right side has no element
/// but the time of day, which is about every element.
fn joining_and(expr: &Expr) -> Option<&BinaryExpr> {
    match &expr.without_parens().kind {
        ExprKind::Binary(operation) if operation.op == BinaryOp::And => {
            let compares_all = operation.matching.as_ref().is_none_or(|matching| matching.clause.is_none());
            (compares_all || is_of_calendar(&operation.rhs)).then_some(operation)
        }
        _ => None,
    }
}

/// `hour() > 22`: a comparison of a function that is given nothing.
fn is_of_calendar(expr: &Expr) -> bool {
    let is_call = |side: &Expr| matches!(&side.without_parens().kind, ExprKind::Call(call) if call.args.is_empty() && call.function.name != "time");
    match &expr.without_parens().kind {
        ExprKind::Binary(operation) => {
            operation.op.is_comparison() && (is_call(&operation.lhs) || is_call(&operation.rhs))
        }
        _ => false,
    }
}

/// The operands of a chain, from the last to the first, each with the operator before it.
fn check(cx: &RuleContext<'_>, chain: &[(Span, &Expr)]) -> Option<Diagnostic> {
    let mut seen: FxHashMap<String, (Interval, Span)> = FxHashMap::default();
    for (operator, operand) in chain.iter().rev() {
        let Some((compared, values)) = comparison(operand) else { continue };
        match seen.get_mut(&compared) {
            None => {
                seen.insert(compared, (values, operand.span));
            }
            Some((before, first)) => {
                let both = Interval::new(before.low.max(values.low), before.high.min(values.high));
                if both.low > both.high {
                    return Some(report(cx, *operator, *first, operand.span));
                }
                *before = both;
            }
        }
    }
    None
}

/// What is compared with a number, and the values that pass.
fn comparison(expr: &Expr) -> Option<(String, Interval)> {
    let ExprKind::Binary(operation) = &expr.without_parens().kind else { return None };
    let number = |expr: &Expr| match &expr.without_parens().kind {
        ExprKind::Number(number) => Some(Interval::constant(number.value)),
        _ => None,
    };
    if operation.bool_modifier.is_some()
        || !operation.op.is_comparison()
        || operation.lhs.span.len().max(operation.rhs.span.len()) > MAX_OPERAND_BYTES
    {
        return None;
    }
    let (compared, op, limit) = match (number(&operation.lhs), number(&operation.rhs)) {
        (None, Some(limit)) => (&operation.lhs, operation.op, limit),
        (Some(limit), None) => (&operation.rhs, operation.op.mirrored(), limit),
        _ => return None,
    };
    let passing = Interval::new(f64::NEG_INFINITY, f64::INFINITY).passing(op, limit);
    Some((compared.without_parens().to_string(), passing))
}

fn report(cx: &RuleContext<'_>, operator: Span, first: Span, second: Span) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    META.diagnostic("`and` yields nothing: both comparisons cannot be true", file.inside(expr, operator, "never both"))
        .related(file.inside(expr, first, "this"))
        .related(file.inside(expr, second, "and this"))
        .help("for values outside of a range write `or` instead of `and`")
}
