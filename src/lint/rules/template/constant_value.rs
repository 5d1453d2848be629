//! `template/constant-value`: a template prints a value that is always the same as if it were a quantity.

use crate::facts::{Branch, Facts};
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryOp, ExprKind};
use crate::source::{Diagnostic, Span};
use crate::template::Template;
use crate::template::ast::{OperandKind, Pipeline};

static META: Meta =
    meta!("template/constant-value", Warning, certain, "a value that is always the same is printed as a quantity");

/// What prints a quantity: nobody means 0 or 1 seconds, bytes, or the year 1970 for every alert.
const QUANTITIES: [(&str, &str); 3] =
    [("humanizeDuration", "a duration"), ("humanizeTimestamp", "a time"), ("humanize1024", "a number of bytes")];

pub(super) struct ConstantValue;

impl LintRule for ConstantValue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        out.extend(of_other_side(cx));
        // A cheap look at the text, before anything is known of the expression.
        let may_print =
            |template: &TemplateField<'_>| QUANTITIES.iter().any(|(name, _)| template.value.text().contains(name));
        for template in cx.templates().filter(|template| may_print(template)) {
            let Some((constant, span)) = cx.facts().and_then(constant) else { return };
            let Some((place, what)) = template.parsed.as_ref().ok().and_then(printed) else {
                continue;
            };
            // `0s left` and `0B free` are what they say.
            if constant == 0.0 && what != "a time" {
                continue;
            }
            let (file, expr) = (cx.file(), &cx.rule.expr);
            let message = format!("{} prints {what} that is always {constant}", template.describe());
            out.push(
                META.diagnostic(message, file.inside(template.value, place, ""))
                    .related(file.inside(expr, span, format!("the value of the alert is {constant}")))
                    .help("print something else, or put what is to be printed on the left side of `and`: the value is that side's"),
            );
        }
    }
}

/// `queue size {{ $value }}` of `state == 2 and queue > 100`: the words are about the right side, the value is the left one's.
fn of_other_side(cx: &RuleContext<'_>) -> Option<Diagnostic> {
    let ExprKind::Binary(both) = &cx.rule.parsed.as_ref()?.without_parens().kind else { return None };
    let (Some((BinaryOp::Equal, state)), Some((BinaryOp::Greater | BinaryOp::Less, quantity))) =
        (limited(&both.lhs), limited(&both.rhs))
    else {
        return None;
    };
    if both.op != BinaryOp::And {
        return None;
    }
    let (constant, span) = cx.facts().and_then(|facts| {
        let [only] = facts.branches() else { return None };
        Some((only.values.as_constant()?, only.known.map_or(only.span, |known| known.span)))
    })?;
    let is_about_quantity = |word: &&str| names(quantity, word) && !names(state, word);
    let (file, expr) = (cx.file(), &cx.rule.expr);
    cx.templates().find_map(|template| {
        let parsed = template.parsed.as_ref().ok()?;
        let actions = parsed.root().actions().into_iter();
        let (place, word) = actions.filter(|pipeline| prints_value(pipeline)).find_map(|pipeline| {
            let word = words_before(template.value.text(), pipeline.span).find(is_about_quantity)?;
            Some((pipeline.span, word))
        })?;
        let message = format!("{} prints a `{word}` that is always {constant}", template.describe());
        let found = META.diagnostic(message, file.inside(template.value, place, ""));
        let found = found.related(file.inside(expr, span, format!("the value of the alert is {constant}")));
        Some(found.help(format!("put `{quantity}` on the left side of `and`: the value is that side's")))
    })
}

/// A metric that is compared with a number, and how.
fn limited(side: &Expr) -> Option<(BinaryOp, &str)> {
    let ExprKind::Binary(comparison) = &side.without_parens().kind else { return None };
    let ExprKind::Number(_) = comparison.rhs.without_parens().kind else { return None };
    let metric = comparison.lhs.without_parens().selector()?.metric_name()?;
    comparison.bool_modifier.is_none().then_some((comparison.op, metric))
}

/// Whether a metric is named with a word.
fn names(metric: &str, word: &str) -> bool {
    metric.split(['_', ':']).any(|part| part.eq_ignore_ascii_case(word))
}

/// The three words before a place, the nearest first, without the shortest: they say nothing.
fn words_before(text: &str, place: Span) -> impl Iterator<Item = &str> {
    let before = text.get(..place.start()).unwrap_or_default();
    let words = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.take(3).filter(|word| word.len() > 3)
}

/// Whether nothing but the alert's value is printed, through whatever functions.
fn prints_value(pipeline: &Pipeline) -> bool {
    let mut operands = pipeline.commands.iter().flat_map(|command| &command.operands);
    operands.any(|operand| operand.is_alert_value())
}

/// The value of all results, if it is 0 or 1 for each of them, and what yields it.
fn constant(facts: &Facts<'_>) -> Option<(f64, Span)> {
    let (first, others) = facts.branches().split_first()?;
    let value = |branch: &Branch<'_>| branch.values.as_constant().filter(|value| *value == 0.0 || *value == 1.0);
    let constant = value(first)?;
    others
        .iter()
        .all(|other| value(other) == Some(constant))
        .then_some((constant, first.known.map_or(first.span, |known| known.span)))
}

/// The first place where the value is printed as a quantity.
fn printed(template: &Template) -> Option<(Span, &'static str)> {
    let actions = template.root().actions().into_iter();
    actions.filter_map(|pipeline| Some((pipeline.span, quantity_of_value(pipeline)?))).next()
}

/// What `$value | humanizeDuration` prints.
fn quantity_of_value(pipeline: &Pipeline) -> Option<&'static str> {
    let (mut of_value, mut quantity) = (false, None);
    for operand in pipeline.commands.iter().flat_map(|command| &command.operands) {
        match &operand.kind {
            _ if operand.is_alert_value() => of_value = true,
            OperandKind::Function(name) => quantity = Some(QUANTITIES.iter().find(|(known, _)| known == name)?.1),
            _ => return None,
        }
    }
    quantity.filter(|_| of_value)
}
