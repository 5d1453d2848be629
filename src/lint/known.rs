//! What is known of the series that a server has, and the selectors of all rules that are held against it: found out once
//! for the lint rules that ask about it.

use std::cell::Cell;

use rustc_hash::FxHashSet;

use super::context::WorkspaceContext;
use super::recording::Place;
use crate::inventory::{Inventory, Metric};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{BinaryOp, ExprKind, MatchOp, VectorSelector};
use crate::source::words;

/// So many names are compared with misspelt ones by one lint rule; what is found after that is told without a guess.
const COMPARISONS: usize = 3_000_000;

/// Series that Prometheus makes itself for every target, and for every alert.
const SYNTHETIC: [&str; 10] = [
    "ALERTS",
    "ALERTS_FOR_STATE",
    "scrape_body_size_bytes",
    "scrape_duration_seconds",
    "scrape_sample_limit",
    "scrape_samples_post_metric_relabeling",
    "scrape_samples_scraped",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "up",
];

/// What is known of the series that rules may select.
pub(super) struct Known<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) target_labels: &'a [String],
    /// The names that the rules record.
    recorded: FxHashSet<&'a str>,
    /// Whether recorded series are in the inventory, too.
    has_recorded: bool,
    /// Every selector of every rule, in the order of the files.
    pub(super) selected: Vec<Selected<'a>>,
}

impl<'a> Known<'a> {
    /// What is known, if there is an inventory.
    pub(super) fn of(cx: &WorkspaceContext<'a>) -> Option<Known<'a>> {
        let inventory = cx.config.inventory();
        if !inventory.lists_metrics() {
            return None;
        }
        let mut known = Known {
            inventory,
            target_labels: &cx.config.facts.target_labels,
            recorded: cx.recording().names().collect(),
            has_recorded: inventory.names().any(|name| name.contains(':')),
            selected: Vec::new(),
        };
        known.selected = selectors(cx, &known);
        Some(known)
    }

    /// Whether there is a metric of this name, as far as can be told.
    pub(super) fn has_metric(&self, name: &str) -> bool {
        self.inventory.has_metric(name)
            || SYNTHETIC.contains(&name)
            || self.recorded.contains(name)
            // Recorded somewhere else.
            || name.contains(':') && !self.has_recorded
    }

    /// The scraped metric of which all series are known, with the name.
    pub(super) fn metric(&self, selector: &'a VectorSelector) -> Option<(&'a str, &'a Metric)> {
        let name = selector.metric_name()?;
        let metric = self.inventory.complete(name)?;
        (!self.recorded.contains(name)).then_some((name, metric))
    }

    /// Whether labels that a scrape adds are missing from the series, as in the text of a target's own page.
    pub(super) fn is_as_exposed(&self, metric: &Metric) -> bool {
        let has = |label: &String| metric.label(label).is_some();
        !self.target_labels.is_empty() && !self.target_labels.iter().any(has)
    }
}

/// The search for names that were meant by misspelt ones, which takes no more than [`COMPARISONS`].
pub(super) struct Guesses<'k, 'a> {
    known: &'k Known<'a>,
    left: Cell<usize>,
}

impl<'k, 'a> Guesses<'k, 'a> {
    pub(super) fn among(known: &'k Known<'a>) -> Self {
        Guesses { known, left: Cell::new(COMPARISONS) }
    }

    /// The name that was probably meant.
    pub(super) fn nearest<'n>(&self, wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let left = self.left.get();
        // Each one that is looked at counts, and nothing is looked at any more where none are left.
        let mut compared = 0;
        let counted = names.take(left).inspect(|_| compared += 1);
        let nearest = words::nearest(wanted, counted.filter(|name| *name != wanted));
        self.left.set(left - compared);
        nearest
    }

    /// The metric that was probably meant: of those whose names are alike the one of nearly the same length.
    pub(super) fn metric_like(&self, wanted: &str) -> Option<&'a str> {
        // Counting them one by one would be as much work.
        let left = self.left.get().checked_sub(self.known.inventory.name_count())?;
        self.left.set(left);
        let names = self.known.inventory.names();
        names.filter(|name| are_alike(wanted, name)).min_by_key(|name| (name.len().abs_diff(wanted.len()), *name))
    }
}

/// Whether one name of a metric may be a misspelling of the other: they have the same words but for one that is nearly the
/// same, or the longer one says more behind the shorter one.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let more = long.strip_prefix(short);
    if more.is_some_and(|more| more.starts_with('_')) {
        return short.len() >= ENOUGH;
    }
    if short.split('_').count() != long.split('_').count() {
        return false;
    }
    let mut different = short.split('_').zip(long.split('_')).filter(|(a, b)| a != b);
    let Some((a, b)) = different.next() else { return false };
    let is_begun = |part: &str, whole: &str| part.len() >= WORD && whole.starts_with(part);
    different.next().is_none() && (words::nearest(a, [b]).is_some() || is_begun(a, b) || is_begun(b, a))
}

/// A name of this length says enough to be meant by a longer one that begins with it, and a word of that.
const ENOUGH: usize = 8;
const WORD: usize = 4;

/// The names in the order of the alphabet, where they are few enough to be listed in a message.
pub(super) fn few<'k>(names: impl Iterator<Item = &'k str>, most: usize) -> Option<Vec<&'k str>> {
    let mut few: Vec<&str> = names.take(most + 1).collect();
    few.sort_unstable();
    (few.len() <= most).then_some(few)
}

/// A selector of a rule.
pub(super) struct Selected<'a> {
    pub(super) place: Place<'a>,
    pub(super) part: &'a Expr,
    pub(super) selector: &'a VectorSelector,
    /// Whether it stands in `absent(…)`: what it asks for may be missing, that is what it is for.
    pub(super) in_absent: bool,
    /// Whether it is an alternative to something that is there: `new or old`.
    pub(super) is_alternative: bool,
}

/// Every selector of every rule, in the order of the files.
fn selectors<'a>(cx: &WorkspaceContext<'a>, known: &Known<'a>) -> Vec<Selected<'a>> {
    let mut found = Vec::new();
    for place in cx.places() {
        if let Some(expr) = &place.rule.parsed {
            let mut pending = vec![(expr, false, false)];
            let start = found.len();
            while let Some((part, in_absent, is_alternative)) = pending.pop() {
                if let Some(selector) = part.selector() {
                    found.push(Selected { place, part, selector, in_absent, is_alternative });
                    continue;
                }
                let in_absent = in_absent || is_absent(part);
                match &part.kind {
                    ExprKind::Binary(operation) if operation.op == BinaryOp::Or && !is_alternative => {
                        let operands = alternatives(part);
                        let there = operands.iter().any(|operand| is_there(operand, known));
                        pending.extend(operands.into_iter().map(|operand| (operand, in_absent, there)));
                    }
                    _ => pending.extend(part.children().map(|child| (child, in_absent, is_alternative))),
                }
            }
            if let Some(of_rule) = found.get_mut(start..) {
                of_rule.sort_by_key(|selected| selected.part.span.start());
            }
        }
    }
    found
}

fn is_absent(part: &Expr) -> bool {
    matches!(&part.kind, ExprKind::Call(call) if call.function.is_absent())
}

/// The operands of a chain of `or`.
fn alternatives(expr: &Expr) -> Vec<&Expr> {
    let mut operands = Vec::new();
    let mut pending = vec![expr];
    while let Some(part) = pending.pop() {
        match &part.without_parens().kind {
            ExprKind::Binary(operation) if operation.op == BinaryOp::Or => {
                pending.extend([&operation.lhs, &operation.rhs]);
            }
            _ => operands.push(part.without_parens()),
        }
    }
    operands
}

/// Whether an expression has selectors, and all of them ask for metrics that there are.
fn is_there(expr: &Expr, known: &Known<'_>) -> bool {
    let (mut selectors, mut all) = (0, true);
    expr.walk(&mut |part| {
        if let Some(selector) = part.selector() {
            selectors += 1;
            all &= selector.metric_name().is_none_or(|name| known.has_metric(name));
        }
    });
    selectors > 0 && all
}

/// The pattern that a selector has for the metric's name.
pub(super) fn name_pattern(selector: &VectorSelector) -> Option<&crate::promql::ast::Matcher> {
    let mut of_name = selector.matchers.iter().filter(|matcher| matcher.name.value == METRIC_NAME);
    let only = of_name.next().filter(|_| selector.name.is_none() && of_name.next().is_none())?;
    (only.op == MatchOp::Regex).then_some(only)
}

#[cfg(test)]
mod tests {
    use super::are_alike;

    #[test]
    fn names_are_alike_where_one_word_is_misspelt() {
        for (one, other) in [
            ("node_load", "node_load1"),
            ("http_request_total", "http_requests_total"),
            ("node_filesystem_available_bytes", "node_filesystem_avail_bytes"),
            ("node_memory_MemFree", "node_memory_MemFree_bytes"),
            ("kube_pod_staus_phase", "kube_pod_status_phase"),
        ] {
            assert!(are_alike(one, other) && are_alike(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("kube_job_owner", "kube_pod_owner"),
            ("kube_pod_labels", "kube_node_labels"),
            ("kube_pod_info", "kube_pod_info"),
            ("up", "up_time"),
        ] {
            assert!(!are_alike(one, other), "{one} {other}");
        }
    }
}
