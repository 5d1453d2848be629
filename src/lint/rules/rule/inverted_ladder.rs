//! `rule/inverted-ladder`: of two alerts on the same value the more severe one has the looser threshold.

use rustc_hash::{FxHashMap, FxHashSet};

use super::alike::is_address;
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
            let ladders = of_value.into_values().filter(|steps| steps.len() > 1).flat_map(by_address);
            out.extend(ladders.filter_map(|steps| inverted(cx, &steps)));
        }
    }
}

/// The steps, apart for those whom labels send them to: a team's warning is no step below another team's page. What no two
/// alerts say differently may be written at one step only, as a pager beside the page.
fn by_address<'s, 'a>(steps: Vec<&'s Step<'a>>) -> Vec<Vec<&'s Step<'a>>> {
    let addresses = || steps.iter().flat_map(|step| step.addresses());
    let mut value_of: FxHashMap<&str, &str> = FxHashMap::default();
    let telling: FxHashSet<&str> = addresses()
        .filter(|(name, value)| *value_of.entry(name).or_insert(value) != *value)
        .map(|(name, _)| name)
        .collect();
    let mut apart: FxHashMap<Vec<(&str, &str)>, Vec<&Step<'_>>> = FxHashMap::default();
    for step in &steps {
        let mut key: Vec<_> = step.addresses().filter(|(name, _)| telling.contains(name)).collect();
        key.sort_unstable();
        apart.entry(key).or_default().push(step);
    }
    apart.into_values().collect()
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

    /// The labels that say for whom it is.
    fn addresses(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let labels = self.rule.labels.iter().map(|(name, value)| (name.text(), value.text()));
        labels.filter(|(name, value)| is_address(name, value))
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
        [mild, severe]
            if severe.is_looser_than(mild) && severe.rule.for_ms <= mild.rule.for_ms && is_ladder(mild, severe) =>
        {
            Some(report(cx, mild, severe))
        }
        _ => None,
    })
}

/// Whether the two are steps of one thing. What is only worth a note may be another one, beyond the first: a sensor that
/// reports what cannot be is broken. Names tell, which then have half of their letters in common.
fn is_ladder(mild: &Step<'_>, severe: &Step<'_>) -> bool {
    let (one, other) = (mild.rule.name.text(), severe.rule.name.text());
    if mild.severity > 0 || one == other {
        return true;
    }
    let common = |pairs: &mut dyn Iterator<Item = (char, char)>| pairs.take_while(|(a, b)| a == b).count();
    let shorter = one.chars().count().min(other.chars().count());
    let at_start = common(&mut one.chars().zip(other.chars()));
    let at_end = common(&mut one.chars().rev().zip(other.chars().rev()));
    2 * (at_start + at_end) >= shorter
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    /// How many findings there are on alerts, each given as name, comparison and labels.
    fn inverted(alerts: &[(&str, &str, &str)]) -> usize {
        let rules: String = alerts
            .iter()
            .map(|(name, compared, labels)| {
                format!("      - {{alert: {name}, expr: x {compared}, labels: {{{labels}}}}}\n")
            })
            .collect();
        let source = Arc::new(SourceFile::new("rules.yml", format!("groups:\n  - name: a\n    rules:\n{rules}")));
        lint::run_on(&source, &Config::default()).iter().filter(|found| found.rule == "rule/inverted-ladder").count()
    }

    #[test]
    fn labels_and_names_tell_what_is_a_ladder() {
        let pair = |mild, severe| inverted(&[("XWarning", "> 9", mild), ("XCritical", "> 8", severe)]);
        assert_eq!(pair("severity: warning", "severity: critical"), 1);
        assert_eq!(pair("severity: warning, team: a", "severity: critical, team: a"), 1);
        assert_eq!(pair("severity: warning", "severity: critical, pager: yes"), 1);
        assert_eq!(pair("severity: warning, team: a", "severity: critical, team: b"), 0);
        let teams = |team: &'static str| format!("severity: critical, team: {team}");
        let of_teams =
            [("X", "> 9", "severity: warning, team: a"), ("X", "> 8", &teams("a")), ("X", "> 7", &teams("b"))];
        assert_eq!(inverted(&of_teams), 1);
        let named =
            |mild, severe, severity| inverted(&[(mild, "> 900", severity), (severe, "> 80", "severity: critical")]);
        assert_eq!(named("BrokenSensor", "TooBig", "severity: info"), 0);
        assert_eq!(named("BrokenSensor", "TooBig", "severity: warning"), 1);
        assert_eq!(named("SizeInfo", "SizeCritical", "severity: info"), 1);
        assert_eq!(named("InfoSize", "CriticalSize", "severity: info"), 1);
        assert_eq!(named("Size", "Size", "severity: info"), 1);
    }
}
