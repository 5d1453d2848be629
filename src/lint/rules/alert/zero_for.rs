//! `alert/zero-for`: `for: 0s` and `keep_firing_for: 0s`, which say what is so without them.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::{Applicability, Diagnostic};

static META: Meta =
    meta!("alert/zero-for", Info, opinion, "`for` or `keep_firing_for` of zero, which is the default").fixable();

pub(super) struct ZeroFor;

impl LintRule for ZeroFor {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let rule = cx.rule;
        if rule.kind != RuleKind::Alerting {
            return;
        }
        for (name, ms, written) in rule.durations() {
            let is_zero = |text: &str| ms == 0 && text.starts_with('0');
            if let Some(written) = written.filter(|written| written.text().is_some_and(is_zero)) {
                let message = format!("`{name}` is zero, as it is where it is not given");
                let found = META.diagnostic(message, cx.file().label(written.value, ""));
                let fix = cx.file().fix_without(rule, name, Applicability::Safe);
                out.push(found.help(format!("remove `{name}`")).fix(fix));
            }
        }
    }
}
