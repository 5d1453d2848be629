//! `labels/misplaced`: what belongs elsewhere and stands among the labels or annotations of a rule.

use crate::lint::context::{FileContext, RuleContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Field, Rule, RuleGroup, RuleKind};
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
    let is_severity = |name: &Field, value: &Field| name.text() == "severity" && is_of_scale(value.text());
    let (name, _) = cx.rule.annotations.iter().find(|(name, value)| is_severity(name, value))?;
    // Below a `labels:` that is indented too far it has been reported already.
    let is_below_labels = || Rule::fields_among(&cx.rule.annotations).any(|field| field.text() == "labels");
    let is_routed = || cx.group.group.labels_of(cx.rule).any(|(label, _)| may_route(label.text()));
    if cx.rule.kind != RuleKind::Alerting || is_below_labels() || is_routed() || may_come_along(cx) {
        return None;
    }
    let message = "the alert has its severity among the annotations: routes and silences look at labels alone";
    let found = META.diagnostic(message, cx.file().field(name, "an annotation"));
    Some(found.help("move `severity` to `labels`"))
}

/// Whether a text is a word of a scale of severities.
fn is_of_scale(text: &str) -> bool {
    const WORDS: [&str; 20] = [
        "average",
        "critical",
        "crit",
        "disaster",
        "emergency",
        "error",
        "fatal",
        "high",
        "info",
        "information",
        "low",
        "major",
        "medium",
        "minor",
        "moderate",
        "notice",
        "page",
        "ticket",
        "warn",
        "warning",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
}

/// Whether routes may go by a label instead of by `severity`.
fn may_route(label: &str) -> bool {
    const WORDS: [&str; 16] = [
        "alert", "channel", "class", "critical", "impact", "level", "notif", "owner", "page", "prio", "receiver",
        "route", "routing", "sev", "team", "urgen",
    ];
    let label = label.to_ascii_lowercase();
    WORDS.iter().any(|word| label.contains(word))
}

/// Whether the series may have a label `severity`: the expression speaks of one, reads alerts, or reads what the file records
/// with one.
fn may_come_along(cx: &RuleContext<'_>) -> bool {
    let expr = cx.rule.expr.text();
    let has_severity = |group: &RuleGroup, rule: &Rule| {
        rule.expr.text().contains("severity") || group.labels_of(rule).any(|(name, _)| name.text() == "severity")
    };
    let is_recorded = |group: &RuleGroup| {
        let mut recording = group.rules.iter().filter(|rule| rule.kind == RuleKind::Recording);
        recording.any(|rule| expr.contains(rule.name.text()) && has_severity(group, rule))
    };
    expr.contains("severity") || expr.contains("ALERTS") || cx.file().rules.groups.iter().any(is_recorded)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    /// How often the rule speaks of a file with this alert.
    fn found(alert: &str) -> usize {
        let text =
            format!("groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: max by (severity) (x)\n  {alert}\n");
        let source = Arc::new(SourceFile::new("rules.yml", text.as_str()));
        let found = lint::run_on(&source, &Config::default());
        found.iter().filter(|found| found.rule == "labels/misplaced").count()
    }

    #[test]
    fn a_severity_that_routes_do_not_see() {
        assert_eq!(found("- {alert: A, expr: x > 1, annotations: {severity: Critical}}"), 1);
        assert_eq!(found("- {alert: A, expr: x > 1, labels: {job: a}, annotations: {severity: page}}"), 1);
        for fine in [
            "- {alert: A, expr: x > 1, annotations: {severity: '{{ $labels.severity }}'}}",
            "- {alert: A, expr: x > 1, annotations: {severity: '{{ if true }}critical{{ end }}'}}",
            "- {alert: A, expr: x > 1, annotations: {severity: of the third kind}}",
            "- {alert: A, expr: sum by (severity) (x) > 1, annotations: {severity: page}}",
            "- {alert: A, expr: 'x{severity=~\"a|b\"} > 1 or y', annotations: {severity: page}}",
            "- {alert: A, expr: 'a:b > 1', annotations: {severity: page}}",
            "- {alert: A, expr: count(ALERTS) > 1, annotations: {severity: page}}",
            "- {alert: A, expr: x > 1, labels: {priority: P1}, annotations: {severity: page}}",
        ] {
            assert_eq!(found(fine), 0, "{fine}");
        }
        // Below a field that is indented too far.
        let below = "- alert: A\n    expr: x > 1\n    annotations:\n      labels:\n      severity: page";
        assert_eq!(found(below), 1);
        assert_eq!(found("- {alert: A, expr: x > 1, annotations: {keep_firing_for: , a: b}}"), 1);
    }
}
