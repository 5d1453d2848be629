//! `promql/external-label`: a matcher asks for a label that Prometheus adds only to what leaves it.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::regex;
use crate::rules::Dialect;
use crate::source::Diagnostic;

static META: Meta = meta!(
    "promql/external-label",
    Warning,
    likely,
    "a matcher on a label that is not on the series of the server itself"
)
.on_by_default()
.waits_for("facts.external-labels");

pub(super) struct ExternalLabel;

impl LintRule for ExternalLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let external = &cx.config().facts.external_labels;
        // Elsewhere rules read what Prometheus has sent, with these labels.
        if external.is_empty() || cx.file().rules.dialect != Dialect::Prometheus {
            return;
        }
        let Some(expr) = &cx.rule.parsed else { return };
        let target_labels = &cx.config().facts.target_labels;
        expr.walk(&mut |part| {
            let matchers = part.selector().map(|selector| selector.matchers.as_slice()).unwrap_or_default();
            let wanted = matchers.iter().filter(|matcher| {
                let name = &matcher.name.value;
                external.contains_key(name) && !target_labels.contains(name) && !regex::matches_empty(matcher)
            });
            out.extend(wanted.map(|matcher| {
                let label = &matcher.name.value;
                let message = format!(
                    "`{label}` is an external label: it is added to what leaves the server, and no series here has it"
                );
                let place = cx.file().inside(&cx.rule.expr, matcher.span, "matches nothing");
                META.diagnostic(message, place).help(format!(
                    "leave the matcher out; where scrapes set `{label}` too, name it in `[facts] target-labels`"
                ))
            }));
        });
    }
}
