//! `annotations/required`: an alert that lacks an annotation which `[annotations] required` names.

use crate::lint::context::RuleContext;
use crate::lint::policy::fields::Fields;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Field, RuleKind};
use crate::source::{Applicability, Diagnostic, Edit, Fix};

static META: Meta =
    meta!("annotations/required", Error, certain, "an alert lacks an annotation that the configuration requires")
        .waits_for("annotations.required")
        .or_for(&["policy.required-annotations"])
        .fixable();

pub(super) struct Required;

impl LintRule for Required {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.rule.kind != RuleKind::Alerting {
            return;
        }
        Fields::Annotations.required(&META, cx, out);
        for annotation in &cx.config().annotations.required {
            let place = match cx.rule.annotations.iter().find(|(name, _)| name.text() == annotation) {
                Some((_, value)) if !value.text().trim().is_empty() => continue,
                Some((name, _)) => name,
                None => &cx.rule.name,
            };
            let message = format!("the alert `{}` has no annotation `{annotation}`", cx.rule.name.text());
            if let Some(misspelt) = misspelt(cx, annotation) {
                let title = format!("write `{annotation}` for `{}`", misspelt.text());
                let found = META.diagnostic(message, cx.file().field(misspelt, "looks misspelt")).help(title.clone());
                let edits = vec![Edit::replace(misspelt.span, annotation.clone())];
                out.push(found.fix(Fix { title, edits, applicability: Applicability::Unsafe }));
                continue;
            }
            let found = META.diagnostic(message, cx.file().field(place, ""));
            let help = format!("add `{annotation}: …` to its annotations");
            out.push(found.help(help).because("the configuration requires it"));
        }
    }
}

/// The name of an annotation that is one slip of the pen away from a required one, and is not required itself.
fn misspelt<'a>(cx: &RuleContext<'a>, annotation: &str) -> Option<&'a Field> {
    let required = &cx.config().annotations.required;
    let names = cx.rule.annotations.iter().map(|(name, _)| name);
    let mut other = names.filter(|name| !required.iter().any(|required| required == name.text()));
    other.find(|name| {
        name.text().len() >= 4
            && name.text().len().abs_diff(annotation.len()) <= 1
            && strsim::osa_distance(name.text(), annotation) == 1
    })
}
