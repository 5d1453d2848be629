//! `promql/impossible-match`: an operator that compares a label which only one of its sides has.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("promql/impossible-match", Error, on, "the two sides of an operator can never match");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(flow) = cx.label_flow() else { return };
        let (file, expr) = (cx.file(), &cx.rule.expr);
        for conflict in &flow.conflicts {
            let label = &conflict.label;
            let op = conflict.operator.slice(expr.text());
            let side = if conflict.left_lacks { "left" } else { "right" };
            let effect = if op.eq_ignore_ascii_case("unless") { "removes nothing" } else { "yields nothing" };
            let message = format!("`{op}` {effect}: it compares `{label}`, which its {side} side cannot have");
            let found = META
                .diagnostic(message, file.inside(expr, conflict.operator, format!("compares `{label}`")))
                .related(file.inside(expr, conflict.dropped.span, format!("no `{label}` behind this")))
                .help(match conflict.listed {
                    true => format!("remove `{label}` from `on`, or keep it on the {side} side"),
                    false => {
                        format!("compare only labels that both sides have: `{op} on (…)` or `{op} ignoring ({label})`")
                    }
                });
            out.push(found);
        }
    }
}
