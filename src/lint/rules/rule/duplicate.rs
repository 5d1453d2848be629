//! `rule/duplicate`: two rules of one file with the same name, labels and expression.

use rustc_hash::FxHashMap;

use crate::lint::context::{FileContext, GroupContext, RuleContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Rule as FileRule, RuleKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/duplicate", Warning, on, "two rules of a file have the same name, labels and expression");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_file(&self, cx: &FileContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut first_of: FxHashMap<Identity<'_>, &FileRule> = FxHashMap::default();
        for group in &cx.rules.groups {
            let group_cx = GroupContext { file: *cx, group };
            for rule in group.rules.iter().filter(|rule| rule.parsed.is_some()) {
                let identity = identity(&RuleContext::new(group_cx, rule), group.part);
                match first_of.get(&identity) {
                    Some(first) => out.push(report(cx, first, rule)),
                    None => {
                        first_of.insert(identity, rule);
                    }
                }
            }
        }
    }
}

/// What makes a rule the rule that it is.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'a> {
    /// The part of the file: another Kubernetes object may be for another server.
    part: usize,
    kind: RuleKind,
    name: &'a str,
    /// By name; without empty ones, which are no labels.
    labels: Vec<(&'a str, &'a str)>,
    /// In Prometheus' canonical form.
    expr: String,
}

fn identity<'a>(cx: &RuleContext<'a>, part: usize) -> Identity<'a> {
    let rule = cx.rule;
    let mut labels: Vec<_> = cx.static_labels().into_iter().map(|(name, value)| (name.text(), value.text())).collect();
    labels.sort_unstable();
    let expr = rule.parsed.as_ref().map(|expr| expr.without_parens().to_string()).unwrap_or_default();
    Identity { part, kind: rule.kind, name: rule.name.text(), labels, expr }
}

fn report(cx: &FileContext<'_>, first: &FileRule, again: &FileRule) -> Diagnostic {
    let what = match again.kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "recording rule",
    };
    let message = format!("the {what} `{}` is there twice, with the same labels and expression", again.name.text());
    META.diagnostic(message, cx.field(&again.name, "again here"))
        .related(cx.field(&first.name, "first here"))
        .help("remove one of them, or give them labels that tell them apart")
}
