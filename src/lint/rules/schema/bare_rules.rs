//! `schema/bare-rules`: rules that stand in no group, and groups under no `groups:`.

use crate::lint::context::FileContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::Shape;
use crate::source::Diagnostic;

static META: Meta = meta!("schema/bare-rules", Warning, opinion, "rules stand in no group");

pub(super) struct BareRules;

impl LintRule for BareRules {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_file(&self, cx: &FileContext<'_>, out: &mut Vec<Diagnostic>) {
        let first = cx.rules.groups.first().and_then(|group| Some((group, group.rules.first()?)));
        let (Shape::Bare, Some((group, rule))) = (cx.rules.shape, first) else { return };
        let (place, message, help) = match group.name.text() {
            "" => (
                cx.field(&rule.name, "in no group"),
                "Prometheus does not load this file: its rules stand in no group",
                "put them under `groups: [{name: …, rules: […]}]`, unless another program does so",
            ),
            _ => (
                cx.field(&group.name, "under no `groups:`"),
                "Prometheus does not load this file: its groups stand under no `groups:`",
                "put `groups:` above them, unless another program does so",
            ),
        };
        out.push(META.diagnostic(message, place).help(help));
    }
}
