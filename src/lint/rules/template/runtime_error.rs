//! `template/runtime-error`: a template that parses and fails whenever it is expanded, or prints what `printf` says of a mistake.

use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::{Labels, SampleValue};
use crate::rules::Dialect;
use crate::source::{Diagnostic, Span};
use crate::template::ast::{Command, NodeKind, Operand, OperandKind, Pipeline};
use crate::template::{self, Context, LabelOwner, Querier, Template, TemplateError, TemplateSample};

static META: Meta =
    meta!("template/runtime-error", Error, certain, "a template that fails or misprints whenever it is expanded");

pub(super) struct RuntimeError;

impl LintRule for RuntimeError {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for template in cx.templates() {
            let Ok(parsed) = &template.parsed else { continue };
            if may_fail(parsed)
                && let Some(error) = certain_failure(parsed)
                && !(cx.file().rules.dialect == Dialect::Vmalert && is_about_field_of_vmalert(&error.message))
            {
                out.push(report(cx, template, &error));
            } else if let Some((place, printed)) = misprint(parsed) {
                let message = format!("{} prints `{printed}`", template.describe());
                let found =
                    META.diagnostic(message, cx.file().inside(template.value, place, "`printf` reports a mistake"));
                out.push(found.help(
                    "values are floats, as for `%.0f`, and labels are texts, as for `%s`; `%%` prints a percent sign",
                ));
            }
        }
    }
}

/// Whether there is more in the template than texts, labels and the value: nearly all have no more, and cannot fail.
fn may_fail(template: &Template) -> bool {
    template.root().nodes.iter().any(|node| match &node.kind {
        NodeKind::Text(_) => false,
        NodeKind::Action(pipeline) => !is_harmless(pipeline),
        _ => true,
    })
}

/// `$labels.job`, `$value`, `$value | humanize`: no data makes them fail.
fn is_harmless(pipeline: &Pipeline) -> bool {
    if !pipeline.variables.is_empty() {
        return false;
    }
    match pipeline.commands.as_slice() {
        [Command { operands, .. }] => match operands.as_slice() {
            [Operand { kind: OperandKind::Variable { name, fields }, .. }] => {
                fields.is_empty() || fields.len() == 1 && name.value == "$labels"
            }
            _ => false,
        },
        // A label may be no number.
        [Command { operands, .. }, then] => {
            matches!(operands.as_slice(), [value] if value.is_alert_value()) && makes_text_of_numbers(then)
        }
        _ => false,
    }
}

/// Whether the command makes a text of whatever number it is given.
fn makes_text_of_numbers(command: &Command) -> bool {
    let [Operand { kind: OperandKind::Function(name), .. }] = command.operands.as_slice() else { return false };
    matches!(name.as_str(), "humanize" | "humanize1024" | "humanizeDuration" | "humanizePercentage")
}

/// Steps that a trial may take; a template that takes more is not judged.
const MAX_WORK: usize = 20_000;

/// A template with more labels is not judged: looking up each among all takes time as the square of their number.
const MAX_LABELS: usize = 500;

/// What stops the expansion for whatever labels, value and query results there are, as far as types decide it.
///
/// The template is expanded several times, with labels that are words and numbers and with different values. A failure
/// counts only if it is one of types and if every trial ends in one: then no data helps.
fn certain_failure(template: &Template) -> Option<TemplateError> {
    let names: Vec<String> = label_names(template);
    if names.len() > MAX_LABELS {
        return None;
    }
    let mut first = None;
    for trial in TRIALS {
        match expand(template, &names, trial) {
            Err(error) if is_about_types(&error.message) => first = first.or(Some(error)),
            _ => return None,
        }
    }
    first
}

/// What labels and the value are in turn.
const TRIALS: [(&str, f64); 3] = [("x", 1.5), ("1", 0.0), ("", -1e9)];

/// Expands a template with one text for all labels.
fn expand(template: &Template, names: &[String], (text, value): (&str, f64)) -> Result<String, TemplateError> {
    let labels = Labels::from_pairs(names.iter().map(|name| (name.as_str(), text)));
    let answers = OneElement { labels: labels.clone() };
    let context = Context {
        name: "__alert_",
        labels: &labels,
        external_labels: &labels,
        external_url: "http://localhost:9090",
        value: &SampleValue::Float(value),
        t_ms: 0,
        querier: &answers,
    };
    template.expand_within(&context, MAX_WORK)
}

/// So many actions with `printf` of one template are tried.
const MAX_PRINTS: usize = 20;

/// The first action that prints what `printf` says of a format that does not fit, as `%!d(float64=1.5)`, whatever the data.
fn misprint(template: &Template) -> Option<(Span, String)> {
    let text = template.text();
    if !text.contains("printf") || text.contains("%!") {
        return None;
    }
    let actions = template.root().actions().into_iter();
    let printing = actions.filter(|pipeline| pipeline.span.slice(text).contains("printf") && !names_dot(pipeline));
    printing.take(MAX_PRINTS).map(|pipeline| pipeline.span).find_map(|place| {
        // By itself: what needs variables or elements of a query does not expand, and is not judged.
        let action = template::parse(&format!("{{{{ {} }}}}", place.slice(text))).ok()?;
        let names = label_names(&action);
        let mut first = None;
        for trial in TRIALS {
            let printed = expand(&action, &names, trial).ok()?;
            let mistake = printed.get(printed.find("%!")?..)?;
            first = first.or_else(|| mistake.split_inclusive(')').next().map(str::to_owned));
        }
        Some((place, first?))
    })
}

fn label_names(template: &Template) -> Vec<String> {
    let references = template.label_references();
    let mut names: Vec<String> = references
        .iter()
        .filter(|reference| !matches!(reference.owner, LabelOwner::Query(_)))
        .map(|reference| reference.name.clone())
        .chain(["instance".to_owned(), "job".to_owned()])
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Go's words for what no other data would mend.
fn is_about_types(message: &str) -> bool {
    [
        "wrong type for value",
        "incompatible types for comparison",
        "can't evaluate field",
        "range can't iterate over",
        "wrong number of args",
        "can't index item of type",
        "can't give argument to non-function",
        "is not a method but has arguments",
        "can't use",
        "should be of type",
        "should be string",
        "error parsing regexp",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// Whether it is about a field that vmalert has and Prometheus does not: of the dot (`notifier/alert.go`), or of an element of
/// a query.
fn is_about_field_of_vmalert(message: &str) -> bool {
    let field = message.split_once("can't evaluate field ").and_then(|(_, rest)| rest.split(' ').next());
    let known = ["Type", "Expr", "AlertID", "GroupID", "ActiveAt", "For", "IsPartial", "Timestamp"];
    field.is_some_and(|field| known.contains(&field))
}

/// Answers each query with one element.
struct OneElement {
    labels: Labels,
}

impl Querier for OneElement {
    fn query(&self, _query: &str, _t_ms: i64) -> Result<Vec<TemplateSample>, String> {
        Ok(vec![TemplateSample { labels: self.labels.clone(), value: 1.5 }])
    }
}

/// Whether a pipeline is about the dot as a whole, which is something else inside of `range` and `with`.
fn names_dot(pipeline: &Pipeline) -> bool {
    pipeline.commands.iter().flat_map(|command| &command.operands).any(|operand| match &operand.kind {
        OperandKind::Dot => true,
        OperandKind::Parenthesized(inner) => names_dot(inner),
        OperandKind::Chain { base, .. } => {
            !matches!(base.kind, OperandKind::Parenthesized(ref inner) if !names_dot(inner))
        }
        _ => false,
    })
}

fn report(cx: &RuleContext<'_>, template: &TemplateField<'_>, error: &TemplateError) -> Diagnostic {
    let message = format!("{} fails whenever it is expanded: {}", template.describe(), error.message);
    META.diagnostic(message, cx.file().inside(template.value, error.span, "fails here")).help(help(&error.message))
}

fn help(message: &str) -> &'static str {
    if message.contains("float64 and int") {
        "the value is a float: compare it with a float, as in `gt $value 90.0`"
    } else if message.contains("args for value") {
        "`value` is a function for elements of a query: the alert's value is `$value`"
    } else if message.contains("in type struct { Labels") {
        "what a template is given is `.Labels`, `.Value`, `.ExternalLabels` and `.ExternalURL`"
    } else if message.contains("is not a method but has arguments") {
        "`|` hands a value to a function; for a label that may be missing, use `or $labels.a $labels.b`"
    } else if message.contains("got float64") {
        "the value is a number, and this wants something else: print it with `printf \"%.0f\" $value` first"
    } else {
        "the whole text becomes `<error expanding template: …>`"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_whatever_the_data() {
        let fails = |text: &str| {
            let parsed = template::parse(text).unwrap();
            may_fail(&parsed) && certain_failure(&parsed).is_some()
        };
        for text in ["{{ .Foo }}", "{{ $x := 1 }}{{ $x.y }}", "{{ not }}", "{{ $value 1 }}", "{{ $labels.job 1 }}"] {
            assert!(fails(text), "{text}");
        }
        for text in ["{{ $labels.job }} (first). With", "{{- $value -}} | if", "{{ .Labels.job }}", "{{ $labels }}"] {
            assert!(!fails(text), "{text}");
        }
        // What stands outside of actions makes nobody try.
        let may_fail = |text: &str| may_fail(&template::parse(text).unwrap());
        assert!(!may_fail("{{ $labels.job }} | (first) {{ $value | humanize }}. printf"));
        for text in ["{{ \"}}\" | len }}", "{{ $labels.job | humanize }}", "{{ $value.x }}", "{{ $x := $value }}"] {
            assert!(may_fail(text), "{text}");
        }
    }

    /// In vmalert, the dot and the elements of queries have more fields.
    #[test]
    fn fields_of_vmalert() {
        let found = |annotation: &str, dialect: &str| {
            let rule = format!("{{alert: A, expr: up == 0, annotations: {{a: '{annotation}'}}}}");
            let text = format!("groups: [{{name: g, rules: [{rule}]}}]");
            let source = |name: &str, text: String| std::sync::Arc::new(crate::source::SourceFile::new(name, text));
            let config = source("promproof.toml", format!("dialect = \"{dialect}\""));
            let config = crate::lint::Config::parse(&config).unwrap();
            crate::lint::run_on(&source("rules.yml", text), &config).len()
        };
        for annotation in ["{{ .Expr }} {{ .For }}", "{{ .ActiveAt.Unix }}", "{{ (query \"up\" | first).Timestamp }}"] {
            assert_eq!((found(annotation, "prometheus"), found(annotation, "vmalert")), (1, 0), "{annotation}");
        }
        assert_eq!(found("{{ .Foo }}", "vmalert"), 1);
    }
}
