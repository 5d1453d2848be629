//! `labels/copies-itself`: a label of an alert that prints the label of the same name.

use crate::facts::{Branch, Presence};
use crate::lint::context::{RuleContext, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Applicability, Diagnostic};

static META: Meta = meta!("labels/copies-itself", Info, certain, "a label is set to what it is anyway").fixable();

pub(super) struct CopiesItself;

impl LintRule for CopiesItself {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for template in cx.templates().filter(|template| template.place == TemplatePlace::Label) {
            let name = template.name.text();
            let action = template.value.text().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            let action = action.map_or("", |action| action.trim_matches(['-', ' ', '\t']));
            let copied = action.strip_prefix("$labels.").or_else(|| action.strip_prefix(".Labels."));
            // A label of the group would be in the way otherwise.
            let inherited = cx.group.label_names.contains(name);
            if copied == Some(name) && !inherited {
                let message = format!("the label `{name}` is set to what it is anyway");
                let place = cx.file().field(template.value, "the result's own label");
                let found = META.diagnostic(message, place).help("remove it: alerts have all labels of their results");
                // A label that the configuration asks for has to stand there.
                let is_asked_for = cx.config().labels.required.iter().any(|required| required == name);
                let fix = cx.file().fix_without_label(cx.rule, name, applicability(cx, name));
                out.push(found.fix(fix.filter(|_| !is_asked_for)));
            }
        }
    }
}

/// Where a result lacks the label, the alert has none either way; but the series `ALERTS` of such an alert gets the template
/// as it is written (`rules/alerting.go`, `AlertingRule.sample` begins with the labels of the rule), and none without it.
fn applicability(cx: &RuleContext<'_>, label: &str) -> Applicability {
    let branches = cx.facts().map(|facts| facts.branches()).unwrap_or_default();
    let is_there = |branch: &Branch<'_>| branch.presence(label) == Presence::Guaranteed;
    match !branches.is_empty() && branches.iter().all(is_there) {
        true => Applicability::Safe,
        false => Applicability::Unsafe,
    }
}
