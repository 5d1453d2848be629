//! `labels/external-label`: a rule sets a label that Prometheus adds to all that leaves it.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::Field;
use crate::source::Diagnostic;

static META: Meta = meta!("labels/external-label", Warning, likely, "a rule sets a label that is an external label")
    .on_by_default()
    .waits_for("facts.external-labels");

pub(super) struct ExternalLabel;

impl LintRule for ExternalLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let external = &cx.config().facts.external_labels;
        if external.is_empty() {
            return;
        }
        let external = cx.rule.labels.iter().filter(|(name, _)| external.contains_key(name.text()));
        out.extend(external.map(|(name, value)| report(cx, name, value)));
    }
}

fn report(cx: &RuleContext<'_>, name: &Field, value: &Field) -> Diagnostic {
    let label = name.text();
    let message = match value.text().contains("xternalLabels") {
        true => format!("`{label}` is an external label: Prometheus adds it to what leaves the server by itself"),
        false => format!("`{label}` is an external label, whose value is lost where a rule sets another one"),
    };
    META.diagnostic(message, cx.file().field(name, "set by the server, too"))
        .help("leave it out, or give it another name")
}
