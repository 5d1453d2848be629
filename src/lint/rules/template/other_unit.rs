//! `template/other-unit`: a value is printed with a unit that it does not have.

use super::printed::{Printed, Step, printed};
use super::prose::{Prose, prose};
use super::ratio_as_percent::sign_at_start;
use super::unit_words::{Named, UnitWord, unit_at_start};
use crate::facts::{Kind, Quantities, Unit, quantity_of};
use crate::inventory::Inventory;
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::gofmt::format_v;
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryOp, ExprKind};
use crate::rules::Field;
use crate::source::{Applicability, Diagnostic, Edit, Fix, Span};

static META: Meta =
    meta!("template/other-unit", Warning, likely, "a value is printed with a unit that it does not have")
        .on_by_default()
        .fixable();

pub(super) struct OtherUnit;

impl LintRule for OtherUnit {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        let mut measured = None;
        for template in cx.templates().filter(|template| template.reads_value()) {
            let Ok(parsed) = &template.parsed else { continue };
            for printed in printed(parsed) {
                let Some(shown) = Shown::of(&printed) else { continue };
                let measured = *measured.get_or_insert_with(|| Measured::of(expr, cx.config().inventory()));
                let Some(measured) = measured else { return };
                out.extend(measured.is_other_than(&shown).then(|| report(cx, template, &printed, &shown, measured)));
            }
        }
        out.extend(other_limit(cx, expr));
    }
}

/// The unit in which a value is shown.
struct Shown<'t> {
    named: Named,
    by: By<'t>,
}

enum By<'t> {
    /// A word behind the action, and its bytes.
    Word(&'t str, Span),
    /// A word in the format of `printf`.
    Format(&'t str),
    /// A function that writes the unit.
    Function(&'t str),
}

impl<'t> Shown<'t> {
    fn of(printed: &Printed<'t>) -> Option<Shown<'t>> {
        let functions = printed.steps.iter().filter_map(|step| match step {
            Step::Function(name, _) => Some(*name),
            Step::Printf(_) => None,
        });
        for name in functions {
            let named = match name {
                "humanize" | "humanize1024" => continue,
                // With a second sign behind it: `template/ratio-as-percent` says so first.
                "humanizePercentage" if sign_at_start(printed.behind.0).is_some() => return None,
                "humanizePercentage" => Named::Percent,
                "humanizeDuration" => Named::Time(1.0),
                _ => return None,
            };
            return Some(Shown { named, by: By::Function(name) });
        }
        if let Some(Step::Printf(format)) = printed.steps.last()
            && !format.behind.is_empty()
        {
            let UnitWord { named, start, end } = unit_behind(format.behind)?;
            return Some(Shown { named, by: By::Format(format.behind.get(start..end)?) });
        }
        let (text, at) = printed.behind;
        let UnitWord { named, start, end } = unit_behind(text)?;
        Some(Shown { named, by: By::Word(text.get(start..end)?, Span::new(at + start, at + end)) })
    }
}

fn unit_behind(text: &str) -> Option<UnitWord> {
    unit_at_start(text).filter(|unit| !unit.is_caption(text))
}

/// What the value of an alert measures.
#[derive(Clone, Copy)]
struct Measured {
    what: What,
    /// The first part of the expression that does.
    span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Unit(Unit),
    /// The rate of a counter of what has no unit.
    EventsPerSecond,
}

impl Measured {
    /// `None` where it is not known, or not of all results.
    fn of(expr: &Expr, inventory: &Inventory) -> Option<Measured> {
        let quantities = Quantities::of(expr, inventory);
        let mut found: Option<Measured> = None;
        for part in expr.value_parts() {
            let what = match quantities.node(part.id).unit {
                Some(unit) => What::Unit(unit),
                None if counts_events(part, inventory) => What::EventsPerSecond,
                None => return None,
            };
            let span = match &part.kind {
                ExprKind::Binary(comparison) if comparison.op.is_comparison() => comparison.kept_side().0.span,
                _ => part.span,
            };
            if found.get_or_insert(Measured { what, span }).what != what {
                return None;
            }
        }
        found
    }

    const fn name(self) -> &'static str {
        match self.what {
            What::Unit(unit) => unit.name(),
            What::EventsPerSecond => "events per second",
        }
    }

    /// Whether what is shown is another unit. Of ratios, percentages and times since the epoch other rules speak.
    fn is_other_than(self, shown: &Shown<'_>) -> bool {
        let is_function = matches!(shown.by, By::Function(_));
        match self.what {
            What::Unit(Unit::Seconds) => shown.named != Named::Time(1.0),
            What::Unit(Unit::Milliseconds) => shown.named != Named::Time(1e-3),
            What::Unit(Unit::Bytes | Unit::BytesPerSecond) => shown.named != Named::Data(1.0),
            What::Unit(Unit::Percent) => is_function && shown.named != Named::Percent,
            What::Unit(Unit::Ratio | Unit::Timestamp) => false,
            What::EventsPerSecond => is_function && shown.named == Named::Percent,
        }
    }
}

/// Whether an expression is the rate of a counter of what has no unit: `sum(rate(x_failures_total[5m])) > 0`.
fn counts_events(expr: &Expr, inventory: &Inventory) -> bool {
    let mut part = expr;
    loop {
        part = match &part.kind {
            ExprKind::Paren(inner) => inner,
            ExprKind::Aggregate(aggregate) => match aggregate.op {
                AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Max | AggregateOp::Min => &aggregate.expr,
                _ => return false,
            },
            ExprKind::Binary(comparison) if comparison.op.is_comparison() && comparison.bool_modifier.is_none() => {
                comparison.kept_side().0
            }
            ExprKind::Call(call) if matches!(call.function.name, "rate" | "irate") => {
                let selector = call.args.first().and_then(Expr::selector);
                let name = selector.and_then(|selector| selector.metric_name());
                return name.is_some_and(|name| {
                    let is_counter = quantity_of(name, inventory).kind == Some(Kind::Counter);
                    // `cpu_usage_total` may count seconds.
                    is_counter
                        && !["cpu", "time", "duration", "usage", "busy", "idle"].iter().any(|word| name.contains(word))
                });
            }
            _ => return false,
        };
    }
}

fn report(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    printed: &Printed<'_>,
    shown: &Shown<'_>,
    measured: Measured,
) -> Diagnostic {
    let name = measured.name();
    let (what, reads) = match shown.by {
        By::Word(word, _) | By::Format(word) if word == "%" => ("percent".to_owned(), "2%".to_owned()),
        By::Word(word, _) | By::Format(word) => (format!("`{word}`"), format!("2 {word}")),
        By::Function("humanizePercentage") => ("a percentage".to_owned(), "200%".to_owned()),
        By::Function(_) => ("seconds".to_owned(), "2s".to_owned()),
    };
    let message = format!("{} prints {name} as {what}: 2 {name} read as `{reads}`", template.describe());
    let end = match shown.by {
        By::Word(_, word) => word.end(),
        _ => printed.pipeline.end(),
    };
    let file = cx.file();
    META.diagnostic(message, file.inside(template.value, printed.pipeline.ending_at(end), ""))
        .related(file.inside(&cx.rule.expr, measured.span, format!("the value is in {name}")))
        .help(if is_of_other_side(cx, shown) { OTHER_SIDE } else { measured.help() })
        .fix(fix(cx, template, printed, shown, measured))
}

const OTHER_SIDE: &str = "put what is to be printed on the left side of `and`: the value is that side's";

/// Whether a percentage is printed and the right side of `and` is one: `max_bytes > 0 and used_bytes / max_bytes > 0.9`.
fn is_of_other_side(cx: &RuleContext<'_>, shown: &Shown<'_>) -> bool {
    let Some(expr) = &cx.rule.parsed else { return false };
    let ExprKind::Binary(both) = &expr.without_parens().kind else { return false };
    shown.named == Named::Percent
        && both.op == BinaryOp::And
        && matches!(
            Quantities::of(expr, cx.config().inventory()).node(both.rhs.id).unit,
            Some(Unit::Ratio | Unit::Percent)
        )
}

impl Measured {
    const fn help(self) -> &'static str {
        match self.what {
            What::EventsPerSecond => {
                "write `{{ $value | humanize }} per second`, or divide by the rate of everything for a ratio"
            }
            What::Unit(Unit::Milliseconds) => {
                "write `{{ $value }}ms`, or let the expression yield seconds (`… / 1000`) and write `humanizeDuration`"
            }
            What::Unit(Unit::Bytes) => "write `{{ $value | humanize1024 }}B`",
            What::Unit(Unit::BytesPerSecond) => "write `{{ $value | humanize1024 }}B/s`",
            What::Unit(Unit::Percent) => "write `{{ $value | humanize }}%`",
            What::Unit(_) => "write `{{ $value | humanizeDuration }}` without a unit behind it",
        }
    }
}

/// A fix where the text names another unit of the same kind behind the action.
fn fix(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    printed: &Printed<'_>,
    shown: &Shown<'_>,
    measured: Measured,
) -> Option<Fix> {
    let By::Word(word, place) = shown.by else { return None };
    let value = printed.value.slice(template.value.text());
    let through = |function: &str| Edit::replace(printed.pipeline, format!("{value} | {function}"));
    let (title, edits) = match (measured.what, shown.named) {
        (What::Unit(Unit::Seconds), Named::Time(_)) => {
            let unit = Span::new(printed.behind.1, place.end());
            // With a bracket before the unit there is one behind it, and `-}}` would take the blank behind the unit away.
            let text = template.value.text();
            let trims = text.get(..unit.start()).is_none_or(|before| before.trim_end().ends_with("-}}"));
            if trims || unit.slice(text).contains(['(', '[']) {
                return None;
            }
            ("write `humanizeDuration`", vec![through("humanizeDuration"), Edit::replace(unit, "")])
        }
        (What::Unit(Unit::Milliseconds), Named::Time(_)) => {
            let unit = if word.len() > 3 { "milliseconds" } else { "ms" };
            ("name the unit of the value", vec![Edit::replace(place, unit)])
        }
        (What::Unit(Unit::Bytes | Unit::BytesPerSecond), Named::Data(_)) => {
            ("write `humanize1024`", vec![through("humanize1024"), Edit::replace(place, "B")])
        }
        _ => return None,
    };
    cx.file().fix_inside(template.value, title, &edits, Applicability::Unsafe)
}

/// An annotation that names the number with which a time is compared, in seconds for milliseconds or the other way round.
fn other_limit(cx: &RuleContext<'_>, expr: &Expr) -> Option<Diagnostic> {
    // A cheap look at the texts: the names of nearly all times say so.
    let has_number = |(_, value): &(Field, Field)| value.text().bytes().any(|byte| byte.is_ascii_digit());
    if !cx.rule.expr.text().contains("seconds") || !cx.rule.annotations.iter().any(has_number) {
        return None;
    }
    let prose = prose(cx);
    let named: Vec<_> = prose.iter().filter_map(only_time).collect();
    let limit = (!named.is_empty()).then(|| Limit::of(expr, cx.config().inventory()))??;
    let is = |time: f64, wanted: f64| (time / wanted - 1.0).abs() < 1e-9;
    if prose.iter().any(|prose| times(prose).any(|(time, ..)| is(time, limit.seconds))) {
        return None;
    }
    let waits = waits(cx, expr);
    let (_, span, prose) = named.iter().find(|(time, ..)| {
        let is_other = is(*time, limit.seconds * 1000.0) || is(*time, limit.seconds / 1000.0);
        is_other && !waits.iter().any(|wait| is(*time, *wait))
    })?;
    let (file, said) = (cx.file(), span.slice(prose.value.text()));
    let message = format!("{} says {said}, and the rule compares with {}", prose.describe(), limit.shown);
    Some(
        META.diagnostic(message, file.inside(prose.value, *span, ""))
            .related(file.inside(&cx.rule.expr, limit.span, "compared with this"))
            .help("write the number in the unit of the value, or say what the rule does"),
    )
}

/// A number with which a time is compared.
struct Limit {
    span: Span,
    seconds: f64,
    /// With the unit of the value.
    shown: String,
}

impl Limit {
    fn of(expr: &Expr, inventory: &Inventory) -> Option<Limit> {
        let ExprKind::Binary(comparison) = &expr.value_parts().next()?.kind else { return None };
        if !comparison.op.is_comparison() || comparison.bool_modifier.is_some() {
            return None;
        }
        let (kept, limit) = comparison.kept_side();
        let quantities = Quantities::of(expr, inventory);
        let number = quantities.number(limit).filter(|number| *number > 0.0)?;
        let unit = quantities.node(kept.id).unit?;
        let seconds = match unit {
            Unit::Seconds => number,
            Unit::Milliseconds => number / 1000.0,
            _ => return None,
        };
        let name = if number == 1.0 { unit.name().trim_end_matches('s') } else { unit.name() };
        Some(Limit { span: limit.span, seconds, shown: format!("{} {name}", format_v(number)) })
    }
}

/// The time that a text names, where it is a single one. Of two, one may be something else.
fn only_time<'p, 'c>(prose: &'p Prose<'c>) -> Option<(f64, Span, &'p Prose<'c>)> {
    let mut times = times(prose);
    let (time, span, unit) = times.next()?;
    // A window of five minutes is a thousand times 0.3 seconds, but nobody mistakes the one for the other.
    let is_mistaken = unit <= 1.0;
    (is_mistaken && times.all(|(other, ..)| other == time)).then_some((time, span, prose))
}

/// The times that a text names, in seconds, and the unit of each.
fn times<'p>(prose: &'p Prose<'_>) -> impl Iterator<Item = (f64, Span, f64)> + 'p {
    prose.numbers().filter_map(|(number, at)| {
        let word = unit_at_start(prose.text.get(at.end()..)?)?;
        let Named::Time(seconds) = word.named else { return None };
        Some((number * seconds, at.ending_at(at.end() + word.end), seconds))
    })
}

/// How long a rule waits and looks back, in seconds: a text may speak of that.
fn waits(cx: &RuleContext<'_>, expr: &Expr) -> Vec<f64> {
    let rule = cx.rule;
    let mut all = vec![rule.for_ms, rule.keep_firing_for_ms];
    expr.walk(&mut |part| all.extend(part.range().and_then(|range| range.literal_ms())));
    all.into_iter().map(|ms| ms as f64 / 1000.0).collect()
}
