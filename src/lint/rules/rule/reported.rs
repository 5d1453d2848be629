//! `rule/reported`: a rule that a policy reports, whatever it is like.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::subject;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/reported", Error, certain, "a rule that the configuration does not want").waits_for("policy.report");

pub(super) struct Reported;

impl LintRule for Reported {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for policy in cx.policies().filter(|policy| policy.report) {
            let message = format!("{} is not allowed here", subject(cx));
            let help = "remove it, or change the conditions of the policy".to_owned();
            out.push(policy.finding(&META, message, cx.file().field(&cx.rule.name, ""), help));
        }
    }
}
