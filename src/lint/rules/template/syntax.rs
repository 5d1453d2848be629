//! `template/syntax`: a template that Go's parser refuses. Prometheus refuses to load the file.

use crate::lint::context::{FileContext, GroupContext, RuleContext, TemplateField, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta =
    meta!("template/syntax", Error, certain, "a label or annotation template does not parse").stops_reading();

pub(super) struct Syntax;

impl LintRule for Syntax {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.group.rules.iter().any(|rule| rule.kind == RuleKind::Alerting) {
            out.extend(cx.templates.iter().filter_map(|template| check(&cx.file, template)));
        }
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let own = cx.templates().filter(|template| template.place != TemplatePlace::GroupLabel);
        out.extend(own.filter_map(|template| check(&cx.file(), template)));
    }
}

fn check(cx: &FileContext<'_>, template: &TemplateField<'_>) -> Option<Diagnostic> {
    let error = template.parsed.as_ref().err()?;
    let message = format!("{} is not a valid template: {}", template.describe(), error.message);
    let mut found = META.diagnostic(message, cx.inside(template.value, error.span, ""));
    found.help.clone_from(&error.help);
    Some(found)
}
