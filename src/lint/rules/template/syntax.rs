//! `template/syntax`: a template that Go's parser refuses. Prometheus refuses to load the file.

use crate::lint::context::{FileContext, GroupContext, RuleContext, TemplateField, TemplatePlace};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Dialect, RuleKind};
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
    let name = error.span.slice(template.value.text());
    if is_of_vmalert(name, &error.message) {
        let program = Dialect::Vmalert.program();
        found.set_help(format!("{program} has `{name}`: if these are its rules, set `dialect = \"vmalert\"`"));
    }
    Some(found)
}

/// Whether what is not known is a variable of vmalert (`notifier/alert.go`) or a function (`templates/template.go`) that
/// Prometheus does not have.
fn is_of_vmalert(name: &str, message: &str) -> bool {
    const VARIABLES: [&str; 7] = ["$activeAt", "$alertID", "$expr", "$for", "$groupID", "$isPartial", "$type"];
    const FUNCTIONS: [&str; 6] =
        ["crlfEscape", "htmlEscape", "jsonEscape", "pathEscape", "queryEscape", "quotesEscape"];
    message.starts_with("undefined variable") && VARIABLES.contains(&name)
        || message.ends_with("not defined") && FUNCTIONS.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    /// What is said of an alert with this annotation, and the help.
    fn found(annotation: &str, dialect: &str) -> String {
        let rule = format!("{{alert: A, expr: up == 0, annotations: {{a: '{annotation}'}}}}");
        let source = Arc::new(SourceFile::new("rules.yml", format!("groups: [{{name: g, rules: [{rule}]}}]")));
        let found =
            lint::run_on(&source, &Config::parse(&Arc::new(SourceFile::new("promproof.toml", dialect))).unwrap());
        let show = |found: &crate::source::Diagnostic| {
            format!("{}: {} ({})", found.rule, found.message, found.help.as_deref().unwrap_or_default())
        };
        found.iter().map(show).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_vmalert_has_is_told() {
        let url = "{{ $externalURL }}/x?expr={{ $expr | queryEscape }}&from={{ $activeAt.UnixMilli }}";
        insta::assert_snapshot!(found(url, ""), @r#"template/syntax: the annotation `a` is not a valid template: undefined variable "$expr" (vmalert (VictoriaMetrics) has `$expr`: if these are its rules, set `dialect = "vmalert"`)"#);
        insta::assert_snapshot!(found("{{ $labels.job | queryEscape }}", ""), @r#"template/syntax: the annotation `a` is not a valid template: function "queryEscape" not defined (vmalert (VictoriaMetrics) has `queryEscape`: if these are its rules, set `dialect = "vmalert"`)"#);
        insta::assert_snapshot!(found("{{ $label.job }}", ""), @r#"template/syntax: the annotation `a` is not a valid template: undefined variable "$label" (write $labels)"#);
        assert_eq!(found(url, "dialect = \"vmalert\""), "");
    }
}
