//! `schema/bare-rules`: rules that stand in no group.

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
        let first = cx.rules.groups.first().and_then(|group| group.rules.first());
        if let (Shape::Bare, Some(rule)) = (cx.rules.shape, first) {
            let place = cx.field(&rule.name, "in no group");
            let found = META.diagnostic("Prometheus does not load this file: its rules stand in no group", place);
            out.push(found.help("put them under `groups: [{name: …, rules: […]}]`, unless another program does so"));
        }
    }
}
