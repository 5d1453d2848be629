//! Gathers the story of a group that has been run.

use rustc_hash::{FxHashMap, FxHashSet};

use super::comparisons::{self, Comparison, With};
use super::expectations::expectation;
use super::inputs::Inputs;
use super::{ExpressionStory, Life, MAX_EXPRESSION, RuleStory, Story, bands, curves, cut};
use crate::alerting::RuleTimeline;
use crate::promql::ast::ExprKind;
use crate::promql::{self, Expr};
use crate::rules::RuleKind;
use crate::testfile::ExprTest;
use crate::testfile::checked::Checked;
use crate::unittest::report::{Assertion, GroupReport};
use crate::unittest::run::Running;

/// So many alerting rules are told of that a test group asserts something on.
const MAX_RULES: usize = 24;
/// So many others are told of.
const MAX_OTHER_RULES: usize = 8;
/// So many alerts are told of one rule.
const MAX_LIVES: usize = 10;
/// So many comparisons are drawn of one rule.
const MAX_CHARTS: usize = 4;
/// So many expressions are told of one test group.
const MAX_EXPRESSIONS: usize = 24;

/// The story of a group, whose assertions have been checked; `None` where nothing was evaluated.
pub(super) fn gather(running: &Running<'_>, report: &GroupReport) -> Option<Story> {
    if running.run.steps == 0 {
        return None;
    }
    let checked = running.checked();
    let (rules, more_rules, silent_rules) = rules(running, &checked, &report.assertions);
    let (expressions, more_expressions) = expressions(running, &checked, &report.assertions);
    Some(Story {
        schedule: running.run.schedule,
        steps: running.run.steps,
        expectations: checked.into_iter().map(expectation).collect(),
        rules,
        more_rules,
        silent_rules,
        expressions,
        more_expressions,
    })
}

/// The rules to tell of, how many more there are, and how many stayed silent.
fn rules(running: &Running<'_>, checked: &[Checked<'_>], assertions: &[Assertion]) -> (Vec<RuleStory>, usize, usize) {
    // Whether an assertion on the alert failed.
    let mut asserted: FxHashMap<&str, bool> = FxHashMap::default();
    for (test, assertion) in checked.iter().zip(assertions) {
        if let Some(name) = test.alertname() {
            *asserted.entry(name).or_default() |= assertion.outcome.failed();
        }
    }
    let alerting = running.run.rules.iter().filter(|rule| rule.kind == RuleKind::Alerting);
    let (told, silent): (Vec<_>, Vec<_>) =
        alerting.partition(|rule| !rule.alerts.is_empty() || asserted.contains_key(rule.name.as_str()));
    let (asserted_on, others): (Vec<&RuleTimeline>, Vec<&RuleTimeline>) =
        told.into_iter().partition(|rule| asserted.contains_key(rule.name.as_str()));
    let passes = |rule: &RuleTimeline| usize::from(asserted.get(rule.name.as_str()) != Some(&true));
    let (mut kept, more_asserted) = first_by(&asserted_on, MAX_RULES, passes);
    let (others, more_others) = first_by(&others, MAX_OTHER_RULES, |_| 0);
    kept.extend(others);
    let more = more_asserted + more_others;
    let inputs = Inputs::new(running);
    (kept.into_iter().filter_map(|rule| rule_story(running, rule, &inputs)).collect(), more, silent.len())
}

/// The `limit` items of the least rank, in the order of `items`, and how many are left out.
fn first_by<T: Copy>(items: &[T], limit: usize, rank: impl Fn(T) -> usize) -> (Vec<T>, usize) {
    let mut order: Vec<(usize, T)> = items.iter().copied().enumerate().collect();
    order.sort_by_key(|(index, item)| (rank(*item), *index));
    order.truncate(limit);
    order.sort_by_key(|(index, _)| *index);
    (order.into_iter().map(|(_, item)| item).collect(), items.len().saturating_sub(limit))
}

fn rule_story<'a>(running: &'a Running<'a>, timeline: &'a RuleTimeline, inputs: &Inputs<'a>) -> Option<RuleStory> {
    let (group, compiled) = running.shared.set.rule(timeline.id)?;
    let (file, rule) = running.rule(timeline.id)?;
    let alerts: Vec<_> = timeline.alerts.iter().collect();
    let fires = |alert: &crate::alerting::AlertTimeline| alert.phases.iter().any(|phase| phase.state.is_firing());
    let (kept, more_lives) = first_by(&alerts, MAX_LIVES, |alert| usize::from(!fires(alert)));
    let lives: Vec<Life> = kept.into_iter().map(|alert| bands::life(alert, running.run.steps)).collect();
    let comparisons = comparisons::of(&compiled.expr);
    let chart = |comparison| curves::chart(running, rule.expr.text(), comparison, group.query_offset_ms);
    let read = inputs.of(&compiled.expr);
    Some(RuleStory {
        name: timeline.name.clone(),
        file: file.clone(),
        span: rule.name.span,
        expr: cut(rule.expr.text().trim(), MAX_EXPRESSION),
        for_ms: rule.for_ms,
        keep_firing_for_ms: rule.keep_firing_for_ms,
        lives,
        more_lives,
        charts: comparisons.iter().take(MAX_CHARTS).map(chart).collect(),
        more_charts: comparisons.len().saturating_sub(MAX_CHARTS),
        inputs: read.inputs,
        more_inputs: read.more,
        absent: read.absent,
    })
}

/// The expressions to tell of, and how many more there are.
fn expressions(
    running: &Running<'_>,
    checked: &[Checked<'_>],
    assertions: &[Assertion],
) -> (Vec<ExpressionStory>, usize) {
    let mut by_text: FxHashMap<&str, usize> = FxHashMap::default();
    let mut distinct: Vec<(&ExprTest, Vec<usize>)> = Vec::new();
    for (index, test) in checked.iter().enumerate() {
        let Checked::Expr(test) = test else { continue };
        let at = *by_text.entry(test.expr.text()).or_insert(distinct.len());
        match distinct.get_mut(at) {
            Some((_, indices)) => indices.push(index),
            None => distinct.push((test, vec![index])),
        }
    }
    let failed: FxHashSet<usize> =
        assertions.iter().enumerate().filter(|(_, a)| a.outcome.failed()).map(|(index, _)| index).collect();
    let passes = |indices: &[usize]| usize::from(!indices.iter().any(|index| failed.contains(index)));
    let references: Vec<&(&ExprTest, Vec<usize>)> = distinct.iter().collect();
    let (kept, more) = first_by(&references, MAX_EXPRESSIONS, |(_, indices)| passes(indices));
    let story = |(test, indices): &(&ExprTest, Vec<usize>)| {
        let expr = promql::parse(test.expr.text(), running.shared.parse).ok()?;
        Some(ExpressionStory {
            expr: cut(test.expr.text().trim(), MAX_EXPRESSION),
            span: test.expr.span,
            assertions: indices.clone(),
            chart: curves::chart(running, test.expr.text(), &whole(&expr), 0),
        })
    };
    (kept.into_iter().filter_map(story).collect(), more)
}

/// An expression that is one comparison with a constant, or else the expression as it is.
fn whole(expr: &Expr) -> Comparison<'_> {
    match comparisons::of(expr).into_iter().next() {
        Some(first) if matches!((&first.with, is_set(expr)), (With::Constant(_), false)) => first,
        _ => Comparison { operand: expr.without_parens(), with: With::Nothing },
    }
}

fn is_set(expr: &Expr) -> bool {
    matches!(&expr.without_parens().kind, ExprKind::Binary(binary) if binary.op.is_set())
}
