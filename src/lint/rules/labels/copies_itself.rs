//! `labels/copies-itself`: a label of an alert that prints the label of the same name.

use crate::lint::context::{RuleContext, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("labels/copies-itself", Info, certain, "a label is set to what it is anyway");

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
            let inherited = cx.group.group.labels.iter().any(|(label, _)| label.text() == name);
            if copied == Some(name) && !inherited {
                let message = format!("the label `{name}` is set to what it is anyway");
                let place = cx.file().field(template.value, "the result's own label");
                out.push(META.diagnostic(message, place).help("remove it: alerts have all labels of their results"));
            }
        }
    }
}
