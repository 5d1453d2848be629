//! Tests that need rules, in a file that loads none.

use rustc_hash::FxHashSet;

use super::{Context, TestRule};
use crate::promql::ast::ExprKind;
use crate::promql::{self, Expr, ParseOptions};
use crate::rules::Field;
use crate::source::{Diagnostic, Meta, meta};
use crate::testfile::{TestFile, TestGroup};

/// `test/no-rules`
pub static META: Meta = meta!("test/no-rules", Warning, certain, "a test file needs rules and loads none");

pub(super) struct NoRules;

impl TestRule for NoRules {
    fn of_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let Some(Need { place, label }) = cx.needs_rules else { return };
        let message = "this file has no `rule_files`, and without rules no alert fires and nothing is recorded";
        let help =
            "name the rules under `rule_files`, relative to this file; where a script adds them, check what it writes";
        out.push(cx.warning(&META, message, place.span, label).help(help));
    }
}

/// What needs rules that are not loaded.
#[derive(Clone, Copy)]
pub(super) struct Need<'a> {
    place: &'a Field,
    label: &'static str,
}

impl<'a> Need<'a> {
    /// The first one in a file without `rule_files`.
    pub(super) fn of(test: &'a TestFile, parse: &ParseOptions) -> Option<Self> {
        if !test.rule_files.is_empty() {
            return None;
        }
        test.groups.iter().find_map(|group| Need::of_alerts(group).or_else(|| Need::of_recorded(group, parse)))
    }

    fn of_alerts(group: &'a TestGroup) -> Option<Self> {
        let alerts = group.alert_tests.iter().map(|test| &test.alertname);
        let mut alerts = alerts.chain(group.timelines.iter().map(|test| &test.alertname));
        alerts.find(|name| !name.text().is_empty()).map(|place| Need { place, label: "no rule defines this alert" })
    }

    /// An expression that reads a recorded series which the input does not have: its name has a colon.
    fn of_recorded(group: &'a TestGroup, parse: &ParseOptions) -> Option<Self> {
        let names =
            group.input_series.iter().map(|item| item.series.text().split('{').next().unwrap_or_default().trim());
        let given: FxHashSet<&str> = names.collect();
        // `{__name__="x"}`, or a name that `repeat` makes.
        if given.contains("") || group.input_series.iter().any(|item| item.repeat.is_some()) {
            return None;
        }
        let lacks = |expr: &Expr| {
            names_read(expr).any(|name| (name.contains(':') || name == "ALERTS") && !given.contains(name))
        };
        let test = group
            .expr_tests
            .iter()
            .find(|test| promql::parse(test.expr.text(), parse).is_ok_and(|expr| lacks(&expr)))?;
        Some(Need { place: &test.expr, label: "no rule records what this reads" })
    }
}

/// The names of the metrics that an expression reads, without those of which it asks whether they are missing.
fn names_read(expr: &Expr) -> impl Iterator<Item = &str> {
    let mut pending = vec![expr];
    let parts = std::iter::from_fn(move || {
        let part = pending.pop()?;
        let asks = matches!(&part.kind, ExprKind::Call(call) if call.function.name.starts_with("absent"));
        if !asks {
            pending.extend(part.children());
        }
        Some(part)
    });
    parts.filter_map(|part| part.selector()?.metric_name())
}
