//! `promql/impossible-match`: an operator that compares a label which only one of its sides has.

use crate::facts::{Conflict, ConflictKind, Dropped};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("promql/impossible-match", Error, certain, "the two sides of an operator can never match");

pub(super) struct ImpossibleMatch;

impl LintRule for ImpossibleMatch {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(facts) = cx.facts() else { return };
        for conflict in &facts.conflicts {
            out.push(match conflict.kind {
                ConflictKind::Lacking { dropped, left_lacks, scraped } => {
                    lacking(cx, conflict, dropped, left_lacks, scraped)
                }
                ConflictKind::Idle { dropped, left_lacks } => idle(cx, conflict, dropped, left_lacks),
                ConflictKind::Disjoint { left, right } => disjoint(cx, conflict, left, right),
            });
        }
    }
}

/// The operator as it is written, and what comes of it where nothing matches.
fn operator<'a>(cx: &RuleContext<'a>, conflict: &Conflict) -> (&'a str, &'static str) {
    let op = conflict.operator.slice(cx.rule.expr.text());
    (op, effect_of(op))
}

/// What comes of an operator, as it is written, where nothing matches.
pub(super) fn effect_of(op: &str) -> &'static str {
    if op.eq_ignore_ascii_case("unless") { "removes nothing" } else { "yields nothing" }
}

fn compare_others(op: &str, label: &str) -> String {
    format!("compare only labels that both sides have: `{op} on (…)` or `{op} ignoring ({label})`")
}

fn lacking(cx: &RuleContext<'_>, conflict: &Conflict, dropped: Dropped, left_lacks: bool, scraped: bool) -> Diagnostic {
    let (file, expr, label) = (cx.file(), &cx.rule.expr, &conflict.label);
    let (op, effect) = operator(cx, conflict);
    let (side, other) = if left_lacks { ("left", "right") } else { ("right", "left") };
    let by_inventory = !cx.config().facts.target_labels.contains(label);
    let has = match scraped {
        true if by_inventory => format!("; by the inventory all series on the {other} have it"),
        true => format!("; the series on the {other} have it, as all that Prometheus scrapes"),
        false => String::new(),
    };
    // What is pushed may come without the label, and only its owner knows.
    let way_out = match scraped && !by_inventory {
        true => format!(
            "; where the series on the {other} come without `{label}` (Pushgateway with `honor_labels`, OTLP), leave it out of `target-labels` of \
             `[facts]` in promproof.toml"
        ),
        false => String::new(),
    };
    let message = format!("`{op}` {effect}: it compares `{label}`, which its {side} side cannot have{has}");
    META.diagnostic(message, file.inside(expr, conflict.operator, format!("compares `{label}`")))
        .related(file.inside(expr, dropped.span, format!("no `{label}` behind this")))
        .help(match conflict.listed {
            true => format!("remove `{label}` from `on`, or keep it on the {side} side{way_out}"),
            false => format!("{}{way_out}", compare_others(op, label)),
        })
}

fn idle(cx: &RuleContext<'_>, conflict: &Conflict, dropped: Dropped, left_lacks: bool) -> Diagnostic {
    let (file, expr, label) = (cx.file(), &cx.rule.expr, &conflict.label);
    let (op, effect) = operator(cx, conflict);
    let (side, other) = if left_lacks { ("left", "right") } else { ("right", "left") };
    let message = format!("`{op}` {effect} where the {other} side has `{label}`, which the {side} side cannot have");
    META.diagnostic(message, file.inside(expr, conflict.operator, format!("compares `{label}`")))
        .related(file.inside(expr, dropped.span, format!("no `{label}` behind this")))
        .help(format!("{}; or remove `{label}` from the {other} side", compare_others(op, label)))
}

fn disjoint(cx: &RuleContext<'_>, conflict: &Conflict, left: Span, right: Span) -> Diagnostic {
    let (file, expr, label) = (cx.file(), &cx.rule.expr, &conflict.label);
    let (op, effect) = operator(cx, conflict);
    let message = format!("`{op}` {effect}: it compares `{label}`, of which both sides select different values");
    META.diagnostic(message, file.inside(expr, conflict.operator, format!("compares `{label}`")))
        .related(file.inside(expr, left, "on the left"))
        .related(file.inside(expr, right, "on the right"))
        .help(match conflict.listed {
            true => format!("remove `{label}` from `on`"),
            false => format!("leave `{label}` out: `{op} ignoring ({label})`"),
        })
}
