//! `rule/unknown-owner`: an owner that the configuration does not know.

use rustc_hash::FxHashSet;

use super::unowned::each_rule;
use crate::lint::context::{RuleContext, WorkspaceContext};
use crate::lint::policy::Policy;
use crate::lint::policy::fields::allowed_instead;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Label, Span, words};

static META: Meta = meta!("rule/unknown-owner", Error, certain, "an owner that the configuration does not know")
    .waits_for("policy.allowed-owners");

pub(super) struct UnknownOwner;

impl LintRule for UnknownOwner {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.config.policies().iter().any(|policy| !policy.allowed_owners.is_empty()) {
            return;
        }
        let mut told: FxHashSet<(*const Policy, Span)> = FxHashSet::default();
        for file in cx.rule_files() {
            let path = cx.config.files().relative(file.source().name().as_ref());
            let owners = cx.config.owners().map(|owners| owners.of(&path)).unwrap_or_default();
            each_rule(file, |rule| {
                for policy in rule.policies().filter(|policy| !policy.allowed_owners.is_empty()) {
                    of_labels(policy, rule, out);
                    for owner in &owners {
                        let Some(code_owners) = cx.config.owners() else { continue };
                        if !is_allowed(policy, &owner.name, rule) && told.insert((policy, owner.span)) {
                            let at = Label::new(&code_owners.file, owner.span, "");
                            out.push(
                                unknown(policy, &owner.name, at).related(file.field(&rule.rule.name, "owns this")),
                            );
                        }
                    }
                }
            });
        }
    }
}

/// What the labels of a rule say.
fn of_labels(policy: &Policy, rule: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for (name, value) in rule.static_labels() {
        let text = value.text();
        let is_owner = policy.owner_labels.iter().any(|label| label == name.text());
        // What a template yields is known only when the alert fires.
        if is_owner && !text.is_empty() && !text.contains("{{") && !is_allowed(policy, text, rule) {
            out.push(unknown(policy, text, rule.file().field(value, "")));
        }
    }
}

fn is_allowed(policy: &Policy, owner: &str, rule: &RuleContext<'_>) -> bool {
    policy.allowed_owners.iter().any(|pattern| pattern.accepts(owner, Some(rule)))
}

fn unknown(policy: &Policy, owner: &str, mut at: Label) -> Diagnostic {
    let allowed: Vec<String> = policy.allowed_owners.iter().map(|pattern| pattern.text().to_owned()).collect();
    let (hint, help) = allowed_instead(owner, &allowed);
    at.text = hint;
    policy.finding(&META, format!("the owner `{}` is not known", words::cropped(owner, 80)), at, help)
}
