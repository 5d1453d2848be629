//! `template/missing-label`: a template prints a label that no element of the expression's result has.

use crate::analysis::{Branch, Cause, Dropped, LabelFlow, Presence};
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::registry::nearest_of;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{ExprKind, Grouping};
use crate::source::{Diagnostic, Span};
use crate::template::{LabelOwner, LabelReference};

static META: Meta = meta!("template/missing-label", Error, on, "a template prints a label that the expression drops");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.templates().is_empty() {
            return;
        }
        let Some(flow) = cx.label_flow() else { return };
        // One finding for each label: the first place that prints it, the others beside it.
        let mut found: Vec<(String, Diagnostic)> = Vec::new();
        for template in cx.templates() {
            for reference in references(template) {
                let here = cx.file().inside(template.value, reference.span, "");
                if let Some((_, known)) = found.iter_mut().find(|(label, _)| *label == reference.name) {
                    known.related.push(here);
                } else if let Some(missing) = missing(flow, &reference.name) {
                    found.push((reference.name.clone(), report(cx, template, &reference, &missing)));
                }
            }
        }
        out.extend(found.into_iter().map(|(_, diagnostic)| diagnostic));
    }
}

/// The labels of the alert that a template prints. A label that is read behind a test of itself may be missing.
fn references(template: &TemplateField<'_>) -> Vec<LabelReference> {
    let mut references = template.parsed.as_ref().map(|parsed| parsed.label_references()).unwrap_or_default();
    references.retain(|reference| reference.owner == LabelOwner::Alert && !reference.guarded);
    references
}

/// A label that is not there.
struct Missing {
    dropped: Dropped,
    /// The alternative between `or`s that lacks it, where others may have it.
    only_in: Option<Span>,
}

/// What drops `label`, if a branch cannot have it. A made-up branch (`or absent(…)`, `or vector(0)`) may lack what the
/// others have: that is what it is for.
fn missing(flow: &LabelFlow, label: &str) -> Option<Missing> {
    let lacking = |branch: &Branch| match branch.presence(label) {
        Presence::Impossible(dropped) => Some(dropped),
        _ => None,
    };
    let in_all = flow.branches.iter().all(|branch| lacking(branch).is_some());
    let mut real = flow.branches.iter().filter(|branch| in_all || !branch.made_up);
    let (branch, dropped) = real.find_map(|branch| lacking(branch).map(|dropped| (branch, dropped)))?;
    Some(Missing { dropped, only_in: (!in_all).then_some(branch.span) })
}

fn report(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    reference: &LabelReference,
    missing: &Missing,
) -> Diagnostic {
    let label = &reference.name;
    let file = cx.file();
    let expr = &cx.rule.expr;
    let dropped = missing.dropped;
    let who = if missing.only_in.is_some() { "one side of `or`" } else { "the expression" };
    let made_without = matches!(dropped.cause, Cause::Absent(_) | Cause::NoLabels | Cause::EmptyMatcher);
    let verb = if made_without || dropped.across.is_some() { "does not have" } else { "drops" };
    let message = format!("{} prints `{label}`, which {who} {verb}", template.describe());
    let printed = file.inside(template.value, reference.span, "always empty");
    let found = META
        .diagnostic(message, printed)
        .related(file.inside(expr, dropped.span, explain(cx, label, dropped)))
        .help(help(cx, label, dropped));
    match dropped.across {
        Some(operator) => {
            let op = operator.slice(expr.text());
            found.related(file.inside(expr, operator, format!("`{op}` compares `{label}` too: both sides need it")))
        }
        None => found,
    }
}

/// What the place that drops the label does.
fn explain(cx: &RuleContext<'_>, label: &str, dropped: Dropped) -> String {
    match dropped.cause {
        Cause::NoGrouping(_) => {
            let op = dropped.span.slice(cx.rule.expr.text());
            format!("`{op}` without `by` drops all labels")
        }
        Cause::NotInBy(_) => match grouping(cx, dropped.span) {
            Some(by) if !by.labels.is_empty() => format!("only {} left here", listed(&by)),
            _ => "no label is left here".to_owned(),
        },
        Cause::InWithout(_) => format!("`{label}` is dropped here"),
        Cause::NotInOn => "a one-to-one match keeps only the labels of `on`".to_owned(),
        Cause::InIgnoring => "a one-to-one match drops the labels of `ignoring`".to_owned(),
        Cause::Absent(function) => format!("`{function}` has only labels that its selector compares with `=`"),
        Cause::Function(function) => format!("`{function}` drops `{label}`"),
        Cause::NoLabels => "this has no labels".to_owned(),
        Cause::EmptyMatcher => format!("selects only series without `{label}`"),
        Cause::EmptyReplacement => format!("`label_replace` removes `{label}`"),
        Cause::Operator => "the result of an operator has no metric name".to_owned(),
    }
}

/// What to write instead.
fn help(cx: &RuleContext<'_>, label: &str, dropped: Dropped) -> String {
    if cx.static_labels().iter().any(|(name, _)| name.text() == label) {
        return format!("the rule sets `{label}` itself, but templates see only the labels of the expression");
    }
    if label == "alertname" {
        return "write the alert's name: templates see only the labels of the expression".to_owned();
    }
    if let Some(operator) = dropped.across {
        let op = operator.slice(cx.rule.expr.text());
        return format!(
            "compare only labels that both sides have: `{op} on (…)`; as it is, nothing with `{label}` matches"
        );
    }
    let by = grouping(cx, dropped.span);
    let kept = by.iter().flat_map(|by| &by.labels).map(|label| label.value.as_str());
    if let (Cause::NotInBy(_), Some(meant)) = (dropped.cause, nearest_of(label, kept)) {
        return format!("did you mean `{meant}`?");
    }
    let text = dropped.span.slice(cx.rule.expr.text());
    match dropped.cause {
        Cause::NoGrouping(_) => format!("write `{text} by ({label}) (…)`, or do not print `{label}`"),
        Cause::NotInBy(_) if aggregations_without(cx, label) > 1 => {
            format!("add `{label}` to each `by (…)`, or do not print it")
        }
        Cause::NotInBy(_) => format!("add `{label}` to `{}`, or do not print it", one_line(text)),
        Cause::InWithout(_) => format!("remove `{label}` from `{}`, or do not print it", one_line(text)),
        Cause::NotInOn => format!("add `{label}` to `on`, or keep the labels of one side with `group_left`"),
        Cause::InIgnoring => {
            "keep the labels of one side with `group_left` or `group_right`, or do not print it".to_owned()
        }
        Cause::Absent(_) => format!("compare `{label}` with `=` in the selector, or write its value into the text"),
        _ => format!("do not print `{label}`"),
    }
}

/// The aggregation's grouping that lies at `span`.
fn grouping(cx: &RuleContext<'_>, span: Span) -> Option<Grouping> {
    let mut found = None;
    cx.rule.parsed.as_ref()?.walk(&mut |expr| {
        if let ExprKind::Aggregate(aggregate) = &expr.kind
            && let Some(grouping) = aggregate.grouping.as_ref().filter(|grouping| grouping.span == span)
        {
            found = Some(grouping.clone());
        }
    });
    found
}

/// How many aggregations drop `label` by not listing it.
fn aggregations_without(cx: &RuleContext<'_>, label: &str) -> usize {
    let mut count = 0;
    if let Some(expr) = &cx.rule.parsed {
        expr.walk(&mut |expr| {
            if let ExprKind::Aggregate(aggregate) = &expr.kind
                && let Some(by) = aggregate.grouping.as_ref().filter(|grouping| !grouping.without)
            {
                count += usize::from(by.labels.iter().all(|listed| listed.value != label));
            }
        });
    }
    count
}

/// `` `backend` is``, `` `a` and `b` are``
fn listed(by: &Grouping) -> String {
    let quoted: Vec<String> = by.labels.iter().map(|label| format!("`{}`", label.value)).collect();
    match quoted.split_last() {
        Some((only, [])) => format!("{only} is"),
        Some((last, rest)) => format!("{} and {last} are", rest.join(", ")),
        None => "nothing is".to_owned(),
    }
}

/// A text of the expression in a sentence.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
