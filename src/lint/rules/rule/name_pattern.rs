//! `rule/name-pattern`: an alert or a recorded series whose name is not of the form that a policy wants.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::subject;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("rule/name-pattern", Error, certain, "a rule whose name is not of the form that is wanted")
    .waits_for("policy.name-pattern");

pub(super) struct NamePattern;

impl LintRule for NamePattern {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for policy in cx.policies() {
            let Some(pattern) = &policy.name else { continue };
            if !pattern.accepts(cx.rule.name.text(), Some(cx)) {
                let message = format!("the name of {} does not match `{}`", subject(cx), pattern.text());
                let help = "the whole name has to match".to_owned();
                out.push(policy.finding(&META, message, cx.file().field(&cx.rule.name, ""), help));
            }
        }
    }
}
