//! `promql/selector-matchers`: a selector without a matcher that a policy wants.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("promql/selector-matchers", Error, certain, "a selector lacks a matcher that is required")
    .waits_for("policy.required-matchers");

pub(super) struct SelectorMatchers;

impl LintRule for SelectorMatchers {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        for policy in cx.policies() {
            let of = &policy.promql;
            if of.required_matchers.is_empty() {
                continue;
            }
            expr.walk(&mut |part| {
                let Some(selector) = part.selector() else { return };
                let name = selector.metric_name().unwrap_or_default();
                if of.matchers_for.as_ref().is_some_and(|metrics| !metrics.accepts(name, Some(cx))) {
                    return;
                }
                for label in &of.required_matchers {
                    if selector.matchers.iter().any(|matcher| matcher.name.value == *label) {
                        continue;
                    }
                    let shown = if name.is_empty() { "this selector".to_owned() } else { format!("`{name}`") };
                    let message = format!("{shown} is selected without a matcher for `{label}`");
                    let help = format!("write which `{label}` is meant: `{{{label}=\"…\"}}`");
                    let at = cx.file().inside(&cx.rule.expr, part.span, "");
                    out.push(policy.finding(&META, message, at, help));
                }
            });
        }
    }
}
