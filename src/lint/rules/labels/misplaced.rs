//! `labels/misplaced`: what belongs elsewhere and stands among the labels or annotations of a rule.

use crate::lint::context::{FileContext, RuleContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Field, Rule, RuleKind};
use crate::source::{Diagnostic, Edit, Fix, Span};

static META: Meta =
    meta!("labels/misplaced", Warning, likely, "an entry that stands among labels or annotations by mistake")
        .on_by_default()
        .fixable();

pub(super) struct Misplaced;

impl LintRule for Misplaced {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let (file, rule) = (cx.file(), cx.rule);
        for (entries, kind) in [(&rule.labels, "label"), (&rule.annotations, "annotation")] {
            out.extend(Rule::fields_among(entries).map(|name| field(file, entries, kind, name)));
        }
        out.extend(rule.labels.iter().filter_map(|(name, _)| matcher(file, name)));
        out.extend(severity(cx));
    }
}

/// A field of the rule that is indented too far.
fn field(file: FileContext<'_>, entries: &[(Field, Field)], kind: &str, name: &Field) -> Diagnostic {
    let field = name.text();
    let message =
        format!("the {kind} `{field}` has no value: it looks like a field of the rule that is indented too far");
    let found = META.diagnostic(message, file.field(name, format!("{} {kind} of the rule", article(kind))));
    let behind = entries.iter().filter(|(other, _)| other.span.start() > name.span.start()).count();
    let help = match behind {
        0 => format!("indent `{field}` as `expr` is, or remove it"),
        _ => format!("indent `{field}` as `expr` is: what stands below it are {kind}s now"),
    };
    let is_map = matches!(field, "annotations" | "labels") && behind > 0;
    found.help(help).fix(if is_map { outdented(file, entries, name) } else { None })
}

fn article(kind: &str) -> &'static str {
    if kind == "annotation" { "an" } else { "a" }
}

/// A fix that gives the key as much less of an indentation as `labels:` has less than its entries, so that the entries below it
/// become its own.
fn outdented(file: FileContext<'_>, entries: &[(Field, Field)], name: &Field) -> Option<Fix> {
    let text = file.source().text();
    let line = |at: usize| text.get(..at).map(|before| before.rfind('\n').map_or(0, |newline| newline + 1));
    // The key above stands on the line above its first entry.
    let first = line(entries.first()?.0.span.start())?;
    let above = text.get(line(first.checked_sub(1)?)?..first)?;
    let wanted = above.len() - above.trim_start_matches([' ', '-']).len();
    let start = line(name.span.start())?;
    let indent = text.get(start..name.span.start())?;
    let is_deeper = above.trim_end().ends_with(':') && indent.len() > wanted && indent.bytes().all(|byte| byte == b' ');
    let edit = Edit::remove(Span::new(start + wanted, name.span.start()));
    is_deeper.then(|| Fix::unsafe_(format!("indent `{}` less", name.text()), vec![edit]))
}

/// A matcher's name and a part of its operator.
fn matcher(file: FileContext<'_>, name: &Field) -> Option<Diagnostic> {
    let label = name.text().trim_end_matches(['!', '=', '~']);
    if label.is_empty() || label.len() == name.text().len() {
        return None;
    }
    let message =
        format!("the label's whole name is `{}`: a rule sets its labels, only an expression has matchers", name.text());
    let found = META.diagnostic(message, file.field(name, "with the sign"));
    Some(found.help(format!("write `{label}`, or put the matcher into the expression")))
}

/// The severity of an alert that is none of its labels.
fn severity(cx: &RuleContext<'_>) -> Option<Diagnostic> {
    let is_severity = |name: &Field| name.text() == "severity";
    let (name, _) = cx.rule.annotations.iter().find(|(name, value)| is_severity(name) && !value.text().is_empty())?;
    let is_label = cx.group.group.labels_of(cx.rule).any(|(name, _)| is_severity(name));
    let comes_along = || cx.facts().is_some_and(|facts| facts.guaranteed_labels().any(|label| label == "severity"));
    if cx.rule.kind != RuleKind::Alerting || is_label || comes_along() {
        return None;
    }
    let message = "the alert has its severity among the annotations: routes and silences look at labels alone";
    let found = META.diagnostic(message, cx.file().field(name, "an annotation"));
    Some(found.help("move `severity` to `labels`"))
}
