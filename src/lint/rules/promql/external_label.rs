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
        let target_labels = &cx.config().facts.target_labels;
        cx.for_each_matcher(|matcher| {
            let label = &matcher.name.value;
            if !external.contains_key(label) || target_labels.contains(label) || regex::matches_empty(matcher) {
                return;
            }
            let message = format!(
                "`{label}` is an external label: it is added to what leaves the server, and no series here has it"
            );
            let place = cx.file().inside(&cx.rule.expr, matcher.span, "matches nothing");
            out.push(META.diagnostic(message, place).help(format!(
                "leave the matcher out; where scrapes set `{label}` too, name it in `[facts] target-labels`"
            )));
        });
    }
}
