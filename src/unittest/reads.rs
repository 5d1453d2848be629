//! Which series rules and expressions read, and how far back.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts;
use crate::model::Labels;
use crate::promql::Expr;
use crate::promql::ast::VectorSelector;
use crate::rules::{Rule, RuleFile, RuleKind};

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
        let facts::Reads { names, any_metric, back_ms, .. } = facts::Reads::of(expr, i64::MAX);
        self.any_metric |= any_metric;
        self.names.extend(names.iter().cloned());
        Reach { back_ms: back_ms.filter(|_| !any_metric), names: names.into_iter().collect() }
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
        let reads = facts::Reads::of(expr, i64::MAX);
        let direct = reads.names.iter().all(|name| !self.recorded.contains(name) && !name.starts_with("ALERTS"));
        reads.back_ms.filter(|_| direct && !reads.any_metric)
    }
}

/// The name that a selector asks for, in front of the braces or inside.
pub(super) fn metric_name(selector: &VectorSelector) -> Option<String> {
    selector.metric_name().map(str::to_owned)
}
