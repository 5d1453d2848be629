//! Which series rules and expressions read, and how far back.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{DurationExpr, DurationKind, ExprKind, MatchOp, Modifiers, VectorSelector};
use crate::rules::{Rule, RuleFile, RuleKind};

/// How far back an instant selector looks, in milliseconds.
const LOOKBACK_MS: i64 = 5 * 60 * 1000;

/// What a set of expressions reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Metrics by name.
    names: FxHashSet<String>,
    /// Whether a selector does not say which metric it means, so that it may read any.
    any_metric: bool,
    /// The alerting rules by name.
    alerts: FxHashMap<String, Reach>,
    /// The names of recorded series.
    recorded: FxHashSet<String>,
}

/// How far back an alert's expressions look.
#[derive(Clone, Debug, Default)]
struct Reach {
    /// Milliseconds; `None` where it cannot be told.
    back_ms: Option<i64>,
    /// The metrics that it reads.
    names: FxHashSet<String>,
}

impl Reads {
    /// What the rules of `files` read.
    pub(super) fn of_rules<'f>(files: impl Iterator<Item = &'f RuleFile>) -> Self {
        let mut reads = Reads::default();
        for rule in files.flat_map(|file| &file.groups).flat_map(|group| &group.rules) {
            reads.add_rule(rule);
        }
        reads
    }

    fn add_rule(&mut self, rule: &Rule) {
        for (_, text) in rule.labels.iter().chain(&rule.annotations) {
            self.add_template(text.text());
        }
        let reach = match &rule.parsed {
            Some(expr) => self.add(expr),
            None => Reach::default(),
        };
        match rule.kind {
            RuleKind::Recording => {
                self.recorded.insert(rule.name.text().to_owned());
            }
            RuleKind::Alerting => {
                let known = self
                    .alerts
                    .entry(rule.name.text().to_owned())
                    .or_insert(Reach { back_ms: Some(0), names: FxHashSet::default() });
                known.back_ms = known.back_ms.zip(reach.back_ms).map(|(a, b)| a.max(b));
                known.names.extend(reach.names);
            }
        }
    }

    /// Adds what `expr` reads.
    pub(super) fn add_expr(&mut self, expr: &Expr) {
        self.add(expr);
    }

    fn add(&mut self, expr: &Expr) -> Reach {
        let mut reach = Reach { back_ms: reach(expr), names: FxHashSet::default() };
        expr.walk(&mut |part| {
            if matches!(&part.kind, ExprKind::Call(call) if call.function.name == "info") {
                self.names.insert("target_info".to_owned());
            }
            let Some(selector) = part.selector() else { return };
            match metric_name(selector) {
                Some(name) => {
                    reach.names.insert(name.clone());
                    self.names.insert(name);
                }
                None => {
                    self.any_metric = true;
                    reach.back_ms = None;
                }
            }
        });
        reach
    }

    /// A template may query anything: every word in it counts as a metric.
    fn add_template(&mut self, text: &str) {
        if text.contains("query") {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            self.names.extend(text.split(|c| !is_name(c)).filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }

    /// Whether something may read a series with these labels. Only the metric's name counts: a series that a matcher
    /// leaves out may be in the test for just that.
    pub(super) fn reads(&self, labels: &Labels) -> bool {
        self.any_metric || labels.metric_name().is_none_or(|name| self.names.contains(name))
    }

    /// Whether an alerting rule has this name.
    pub(super) fn defines_alert(&self, name: &str) -> bool {
        self.alerts.contains_key(name)
    }

    /// The names of all alerting rules.
    pub(super) fn alert_names(&self) -> impl Iterator<Item = &str> {
        self.alerts.keys().map(String::as_str)
    }

    /// The names of all metrics that are read.
    pub(super) fn metric_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// How far back the rules of this alert look, in milliseconds; `None` where it cannot be told: there is no such
    /// rule, it reads a recorded series, or it names an absolute time.
    pub(super) fn alert_reach(&self, name: &str) -> Option<i64> {
        let reach = self.alerts.get(name)?;
        let direct = reach.names.iter().all(|name| !self.recorded.contains(name) && !name.starts_with("ALERTS"));
        reach.back_ms.filter(|_| direct)
    }

    /// The same for an expression of a test.
    pub(super) fn expr_reach(&self, expr: &Expr) -> Option<i64> {
        let mut direct = true;
        expr.walk(&mut |part| {
            if let Some(selector) = part.selector() {
                direct &= metric_name(selector)
                    .is_some_and(|name| !self.recorded.contains(&name) && !name.starts_with("ALERTS"));
            }
        });
        reach(expr).filter(|_| direct)
    }
}

/// The name that a selector asks for, in front of the braces or inside.
pub(super) fn metric_name(selector: &VectorSelector) -> Option<String> {
    if let Some(name) = &selector.name {
        return Some(name.value.clone());
    }
    let matcher = selector.matchers.iter().find(|m| m.name.value == METRIC_NAME && m.op == MatchOp::Equal)?;
    String::from_utf8(matcher.value.value.clone()).ok()
}

/// How far back `expr` looks, in milliseconds; `None` where it cannot be told. The left spine of binary operators is
/// as deep as what it begins with.
fn reach(expr: &Expr) -> Option<i64> {
    let mut deepest = 0;
    let mut pending = vec![(expr, 0_i64)];
    while let Some((expr, outer)) = pending.pop() {
        let own = match &expr.kind {
            ExprKind::Vector(selector) => LOOKBACK_MS.saturating_add(offset(&selector.modifiers)?),
            ExprKind::Matrix(matrix) => {
                milliseconds(&matrix.range)?.saturating_add(offset(&matrix.selector.value.modifiers)?)
            }
            ExprKind::Subquery(subquery) => milliseconds(&subquery.range)?.saturating_add(offset(&subquery.modifiers)?),
            _ => 0,
        };
        let total = outer.saturating_add(own);
        deepest = deepest.max(total);
        pending.extend(expr.children().map(|child| (child, total)));
    }
    Some(deepest)
}

fn offset(modifiers: &Modifiers) -> Option<i64> {
    if modifiers.at.is_some() || modifiers.extension.is_some() {
        return None;
    }
    modifiers.offset.as_ref().map_or(Some(0), |offset| milliseconds(&offset.value).map(|ms| ms.max(0)))
}

fn milliseconds(duration: &DurationExpr) -> Option<i64> {
    match &duration.kind {
        DurationKind::Literal { seconds, .. } => Some((seconds * 1000.0) as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::reach;
    use crate::promql::{ParseOptions, parse};

    #[test]
    fn how_far_back() {
        let minutes = |text: &str| {
            let expr = parse(text, &ParseOptions::all()).expect("an expression");
            reach(&expr).map(|ms| ms / 60_000)
        };
        assert_eq!(minutes("1"), Some(0));
        assert_eq!(minutes("up"), Some(5));
        assert_eq!(minutes("up offset 10m > rate(x[1h] offset 30m)"), Some(90));
        assert_eq!(minutes("max_over_time(rate(x[5m])[1h:]) or y"), Some(65));
        assert_eq!(minutes("up @ 100"), None);
    }
}
