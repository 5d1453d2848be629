//! `rule/inverted-ladder`: of two alerts on the same value the more severe one has the looser threshold.

use rustc_hash::FxHashMap;

use crate::facts::Facts;
use crate::lint::context::FileContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind};
use crate::rules::{Rule, RuleKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/inverted-ladder", Warning, certain, "the more severe of two alerts has the looser threshold");

/// Longer expressions are not compared.
const MAX_EXPRESSION_BYTES: usize = 10_000;

pub(super) struct InvertedLadder;

impl LintRule for InvertedLadder {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_file(&self, cx: &FileContext<'_>, out: &mut Vec<Diagnostic>) {
        // The part of the file, the operator and the value's fingerprint: what is cheap to compare comes first.
        let mut ladders: FxHashMap<(usize, BinaryOp, u64), Vec<Step<'_>>> = FxHashMap::default();
        for group in &cx.rules.groups {
            for rule in group.rules.iter().filter(|rule| rule.kind == RuleKind::Alerting) {
                if let Some(step) = Step::of(rule) {
                    ladders.entry((group.part, step.op, step.value.fingerprint())).or_default().push(step);
                }
            }
        }
        for steps in ladders.into_values().filter(|steps| steps.len() > 1) {
            let mut of_value: FxHashMap<String, Vec<&Step<'_>>> = FxHashMap::default();
            for step in &steps {
                of_value.entry(step.condition()).or_default().push(step);
            }
            out.extend(of_value.values().filter_map(|steps| inverted(cx, steps)));
        }
    }
}

/// An alert that compares a value with a number.
struct Step<'a> {
    rule: &'a Rule,
    value: &'a Expr,
    /// What else has to hold: the operation around the comparison.
    besides: Option<&'a BinaryExpr>,
    op: BinaryOp,
    threshold: f64,
    /// From 0, the least severe.
    severity: usize,
}

impl<'a> Step<'a> {
    fn of(rule: &'a Rule) -> Option<Self> {
        let expr = rule.parsed.as_ref().filter(|_| rule.expr.text().len() <= MAX_EXPRESSION_BYTES)?;
        let ExprKind::Binary(outer) = &expr.without_parens().kind else { return None };
        // `x > 5 and y`: what is asked besides has to be the same.
        let (comparison, besides) = match &outer.lhs.without_parens().kind {
            ExprKind::Binary(inner) if matches!(outer.op, BinaryOp::And | BinaryOp::Unless) => (inner, Some(&**outer)),
            _ => (outer, None),
        };
        let (value, op, threshold) = match (number(&comparison.lhs), number(&comparison.rhs)) {
            (None, Some(threshold)) => (&comparison.lhs, comparison.op, threshold),
            (Some(threshold), None) => (&comparison.rhs, comparison.op.mirrored(), threshold),
            _ => return None,
        };
        let is_bound = matches!(op, BinaryOp::Greater | BinaryOp::GreaterEqual | BinaryOp::Less | BinaryOp::LessEqual)
            && comparison.bool_modifier.is_none();
        let (_, severity) = rule.labels.iter().find(|(name, _)| name.text() == "severity").filter(|_| is_bound)?;
        Some(Step { rule, value: value.without_parens(), besides, op, threshold, severity: rank(severity.text())? })
    }

    /// What is compared, and what has to hold besides.
    fn condition(&self) -> String {
        match self.besides {
            None => self.value.to_string(),
            Some(operation) => {
                let matching = operation.matching.as_ref().and_then(|matching| matching.clause.as_ref());
                let labels = matching.iter().flat_map(|clause| &clause.labels).map(|label| label.value.as_str());
                let labels: Vec<&str> = labels.collect();
                let on = matching.map(|clause| clause.on);
                format!("{} {} {on:?} {labels:?} {}", self.value, operation.op.symbol(), operation.rhs)
            }
        }
    }

    /// Whether this fires whenever `other` does, and at other times too.
    fn is_looser_than(&self, other: &Self) -> bool {
        match self.op {
            BinaryOp::Greater | BinaryOp::GreaterEqual => self.threshold < other.threshold,
            _ => self.threshold > other.threshold,
        }
    }
}

/// Longer thresholds are not worked out.
const MAX_THRESHOLD_BYTES: usize = 40;

/// The number that an expression is, perhaps worked out: `80 / 100`.
fn number(expr: &Expr) -> Option<f64> {
    match &expr.without_parens().kind {
        ExprKind::Number(number) => Some(number.value),
        ExprKind::Binary(_) | ExprKind::Unary(_) if expr.span.len() <= MAX_THRESHOLD_BYTES => {
            let facts = Facts::of(expr);
            let [only] = facts.branches() else { return None };
            only.values.as_constant()
        }
        _ => None,
    }
}

/// How severe a word is; `None` where it is not known.
fn rank(severity: &str) -> Option<usize> {
    const LADDER: [&[&str]; 4] = [
        &["info", "none", "notice"],
        &["warning", "warn", "ticket", "minor"],
        &["error", "major", "high"],
        &["critical", "page", "crit"],
    ];
    let severity = severity.to_ascii_lowercase();
    LADDER.iter().position(|words| words.contains(&severity.as_str()))
}

/// The finding for the alerts on one value, where each severity has one threshold.
fn inverted(cx: &FileContext<'_>, steps: &[&Step<'_>]) -> Option<Diagnostic> {
    let mut by_severity: FxHashMap<usize, &Step<'_>> = FxHashMap::default();
    for step in steps {
        // Several thresholds for one severity are meant for different teams, or times.
        if by_severity.insert(step.severity, step).is_some() {
            return None;
        }
    }
    let mut ladder: Vec<&Step<'_>> = by_severity.into_values().collect();
    ladder.sort_by_key(|step| step.severity);
    ladder.windows(2).find_map(|pair| match pair {
        [mild, severe] if severe.is_looser_than(mild) && severe.rule.for_ms <= mild.rule.for_ms => {
            Some(report(cx, mild, severe))
        }
        _ => None,
    })
}

fn report(cx: &FileContext<'_>, mild: &Step<'_>, severe: &Step<'_>) -> Diagnostic {
    let (one, other) = (severe.rule.name.text(), mild.rule.name.text());
    META.diagnostic(
        format!("`{one}` is the more severe one and fires before `{other}`: its threshold is looser"),
        cx.field(&severe.rule.expr, "the looser threshold"),
    )
    .related(cx.field(&mild.rule.expr, "the stricter one"))
    .help("exchange the thresholds, or the severities")
}
