//! `labels/empty`: a label without a value, which is no label.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::Rule;
use crate::source::{Applicability, Diagnostic};

static META: Meta = meta!("labels/empty", Info, certain, "a label without a value, which is no label").fixable();

pub(super) struct Empty;

impl LintRule for Empty {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        // `labels/misplaced` says what is wrong with a field among the labels.
        let misplaced: Vec<_> = Rule::fields_among(&cx.rule.labels).map(|name| name.span).collect();
        for (name, value) in cx.rule.labels.iter().filter(|(name, _)| !misplaced.contains(&name.span)) {
            // One that the result or the group has is taken away, which may be what is wanted.
            if !value.text().is_empty() || !cx.lacks(name.text()) {
                continue;
            }
            let is_inherited = cx.group.label_names.contains(name.text());
            if !is_inherited {
                let message = format!("the label `{}` has no value: it is as if it were not there", name.text());
                let place = cx.file().field(name, "no label");
                let found = META.diagnostic(message, place).help("give it a value, or remove it");
                out.push(found.fix(cx.file().fix_without_label(cx.rule, name.text(), Applicability::Safe)));
            }
        }
    }
}
