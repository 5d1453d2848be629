//! `promql/always-true`: a comparison that every value passes.

use crate::facts::Passes;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("promql/always-true", Info, likely, "a comparison that every value passes");

pub(super) struct AlwaysTrue;

impl LintRule for AlwaysTrue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(facts) = cx.facts() else { return };
        let (file, expr) = (cx.file(), &cx.rule.expr);
        for always in facts.comparisons.iter().filter(|comparison| comparison.passes == Passes::Always) {
            let op = always.operator.slice(expr.text());
            let message = format!("`{op}` is true for every value");
            let found = META.diagnostic(message, file.inside(expr, always.operator, "always true"));
            let found = match always.known {
                Some(known) => found.related(file.inside(expr, known.span, "no other values")),
                None => found,
            };
            out.push(found.help("leave the comparison out, or compare with a value that can be missed"));
        }
    }
}
