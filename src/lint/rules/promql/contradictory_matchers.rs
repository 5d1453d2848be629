//! `promql/contradictory-matchers`: matchers that no value satisfies, so that the selector selects nothing.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{MatchOp, Matcher, VectorSelector};
use crate::promql::regex::language::{self, Condition};
use crate::source::Diagnostic;

static META: Meta = meta!("promql/contradictory-matchers", Error, certain, "matchers that no label value satisfies");

pub(super) struct ContradictoryMatchers;

impl LintRule for ContradictoryMatchers {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for selector in &cx.parts().selectors {
            out.extend(contradictions(selector).map(|matchers| report(cx, &matchers)));
        }
    }
}

/// For each label that no value can satisfy: its matchers. What the metric's name says of itself, the parser refuses.
fn contradictions(selector: &VectorSelector) -> impl Iterator<Item = Vec<&Matcher>> {
    let mut by_label: Vec<&Matcher> = selector.matchers.iter().collect();
    by_label.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    let groups: Vec<Vec<&Matcher>> =
        by_label.chunk_by(|a, b| a.name.value == b.name.value).map(<[&Matcher]>::to_vec).collect();
    groups.into_iter().filter(|matchers| is_worth_asking(matchers) && is_contradiction(matchers))
}

/// A single matcher leaves something, but for a pattern that is negated.
fn is_worth_asking(matchers: &[&Matcher]) -> bool {
    match matchers {
        [single] => single.op == MatchOp::NotRegex,
        _ => true,
    }
}

fn is_contradiction(matchers: &[&Matcher]) -> bool {
    let conditions: Vec<Condition<'_>> = matchers.iter().map(|matcher| Condition::of(matcher)).collect();
    language::is_contradiction(&conditions)
}

fn report(cx: &RuleContext<'_>, matchers: &[&Matcher]) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let label = matchers.first().map_or("", |matcher| &matcher.name.value);
    let message = format!("the selector selects nothing: no value of `{label}` satisfies its matchers");
    // Those that contradict each other: the shortest beginning that leaves nothing, and its last one alone if it can.
    let end = (1..=matchers.len()).find(|end| matchers.get(..*end).is_some_and(is_contradiction));
    let (last, before) = match matchers.get(..end.unwrap_or(matchers.len())).and_then(<[&Matcher]>::split_last) {
        Some((last, _)) if is_contradiction(&[last]) => (*last, &[][..]),
        Some((last, before)) => (*last, before),
        None => return META.diagnostic(message, file.field(expr, "")),
    };
    let said = if before.is_empty() { "no value satisfies this" } else { "leaves no value" };
    let found = META.diagnostic(message, file.inside(expr, last.span, said));
    let found = before
        .iter()
        .filter(|other| before.len() == 1 || is_contradiction(&[*other, last]))
        .take(1)
        .fold(found, |found, other| found.related(file.inside(expr, other.span, "contradicts this")));
    let are_positive = matchers.iter().all(|matcher| matches!(matcher.op, MatchOp::Equal | MatchOp::Regex));
    found.help(if before.is_empty() {
        format!("remove the matcher; `{label}=\"\"` selects series without the label, `{label}!=\"\"` those with it")
    } else if are_positive {
        "all matchers have to hold: for one value or the other, join them in one pattern, as in `=~\"a|b\"`".to_owned()
    } else {
        "all matchers have to hold: remove one of them".to_owned()
    })
}
