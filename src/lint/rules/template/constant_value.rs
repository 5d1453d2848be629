//! `template/constant-value`: a template prints a value as a duration, a time or bytes that is always 0 or 1.

use crate::facts::{Branch, Facts};
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Span};
use crate::template::Template;
use crate::template::ast::{OperandKind, Pipeline};

static META: Meta =
    meta!("template/constant-value", Warning, certain, "a value that is always 0 or 1 is printed as a quantity");

/// What prints a quantity: nobody means 0 or 1 seconds, bytes, or the year 1970 for every alert.
const QUANTITIES: [(&str, &str); 3] =
    [("humanizeDuration", "a duration"), ("humanizeTimestamp", "a time"), ("humanize1024", "a number of bytes")];

pub(super) struct ConstantValue;

impl LintRule for ConstantValue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
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
