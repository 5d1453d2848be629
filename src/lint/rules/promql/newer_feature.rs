//! `promql/newer-feature`: an expression needs a newer Prometheus than the one that is to run it.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::newer::newer_than;
use crate::source::Diagnostic;

static META: Meta = meta!(
    "promql/newer-feature",
    Error,
    certain,
    "a function or an operator that the configured version of Prometheus does not have"
)
.waits_for("facts.prometheus-version");

pub(super) struct NewerFeature;

impl LintRule for NewerFeature {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let (Some(version), Some(expr)) = (cx.config().facts.prometheus_version, &cx.rule.parsed) else { return };
        let field = &cx.rule.expr;
        let features = |feature: &str| cx.config().promql.has(feature);
        for newer in newer_than(expr, field.text(), version, &features) {
            let message =
                format!("{} came with Prometheus {}, and the rules are for {version}", newer.what, newer.since);
            let place = cx.file().inside(field, newer.span, format!("since {}", newer.since));
            let help = "the older version refuses the whole rule file";
            out.push(META.diagnostic(message, place).help(match newer.feature {
                Some(feature) => {
                    format!(
                        "{help}, unless it is started with `--enable-feature={feature}`: `[promql] features` says so"
                    )
                }
                None => help.to_owned(),
            }));
        }
    }
}
