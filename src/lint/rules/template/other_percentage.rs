//! `template/other-percentage`: an annotation names a percentage with which the rule compares nothing.

use super::prose::{Prose, prose};
use crate::facts::{Quantities, Unit};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, ExprKind};
use crate::source::{Diagnostic, Span};

static META: Meta =
    meta!("template/other-percentage", Info, likely, "an annotation names a percentage with which nothing is compared");

pub(super) struct OtherPercentage;

impl LintRule for OtherPercentage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        let prose: Vec<Prose<'_>> = prose(cx).into_iter().filter(|prose| prose.text.contains(['%', 'p'])).collect();
        if prose.is_empty() {
            return;
        }
        let quantities = Quantities::of(expr, cx.config().inventory());
        let Some(limit) = limits(expr, &quantities) else { return };
        let numbers = numbers(expr, &quantities);
        for prose in prose {
            let mut claims = claims(&prose).into_iter();
            out.extend(claims.find(|(percent, _)| !is_known(*percent, &numbers)).map(|(_, span)| {
                let file = cx.file();
                let said = span.slice(prose.value.text());
                let message = format!("{} says {said}, and the rule compares with {}", prose.describe(), limit.shown());
                META.diagnostic(message, file.inside(prose.value, span, ""))
                    .related(file.inside(&cx.rule.expr, limit.span, "compared with this"))
                    .help("say what the rule does, or let it do what the text says")
            }));
        }
    }
}

/// A number with which a ratio or a percentage is compared.
struct Limit {
    span: Span,
    value: f64,
    unit: Unit,
}

impl Limit {
    fn shown(&self) -> String {
        match self.unit {
            Unit::Percent => format!("{}%", self.value),
            // 0.07 * 100 is 7.000000000000001.
            _ => format!("{}%", (self.value * 1e8).round() / 1e6),
        }
    }
}

/// The first number with which something is compared, where all that is compared with a number is known to be a ratio or a
/// percentage.
fn limits(expr: &Expr, quantities: &Quantities) -> Option<Limit> {
    let (mut first, mut all_known) = (None, true);
    expr.walk(&mut |part| {
        if let ExprKind::Binary(operation) = &part.kind
            && operation.op.is_comparison()
            && let Some((value, span, other)) = compared(operation, quantities)
        {
            match quantities.node(other.id).unit {
                Some(unit @ (Unit::Ratio | Unit::Percent)) => {
                    first = first.take().or(Some(Limit { span, value, unit }));
                }
                // `> 0` asks whether there is something.
                _ => all_known &= value == 0.0,
            }
        }
    });
    first.filter(|_| all_known)
}

/// The number of a comparison, and the other side.
fn compared<'e>(operation: &'e BinaryExpr, quantities: &Quantities) -> Option<(f64, Span, &'e Expr)> {
    let (lhs, rhs) = (&operation.lhs, &operation.rhs);
    let right = quantities.number(rhs).map(|value| (value, rhs.span, lhs));
    right.or_else(|| quantities.number(lhs).map(|value| (value, lhs.span, rhs)))
}

/// All numbers of the expression: what is not one with which something is compared may be worked into one.
fn numbers(expr: &Expr, quantities: &Quantities) -> Vec<f64> {
    let mut numbers = Vec::new();
    expr.walk(&mut |part| match &part.kind {
        // `quantile="0.99"`, `le="0.5"`.
        ExprKind::Vector(selector) => {
            let values = selector.matchers.iter().filter_map(|matcher| std::str::from_utf8(&matcher.value.value).ok());
            numbers.extend(values.filter_map(|value| value.parse::<f64>().ok()));
        }
        _ => numbers.extend(quantities.number(part)),
    });
    numbers
}

/// Whether a percentage is one of the numbers, or what is left of a whole.
fn is_known(percent: f64, numbers: &[f64]) -> bool {
    let is_near = |number: f64| (number - percent).abs() < 0.005;
    let is_one = |number: f64| is_near(number) || is_near(100.0 - number);
    numbers.iter().any(|number| is_one(*number) || is_one(number * 100.0))
}

/// The percentages that a text names as limits: `above 90%`, `less than 10 percent`.
fn claims(prose: &Prose<'_>) -> Vec<(f64, Span)> {
    let numbers = prose.numbers().filter_map(|(number, at)| {
        let rest = prose.text.get(at.end()..)?;
        let word = rest.strip_prefix(' ').unwrap_or(rest);
        let length = [("%", 1), ("percent", 7)].iter().find(|(sign, _)| word.starts_with(sign))?.1;
        let end = at.end() + (rest.len() - word.len()) + length;
        let is_limit = is_limit(prose.text.get(..at.start()).unwrap_or_default());
        is_limit.then(|| (number, Span::new(at.start(), end)))
    });
    numbers.collect()
}

/// Whether what stands before a percentage makes it a limit.
fn is_limit(before: &str) -> bool {
    let mut words = before.split_whitespace().rev();
    let last = words.next().unwrap_or_default();
    match last {
        "than" => matches!(words.next(), Some("more" | "less" | "higher" | "lower" | "greater" | "smaller" | "fewer")),
        "above" | "below" | "over" | "under" | "exceeds" | "exceeded" | "exceeding" | "reached" | ">" | "<" | ">="
        | "<=" => true,
        _ => false,
    }
}
