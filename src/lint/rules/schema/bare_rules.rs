//! `schema/bare-rules`: rules that stand in no group, and groups under no `groups:`.

use crate::lint::context::FileContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::Bare;
use crate::source::Diagnostic;

static META: Meta = meta!("schema/bare-rules", Warning, opinion, "rules stand in no group");

pub(super) struct BareRules;

impl LintRule for BareRules {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_file(&self, cx: &FileContext<'_>, out: &mut Vec<Diagnostic>) {
        let first = cx.rules.groups.first().and_then(|group| Some((group, group.rules.first()?)));
        let (Some(bare), Some((group, rule))) = (cx.rules.what_is_bare(), first) else { return };
        let (place, help) = match bare {
            Bare::Rules => (
                cx.field(&rule.name, "in no group"),
                "put them under `groups: [{name: …, rules: […]}]`, unless another program does so",
            ),
            Bare::Groups => (
                cx.field(&group.name, "under no `groups:`"),
                "put `groups:` above them, unless another program does so",
            ),
        };
        let message = format!("Prometheus does not load this file: {}", bare.problem());
        out.push(META.diagnostic(message, place).help(help));
    }
}
