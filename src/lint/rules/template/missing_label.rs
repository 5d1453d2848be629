//! `template/missing-label`: a template prints a label that no element of the expression's result has.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{self, Cause, Dropped};
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::fixes::keep_label;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{ExprKind, Grouping};
use crate::rules::Dialect;
use crate::source::{Applicability, Diagnostic, Edit, Fix, Span};
use crate::template::{LabelOwner, LabelReference};

static META: Meta =
    meta!("template/missing-label", Error, certain, "a template prints a label that the expression drops").fixable();

pub(super) struct MissingLabel;

impl LintRule for MissingLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.templates().next().is_none() {
            return;
        }
        let Some(facts) = cx.facts() else { return };
        // A label that one alternative has is printed for its elements.
        // One finding for each label: the first place that prints it, the others beside it.
        let mut finding_of: FxHashMap<String, usize> = FxHashMap::default();
        let reporter = Reporter { cx, groupings: OnceCell::new(), set_by_rule: OnceCell::new() };
        for template in cx.templates() {
            let own = |reference: &&LabelReference| !cx.is_given(&reference.name, template.place);
            for reference in references(template).filter(own) {
                let earlier = finding_of.get(&reference.name).and_then(|at| out.get_mut(*at));
                if let Some(earlier) = earlier {
                    earlier.related.push(cx.file().inside(template.value, reference.span, ""));
                } else if let Some(dropped) = facts::dropped(facts.branches(), &reference.name) {
                    finding_of.insert(reference.name.clone(), out.len());
                    out.push(reporter.report(template, reference, dropped));
                }
            }
        }
    }
}

/// The labels of the alert that a template prints. A label that is read behind a test of itself may be missing.
fn references<'t>(template: &'t TemplateField<'_>) -> impl Iterator<Item = &'t LabelReference> {
    let references = template.parsed.as_ref().map(|parsed| parsed.label_references()).unwrap_or_default();
    references.iter().filter(|reference| reference.owner == LabelOwner::Alert && !reference.guarded)
}

/// With how many labels of a `by` one that is missing is compared, to find the one that was meant.
const MAX_COMPARED: usize = 100;

/// Puts findings of one rule into words.
struct Reporter<'a, 'c> {
    cx: &'c RuleContext<'a>,
    groupings: OnceCell<Groupings<'a>>,
    /// The labels that the rule or its group sets.
    set_by_rule: OnceCell<FxHashSet<&'a str>>,
}

/// The groupings of an expression's aggregations.
#[derive(Default)]
struct Groupings<'a> {
    by_span: FxHashMap<Span, &'a Grouping>,
    /// What an `absent`, by its name's place, is given where that is not a selector.
    inside_absent: FxHashMap<Span, &'a Expr>,
    /// How many there are with `by`.
    count: usize,
    /// How many of these list a label.
    listing: FxHashMap<&'a str, usize>,
}

impl<'a> Reporter<'a, '_> {
    fn report(&self, template: &TemplateField<'_>, reference: &LabelReference, dropped: Dropped) -> Diagnostic {
        let label = &reference.name;
        let file = self.cx.file();
        let expr = &self.cx.rule.expr;
        let made_without = matches!(dropped.cause, Cause::Absent(_) | Cause::NoLabels | Cause::EmptyMatcher);
        let verb = if made_without || dropped.across.is_some() { "does not have" } else { "drops" };
        let message = format!("{} prints `{label}`, which the expression {verb}", template.describe());
        let printed = file.inside(template.value, reference.span, "always empty");
        let (help, fix) = match self.help(label, dropped) {
            Some(help) => (help, None),
            None => self.advice_with_by(template, reference, dropped.span),
        };
        let found = META
            .diagnostic(message, printed)
            .related(file.inside(expr, dropped.span, self.explain(label, dropped)))
            .help(help)
            .fix(fix);
        match dropped.across {
            Some(operator) => {
                let text = format!("`{}` compares `{label}` too: both sides need it", operator.slice(expr.text()));
                found.related(file.inside(expr, operator, text))
            }
            None => found,
        }
    }

    /// What the place that drops the label does.
    fn explain(&self, label: &str, dropped: Dropped) -> String {
        match dropped.cause {
            Cause::NoGrouping(_) => format!("`{}` without `by` drops all labels", self.text(dropped.span)),
            Cause::NotInBy(_) => match self.groupings().by_span.get(&dropped.span) {
                Some(by) if !by.labels.is_empty() => format!("only {} left here", listed(by)),
                _ => "no label is left here".to_owned(),
            },
            Cause::InWithout(_) => format!("`{label}` is dropped here"),
            Cause::NotInOn => "a one-to-one match keeps only the labels of `on`".to_owned(),
            Cause::InIgnoring => "a one-to-one match drops the labels of `ignoring`".to_owned(),
            Cause::Absent(function) => match self.inside_absent(dropped.span) {
                Some(_) => format!("`{function}` takes labels only from a selector directly inside of it"),
                None => format!("`{function}` has only labels that its selector compares with `=`"),
            },
            Cause::Function(function) => format!("`{function}` drops `{label}`"),
            Cause::NoLabels => "this has no labels".to_owned(),
            Cause::EmptyMatcher => format!("selects only series without `{label}`"),
            Cause::EmptyReplacement => format!("`label_replace` removes `{label}`"),
            Cause::Recorded => format!("recorded without `{label}`"),
            Cause::NotInInventory => format!("no series of the inventory has `{label}`"),
            Cause::Operator => "the result of an operator has no metric name".to_owned(),
        }
    }

    /// What to write instead; `None` where it is a `by` that lacks the label and nothing else.
    fn help(&self, label: &str, dropped: Dropped) -> Option<String> {
        if self.set_by_rule().contains(label) {
            return Some(format!("the rule sets `{label}` itself, but {}", self.what_is_seen()));
        }
        if label == "alertname" {
            return Some(format!("write the alert's name: {}", self.what_is_seen()));
        }
        if let Some(operator) = dropped.across {
            let op = self.text(operator);
            return Some(format!(
                "compare only labels that both sides have: `{op} on (…)`; as it is, nothing with `{label}` matches"
            ));
        }
        let text = self.text(dropped.span);
        Some(match dropped.cause {
            Cause::NoGrouping(_) => format!("write `{text} by ({label}) (…)`, or do not print `{label}`"),
            Cause::NotInBy(_) => return None,
            Cause::InWithout(_) => format!("remove `{label}` from `{text}`, or do not print it"),
            Cause::NotInOn => format!("add `{label}` to `on`, or keep the labels of one side with `group_left`"),
            Cause::InIgnoring => {
                "keep the labels of one side with `group_left` or `group_right`, or do not print it".to_owned()
            }
            Cause::Absent(function) if let Some(inside) = self.inside_absent(dropped.span) => {
                let what = match &inside.kind {
                    ExprKind::Aggregate(aggregate) => format!("the aggregation `{}`", aggregate.op.name()),
                    ExprKind::Call(call) => format!("the function `{}`", call.function.name),
                    _ => "the operator".to_owned(),
                };
                format!("leave {what} inside `{function}` out, or write the label's value into the text")
            }
            Cause::Absent(_) => {
                format!("compare `{label}` with `=` in the selector, or write its value into the text")
            }
            _ => format!("do not print `{label}`"),
        })
    }

    fn what_is_seen(&self) -> &'static str {
        match self.cx.file().rules.dialect {
            Dialect::Vmalert => "templates of labels see only the labels of the expression",
            _ => "templates see only the labels of the expression",
        }
    }

    /// What to write where the label is not in a `by`, and the fix that does it: one of the two is misspelt, or it is to be
    /// added.
    fn advice_with_by(
        &self,
        template: &TemplateField<'_>,
        reference: &LabelReference,
        by: Span,
    ) -> (String, Option<Fix>) {
        let (label, expr, text) = (reference.name.as_str(), &self.cx.rule.expr, self.text(by));
        let fix = |field, title, edit| self.cx.file().fix_inside(field, title, &[edit], Applicability::Unsafe);
        if let Some((kept, place)) = self.near_in_by(label, by) {
            let title = |meant: &str| format!("write `{meant}`");
            return match (is_well_known(label), is_well_known(kept)) {
                (true, _) => (
                    format!("`{kept}` in `{text}` looks misspelt: write `{label}`"),
                    fix(expr, title(label), Edit::replace(place, label)),
                ),
                (_, true) => {
                    let name = name_in(template, reference);
                    let fix = name.and_then(|name| fix(template.value, title(kept), Edit::replace(name, kept)));
                    (format!("did you mean `{kept}`?"), fix)
                }
                _ => (format!("did you mean `{kept}`? Else write `{label}` in `{text}`"), None),
            };
        }
        match self.lacking(label) {
            0 | 1 => {
                let edit = keep_label(expr.text(), by, label);
                let fix = edit.and_then(|edit| fix(expr, format!("keep `{label}`"), edit));
                (format!("add `{label}` to `{text}`, or do not print it"), fix)
            }
            _ => (format!("add `{label}` to each `by (…)`, or do not print it"), None),
        }
    }

    /// A label of the `by` that may be the missing one, misspelt, and its place in the expression.
    fn near_in_by(&self, label: &str, by: Span) -> Option<(&'a str, Span)> {
        let by = self.groupings().by_span.get(&by)?;
        let near = by.labels.iter().take(MAX_COMPARED).find(|kept| is_slip(&kept.value, label))?;
        Some((&near.value, near.span))
    }

    /// In how many `by` the label is not.
    fn lacking(&self, label: &str) -> usize {
        self.groupings().count - self.groupings().listing.get(label).copied().unwrap_or(0)
    }

    fn set_by_rule(&self) -> &FxHashSet<&'a str> {
        self.set_by_rule.get_or_init(|| {
            let labels = self.cx.static_labels().into_iter().filter(|(_, value)| !value.text().is_empty());
            labels.map(|(name, _)| name.text()).collect()
        })
    }

    /// What the `absent` whose name stands at `name` is given, if that is not a selector.
    fn inside_absent(&self, name: Span) -> Option<&'a Expr> {
        self.groupings().inside_absent.get(&name).copied()
    }

    fn groupings(&self) -> &Groupings<'a> {
        self.groupings.get_or_init(|| {
            let mut groupings = Groupings::default();
            let Some(expr) = &self.cx.rule.parsed else { return groupings };
            expr.walk(&mut |expr| {
                if let ExprKind::Aggregate(aggregate) = &expr.kind
                    && let Some(grouping) = &aggregate.grouping
                {
                    groupings.add(grouping);
                }
                if let ExprKind::Call(call) = &expr.kind
                    && let Some(inside) = call.args.first().map(Expr::without_parens)
                    && call.function.from_nothing
                    && inside.selector().is_none()
                {
                    groupings.inside_absent.insert(call.name_span, inside);
                }
            });
            groupings
        })
    }

    /// A part of the expression, on one line.
    fn text(&self, span: Span) -> String {
        span.slice(self.cx.rule.expr.text()).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The bytes of the label's name in what prints it.
fn name_in(template: &TemplateField<'_>, reference: &LabelReference) -> Option<Span> {
    let printed = reference.span.slice(template.value.text());
    let start = reference.span.start() + printed.rfind(reference.name.as_str())?;
    Some(Span::new(start, start + reference.name.len()))
}

impl<'a> Groupings<'a> {
    fn add(&mut self, grouping: &'a Grouping) {
        self.by_span.insert(grouping.span, grouping);
        if grouping.without {
            return;
        }
        self.count += 1;
        let labels: FxHashSet<&str> = grouping.labels.iter().map(|label| label.value.as_str()).collect();
        for label in labels {
            *self.listing.entry(label).or_default() += 1;
        }
    }
}

/// Labels that are spelt right.
const WELL_KNOWN: [&str; 10] =
    ["cluster", "container", "device", "instance", "job", "namespace", "node", "pod", "service", "severity"];

fn is_well_known(label: &str) -> bool {
    WELL_KNOWN.contains(&label)
}

/// Whether one of two labels may be the other, misspelt: one letter is missing, added, changed or in the wrong place.
fn is_slip(a: &str, b: &str) -> bool {
    a.len().min(b.len()) >= 4 && a.len().abs_diff(b.len()) <= 1 && strsim::osa_distance(a, b) == 1
}

/// `` `backend` is``, `` `a` and `b` are``
fn listed(by: &Grouping) -> String {
    let quoted: Vec<String> = by.labels.iter().map(|label| format!("`{}`", label.value)).collect();
    match quoted.split_last() {
        Some((only, [])) => format!("{only} is"),
        Some((last, rest)) => format!("{} and {last} are", rest.join(", ")),
        None => "nothing is".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    /// The labels that are reported for an alert with this expression and this annotation, and what drops them.
    fn missing(expr: &str, annotation: &str) -> String {
        let indented = |text: &str| text.replace('\n', "\n          ");
        let text = format!(
            "groups:\n  - name: g\n    labels: {{team: abc}}\n    rules:\n      - alert: A\n        expr: |-\n          {}\n        \
             annotations:\n          a: |-\n            {}\n",
            indented(expr),
            indented(annotation),
        );
        let source = Arc::new(SourceFile::new("rules.yml", text.as_str()));
        let found = lint::run_on(&source, &Config::default());
        let show = |found: &Diagnostic| {
            let printed = found.primary.span.slice(&text);
            let places: Vec<&str> = found.related.iter().map(|label| label.span.slice(&text)).collect();
            format!("{printed} <- {}", places.join(", "))
        };
        // What a query inside of the template drops is another rule's.
        assert!(found.iter().all(|found| [META.id, "template/query-label"].contains(&found.rule)), "{found:?}");
        found.iter().filter(|found| found.rule == META.id).map(show).collect::<Vec<_>>().join("; ")
    }

    fn check(cases: &[(&str, &str, &str)]) {
        for (expr, annotation, expected) in cases {
            assert_eq!(missing(expr, annotation), *expected, "{expr}: {annotation}");
        }
    }

    #[test]
    fn labels_that_may_be_there_are_not_reported() {
        check(&[
            ("up == 0", "{{ $labels.anything }} {{ .Labels.at_all }}", ""),
            ("absent(foo{job=\"a\", instance=\"s\"})", "{{ $labels.instance }} of {{ .Labels.job }}", ""),
            ("bar * on () group_right (cluster) absent(foo{job=\"a\"})", "{{ $labels.cluster }}{{ $labels.job }}", ""),
            ("(time() - foo_seconds) > 5 * 3600", "{{ $labels.notify }}", ""),
            (
                "label_replace(\nsum by (pod) (x) > 0\n,\"cluster\", \"$1\", \"pod\", \"(.*)\"\n)",
                "{{ $labels.cluster }}",
                "",
            ),
            ("sum by (region) (sum_over_time(probe[5m]) or vector(1)) == 0", "{{ $labels.region }}", ""),
            ("up == 0", "{{ with query \"sum(up) by (x)\" }}{{ . | first | label \"instance\" }}{{ end }}", ""),
            ("sum(up) > 0", "{{ (query \"up\" | first).Labels.instance }}", ""),
            ("sum(up) > 0", "{{ $externalLabels.cluster }} {{ $labels }} {{ $value }}", ""),
            ("sum(up) > 0", "{{ range $k, $v := $labels }}{{ $k }}={{ $v }}{{ end }}", ""),
        ]);
    }

    #[test]
    fn labels_that_cannot_be_there_are_reported_with_what_drops_them() {
        check(&[
            ("sum(foo) > 0", "{{ $labels.job }}", "$labels.job <- sum"),
            ("1 + sum(foo) by (notjob) > 0", "{{ .Labels.job }}", ".Labels.job <- by (notjob)"),
            ("absent(sum(foo) by (job))", "{{ $labels.job }}", "$labels.job <- absent"),
            (
                "absent(foo{job=\"x\"}) * on () group_left () bar",
                "{{ .Labels.job }}{{ $labels.cluster }}/{{ $labels.env }}",
                "$labels.cluster <- absent; $labels.env <- absent",
            ),
            ("bar * ignoring (job) foo > 0", "{{ .Labels.job }}", ".Labels.job <- ignoring (job)"),
            ("a / on (instance) b > 0", "{{ $labels.app }}", "$labels.app <- on (instance)"),
            ("foo + on (__name__, job) foo > 0", "{{ $labels.job }}{{ $labels.__name__ }}", "$labels.__name__ <- +"),
            ("sum(foo) > 0", "{{ index $labels \"x-y\" }}", "index $labels \"x-y\" <- sum"),
            ("sum(foo) > 0", "{{ $l := $labels }}{{ $l.job }}", "$l.job <- sum"),
            ("sum(foo) > 0", "{{ if gt $value 1.0 }}{{ $labels.job }}{{ end }}", "$labels.job <- sum"),
            // Templates do not see the labels that the rule or its group adds.
            ("sum(foo) > 0", "{{ .Labels.team }}", ".Labels.team <- sum"),
        ]);
    }

    #[test]
    fn help_says_what_is_misspelt() {
        let help = |expr: &str, annotation: &str| {
            let text = format!(
                "groups: [{{name: g, rules: [{{alert: A, expr: '{}', annotations: {{a: '{}'}}}}]}}]",
                expr, annotation
            );
            let source = Arc::new(SourceFile::new("rules.yml", text.as_str()));
            let found = lint::run_on(&source, &Config::default());
            found.first().and_then(|found| found.help.clone()).unwrap_or_default()
        };
        insta::assert_snapshot!(help("sum by (instnace) (x) > 1", "{{ $labels.instance }}"), @"`instnace` in `by (instnace)` looks misspelt: write `instance`");
        insta::assert_snapshot!(help("sum by (instance) (x) > 1", "{{ $labels.instnace }}"), @"did you mean `instance`?");
        insta::assert_snapshot!(help("sum by (name) (x) > 1", "{{ $labels.namespace }}"), @"add `namespace` to `by (name)`, or do not print it");
        insta::assert_snapshot!(help("absent(sum by (job) (x{job=\"api\"}))", "{{ $labels.job }}"), @"leave the aggregation `sum` inside `absent` out, or write the label's value into the text");
    }

    #[test]
    fn each_label_is_reported_once_with_all_its_places() {
        check(&[(
            "sum(foo) > 0",
            "{{ $labels.job }} {{ .Labels.job }} {{ $labels.job | toUpper }}",
            "$labels.job <- sum, .Labels.job, $labels.job",
        )]);
    }

    #[test]
    fn what_is_printed_only_if_it_is_there_is_not_reported() {
        check(&[
            ("sum(foo) > 0", "{{ if $labels.job }}{{ $labels.job }}{{ end }}", ""),
            ("sum(foo) > 0", "{{ with $labels.job }}{{ . }}{{ end }}", ""),
        ]);
    }

    #[test]
    fn made_up_branches_may_lack_what_the_others_have() {
        check(&[
            ("up == 0 or absent(up)", "{{ $labels.job }}", ""),
            ("(up or vector(1)) > 0", "{{ $labels.job }}", ""),
            // One alternative has it.
            ("sum(foo) by (job) or sum(bar)", "{{ .Labels.job }}", ""),
            ("sum by (p) (a or on () vector(0)) / sum by (p) (b or on () vector(0)) > 0.8", "{{ $labels.p }}", ""),
            ("sum(up) == 0 or absent(up)", "{{ $labels.job }}", "$labels.job <- sum"),
        ]);
    }
}
