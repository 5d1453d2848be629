//! `rule/unowned`: nobody owns a rule.

use std::cell::LazyCell;

use rustc_hash::FxHashSet;

use crate::lint::context::{FileContext, GroupContext, RuleContext, WorkspaceContext};
use crate::lint::policy::Policy;
use crate::lint::policy::fields::subject;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::words::{self, one_line};
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("rule/unowned", Error, certain, "a rule that nobody owns").waits_for("policy.require-owner");

pub(super) struct Unowned;

impl LintRule for Unowned {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let demanding: Vec<&Policy> = cx.config.policies().iter().filter(|policy| policy.require_owner).collect();
        for file in cx.rule_files().filter(|_| !demanding.is_empty()) {
            // Asked only where a label says nothing.
            let is_owned = LazyCell::new(|| has_owner(file));
            // The policies to which the whole file has been told.
            let mut told: FxHashSet<*const Policy> = FxHashSet::default();
            each_rule(file, |rule| {
                for policy in rule.policies().filter(|policy| policy.require_owner) {
                    if policy.owner_labels.is_empty() {
                        if !*is_owned && told.insert(policy) {
                            out.push(of_file(policy, rule));
                        }
                    } else if !has_label(policy, rule) && !*is_owned {
                        out.push(of_rule(policy, rule));
                    }
                }
            });
        }
    }
}

/// Shows `visit` the rules of a file.
pub(super) fn each_rule(file: FileContext<'_>, mut visit: impl FnMut(&RuleContext<'_>)) {
    for group in &file.rules.groups {
        let names = FxHashSet::default();
        for rule in &group.rules {
            visit(&RuleContext::new(GroupContext { file, group, label_names: &names, templates: &[] }, rule));
        }
    }
}

/// Whether `CODEOWNERS` names an owner of the file.
fn has_owner(file: FileContext<'_>) -> bool {
    let path = file.config.files().relative(file.source().name().as_ref());
    file.config.owners().is_some_and(|owners| !owners.of(&path).is_empty())
}

/// Whether one of the labels that name the owner is there for certain.
fn has_label(policy: &Policy, rule: &RuleContext<'_>) -> bool {
    let is_one = |name: &str| policy.owner_labels.iter().any(|label| label == name);
    let own = rule.static_labels();
    if own.iter().any(|(name, value)| is_one(name.text()) && !value.text().trim().is_empty()) {
        return true;
    }
    // An empty value of the rule's own removes the label.
    let is_own = |label: &str| own.iter().any(|(name, _)| name.text() == label);
    rule.facts().is_some_and(|facts| facts.guaranteed_labels().any(|label| is_one(label) && !is_own(label)))
}

/// What `CODEOWNERS` lacks.
fn entry(rule: &RuleContext<'_>) -> String {
    match rule.config().owners() {
        Some(owners) => format!("add its file to {}", one_line(owners.file.name())),
        None => "add its file to `CODEOWNERS`, which this repository does not have".to_owned(),
    }
}

fn of_rule(policy: &Policy, rule: &RuleContext<'_>) -> Diagnostic {
    let help = format!("set the label {}, or {}", words::choice(&policy.owner_labels), entry(rule));
    policy.finding(&META, format!("{} has no owner", subject(rule)), rule.file().field(&rule.rule.name, ""), help)
}

fn of_file(policy: &Policy, rule: &RuleContext<'_>) -> Diagnostic {
    let start = rule.group.group.name.span.start();
    let at = rule.file().label(Span::new(start, rule.group.group.name.span.end()), "");
    policy.finding(&META, "the rules of this file have no owner".to_owned(), at, entry(rule))
}
