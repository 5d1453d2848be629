//! `labels/allowed-values`: a label with a value that `[labels] allowed-values` does not list.

use crate::lint::Config;
use crate::lint::context::{FileContext, GroupContext, RuleContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::Field;
use crate::source::Diagnostic;
use crate::source::words;

static META: Meta =
    meta!("labels/allowed-values", Error, certain, "a label has a value that the configuration does not allow")
        .waits_for("labels.allowed-values");

pub(super) struct AllowedValues;

impl LintRule for AllowedValues {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        check(&cx.file, &cx.group.labels, out);
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        check(&cx.file(), &cx.rule.labels, out);
    }
}

fn check(cx: &FileContext<'_>, labels: &[(Field, Field)], out: &mut Vec<Diagnostic>) {
    for (name, value) in labels {
        let Some(allowed) = allowed(cx.config, name.text()) else { continue };
        let text = value.text();
        // What a template yields is known only when the alert fires; an empty value means that there is no label.
        if text.is_empty() || text.contains("{{") || allowed.iter().any(|one| one == text) {
            continue;
        }
        let message = format!("the label `{}` has the value `{text}`, which is not allowed", name.text());
        let nearest = words::nearest_or_longer(text, allowed.iter().map(String::as_str));
        let hint = nearest.map(words::did_you_mean).unwrap_or_default();
        let help = format!("the configuration allows {}", words::list(allowed));
        out.push(META.diagnostic(message, cx.field(value, hint)).help(help));
    }
}

fn allowed<'c>(config: &'c Config, label: &str) -> Option<&'c [String]> {
    config.labels.allowed_values.get(label).map(Vec::as_slice)
}
