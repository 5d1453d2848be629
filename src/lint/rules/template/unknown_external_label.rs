//! `template/unknown-external-label`: a template prints an external label that the server does not have.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;
use crate::source::words;
use crate::template::LabelOwner;

static META: Meta = meta!(
    "template/unknown-external-label",
    Error,
    certain,
    "a template prints an external label that the server does not have"
)
.waits_for("facts.external-labels");

pub(super) struct UnknownExternalLabel;

impl LintRule for UnknownExternalLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let external = &cx.config().facts.external_labels;
        if external.is_empty() {
            return;
        }
        for template in cx.templates() {
            for reference in template.parsed.iter().flat_map(|parsed| parsed.label_references()) {
                let name = &reference.name;
                if reference.owner != LabelOwner::External || reference.guarded || external.contains_key(name) {
                    continue;
                }
                let message = format!(
                    "{} prints the external label `{name}`, which the server does not have",
                    template.describe()
                );
                let near = words::nearest(name, external.keys().map(String::as_str));
                let text = near.map_or_else(|| "always empty".to_owned(), words::did_you_mean);
                let place = cx.file().inside(template.value, reference.span, text);
                let help = format!("`[facts] external-labels` has {}", words::list(external.keys()));
                out.push(META.diagnostic(message, place).help(help));
            }
        }
    }
}
