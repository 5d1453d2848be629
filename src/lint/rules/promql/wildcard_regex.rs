//! `promql/wildcard-regex`: a pattern with a wildcard in the middle, which matches more than it seems to.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::regex::has_inner_wildcard;
use crate::source::Diagnostic;

static META: Meta = meta!("promql/wildcard-regex", Info, opinion, "a pattern with a wildcard in the middle of a name");

pub(super) struct WildcardRegex;

impl LintRule for WildcardRegex {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        cx.for_each_pattern(|matcher| {
            if std::str::from_utf8(&matcher.value.value).is_ok_and(has_inner_wildcard) {
                let message = format!("the pattern of `{}` looks for a part of a name", matcher.name.value);
                let place =
                    cx.file().inside(&cx.rule.expr, matcher.value.span, "matches whatever comes to be called so");
                let help = "a label of its own for that part, such as `env`, is faster and cannot match by accident";
                out.push(META.diagnostic(message, place).help(help));
            }
        });
    }
}
