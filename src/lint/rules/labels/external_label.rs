//! `labels/external-label`: a rule sets a label that Prometheus adds to all that leaves it.

use crate::lint::context::{FileContext, GroupContext, RuleContext};
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

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        report(cx.file, &cx.group.labels, out);
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        report(cx.file(), &cx.rule.labels, out);
    }
}

/// Reports those of `labels` that are external labels.
fn report(file: FileContext<'_>, labels: &[(Field, Field)], out: &mut Vec<Diagnostic>) {
    let external = &file.config.facts.external_labels;
    for (name, value) in labels.iter().filter(|(name, _)| external.contains_key(name.text())) {
        let label = name.text();
        let message = match value.text().contains("xternalLabels") {
            true => format!("`{label}` is an external label: Prometheus adds it to what leaves the server by itself"),
            false => format!("`{label}` is an external label, whose value is lost where a rule sets another one"),
        };
        let found = META.diagnostic(message, file.field(name, "set by the server, too"));
        out.push(found.help("leave it out, or give it another name"));
    }
}
