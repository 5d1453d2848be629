//! `template/label-of-one-side`: a template prints a label that some of the alternatives between `or`s do not have.

use rustc_hash::FxHashSet;

use crate::facts::Presence;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;
use crate::template::LabelOwner;

static META: Meta =
    meta!("template/label-of-one-side", Info, likely, "a template prints a label that one side of `or` lacks");

pub(super) struct LabelOfOneSide;

impl LintRule for LabelOfOneSide {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(facts) = cx.facts().filter(|facts| facts.branches().len() > 1) else { return };
        let mut reported = FxHashSet::default();
        for template in cx.templates() {
            for reference in template.parsed.iter().flat_map(|parsed| parsed.label_references()) {
                let label = &reference.name;
                if reference.owner != LabelOwner::Alert || reference.guarded || reported.contains(label) {
                    continue;
                }
                if cx.is_given(label, template.place) {
                    continue;
                }
                let somewhere = facts.branches().iter().any(|branch| !branch.presence(label).is_impossible());
                let lacking = facts.branches().iter().filter(|branch| !branch.made_up).find_map(|branch| match branch
                    .presence(label)
                {
                    Presence::Impossible(dropped) => Some(dropped),
                    _ => None,
                });
                if somewhere && let Some(dropped) = lacking {
                    reported.insert(label.clone());
                    let message = format!("{} prints `{label}`, which one side of `or` lacks", template.describe());
                    let place = cx.file().inside(template.value, reference.span, "empty for some results");
                    let cause = cx.file().inside(&cx.rule.expr, dropped.span, format!("no `{label}` behind this"));
                    let help =
                        format!("print it only where it is there: `{{{{ with $labels.{label} }}}}…{{{{ end }}}}`");
                    out.push(META.diagnostic(message, place).related(cause).help(help));
                }
            }
        }
    }
}
