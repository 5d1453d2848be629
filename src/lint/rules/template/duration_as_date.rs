//! `template/duration-as-date`: a duration that is printed with `humanizeTimestamp`, or a time with `humanizeDuration`.

use super::printed::{Step, printed};
use crate::facts::{Quantities, Unit, is_known, quantity_of};
use crate::inventory::Inventory;
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryExpr, BinaryOp, ExprKind, ValueType};
use crate::source::{Applicability, Diagnostic, Edit, Span};

static META: Meta =
    meta!("template/duration-as-date", Warning, certain, "a duration is printed as a date, or a date as a duration")
        .fixable();

/// No time since the epoch that anybody asks for is smaller (it is in 1973), and no duration is that long.
const FIRST_TIME: f64 = 1e8;

pub(super) struct DurationAsDate;

impl LintRule for DurationAsDate {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        // A cheap look, before anything is known of the expression.
        let may_print = |template: &TemplateField<'_>| {
            let prints = |what: &What| template.value.text().contains(what.function());
            template.reads_value() && [What::Duration, What::Time].iter().any(prints)
        };
        if !cx.templates().any(may_print) {
            return;
        }
        let Some(expr) = &cx.rule.parsed else { return };
        let Some((what, why)) = What::of(expr, cx.config().inventory()) else { return };
        // A value that is always the same is another rule's.
        if cx.facts().is_none_or(|facts| facts.branches().iter().any(|branch| branch.values.as_constant().is_some())) {
            return;
        }
        for template in cx.templates().filter(|template| may_print(template)) {
            let Ok(parsed) = &template.parsed else { continue };
            // Within branches that depend on the value, it is not clear what they are for.
            for printed in printed(parsed).iter().filter(|printed| !printed.depends_on_value) {
                if let [Step::Function(name, function)] = printed.steps.as_slice()
                    && *name == what.other().function()
                {
                    out.push(report(cx, template, (printed.pipeline, *function), what, why));
                }
            }
        }
    }
}

fn report(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    (printed, written): (Span, Span),
    what: What,
    why: Span,
) -> Diagnostic {
    let (file, function) = (cx.file(), what.function());
    let (message, help) = match what {
        What::Duration => (
            "a duration as a date: a day reads as `1970-01-02 00:00:00 +0000 UTC`",
            "write `{{ $value | humanizeDuration }}`",
        ),
        What::Time => (
            "a time as a duration: it reads as some 20000 days, those since 1970",
            "let the expression yield the age, `time() - … > …`, or write `{{ $value | humanizeTimestamp }}`",
        ),
    };
    let edits = [Edit::replace(written, function)];
    let title = format!("write `{function}`");
    META.diagnostic(format!("{} prints {message}", template.describe()), file.inside(template.value, printed, ""))
        .related(file.inside(&cx.rule.expr, why, format!("the value of the alert is {}", what.name())))
        .help(help)
        .fix(file.fix_inside(template.value, title, &edits, Applicability::Unsafe))
}

/// What the value of an alert is, if that is clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Duration,
    /// Seconds since the epoch.
    Time,
}

impl What {
    const fn other(self) -> What {
        match self {
            What::Duration => What::Time,
            What::Time => What::Duration,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            What::Duration => "a duration",
            What::Time => "a time since the epoch",
        }
    }

    /// What prints it.
    const fn function(self) -> &'static str {
        match self {
            What::Duration => "humanizeDuration",
            What::Time => "humanizeTimestamp",
        }
    }

    /// What all results of an expression are, and the first part of it that is.
    fn of(expr: &Expr, inventory: &Inventory) -> Option<(What, Span)> {
        let known = Known { quantities: Quantities::of(expr, inventory), inventory };
        let (mut pending, mut found) = (vec![expr], None);
        while let Some(whole) = pending.pop() {
            for part in whole.value_parts() {
                let what = match &part.kind {
                    ExprKind::Aggregate(aggregate) if keeps(aggregate.op) => {
                        pending.push(&aggregate.expr);
                        continue;
                    }
                    ExprKind::Binary(operation) if operation.op.is_comparison() => {
                        match known.of_comparison(operation)? {
                            Compared::Is(what) => what,
                            Compared::As(kept) => {
                                pending.push(kept);
                                continue;
                            }
                        }
                    }
                    _ => known.measured(part)?,
                };
                let (all, _) = *found.get_or_insert((what, part.span));
                if all != what {
                    return None;
                }
            }
        }
        found
    }
}

/// What a comparison says of its value.
enum Compared<'e> {
    Is(What),
    /// No more than what this part says itself.
    As(&'e Expr),
}

struct Known<'i> {
    quantities: Quantities,
    inventory: &'i Inventory,
}

impl Known<'_> {
    /// `None` where it is not clear.
    fn of_comparison<'e>(&self, comparison: &'e BinaryExpr) -> Option<Compared<'e>> {
        if comparison.bool_modifier.is_some() {
            return None;
        }
        let (kept, limit) = comparison.kept_side();
        if let Some(number) = self.quantities.number(limit) {
            let is_short = number.abs() < FIRST_TIME;
            if self.is_difference(kept) {
                return (is_short && comparison.op != BinaryOp::Equal).then_some(Compared::Is(What::Duration));
            }
            // `x > 0`: it is set.
            if number == 0.0 {
                return passes_what_is_set(comparison).then_some(Compared::As(kept));
            }
            let unit = self.quantities.node(kept.id).unit;
            // 0 and 1 may be a state that has been given a time's name.
            let is_long = unit == Some(Unit::Seconds) && !counts_timestamps(kept);
            if is_short && is_long && number > 1.0 && comparison.op != BinaryOp::Equal {
                return Some(Compared::Is(What::Duration));
            }
            return (!is_short).then_some(Compared::As(kept));
        }
        if self.is_now(limit) && !calls_time(kept) && !self.is_subtraction(kept) {
            return Some(Compared::Is(What::Time));
        }
        Some(Compared::As(kept))
    }

    /// What an expression measures, if there is no doubt of it: names that say seconds may mean those since the epoch.
    fn measured(&self, expr: &Expr) -> Option<What> {
        match &expr.kind {
            _ if self.is_time(expr) => Some(What::Time),
            ExprKind::Binary(operation) if operation.op == BinaryOp::Sub => {
                (self.is_time(&operation.lhs) && self.is_time(&operation.rhs)).then_some(What::Duration)
            }
            ExprKind::Call(call) if call.function.name == "histogram_quantile" => {
                (self.quantities.node(expr.id).unit == Some(Unit::Seconds)).then_some(What::Duration)
            }
            _ => None,
        }
    }

    /// Whether a number is taken from `time()`, or it from a number, neither of them scaled: `max by (job) (time() - x)`.
    fn is_difference(&self, expr: &Expr) -> bool {
        let mut part = expr;
        loop {
            part = match &part.kind {
                ExprKind::Paren(inner) => inner,
                ExprKind::Aggregate(aggregate) if keeps(aggregate.op) => &aggregate.expr,
                ExprKind::Call(call) if call.function.name == "abs" => match call.args.first() {
                    Some(argument) => argument,
                    None => return false,
                },
                ExprKind::Binary(operation) if operation.op == BinaryOp::Sub => {
                    let is_between = |now: &Expr, then: &Expr| {
                        self.is_now(now) && self.quantities.number(then).is_none() && !calls_time(then)
                    };
                    return is_between(&operation.lhs, &operation.rhs) || is_between(&operation.rhs, &operation.lhs);
                }
                _ => return false,
            };
        }
    }

    /// `time()`, `time() - 86400`.
    fn is_now(&self, expr: &Expr) -> bool {
        let mut part = expr;
        loop {
            part = match &part.kind {
                ExprKind::Paren(inner) => inner,
                ExprKind::Call(call) => return call.function.name == "time",
                ExprKind::Binary(operation) => match self.without_offset(operation) {
                    Some(inner) => inner,
                    None => return false,
                },
                _ => return false,
            };
        }
    }

    /// Whether it is a time by a name that leaves no doubt, or by a function.
    fn is_time(&self, expr: &Expr) -> bool {
        let mut part = expr;
        loop {
            part = match &part.kind {
                ExprKind::Paren(inner) => inner,
                ExprKind::Vector(_) | ExprKind::Matrix(_) => {
                    return part
                        .selector()
                        .and_then(|selector| selector.metric_name())
                        .is_some_and(|name| is_name_of_time(name, self.inventory));
                }
                ExprKind::Aggregate(aggregate) if keeps(aggregate.op) => &aggregate.expr,
                ExprKind::Call(call) => match (call.function.name, call.args.first()) {
                    ("time" | "timestamp", _) => return true,
                    (
                        "max_over_time" | "min_over_time" | "last_over_time" | "scalar" | "sort" | "sort_desc"
                        | "label_replace" | "label_join",
                        Some(argument),
                    ) => argument,
                    _ => return false,
                },
                ExprKind::Binary(operation) => match operation.op {
                    BinaryOp::And | BinaryOp::Unless => &operation.lhs,
                    op if op.is_comparison() => {
                        let (kept, limit) = operation.kept_side();
                        let is_zero = self.quantities.number(limit) == Some(0.0);
                        if operation.bool_modifier.is_some() || !(is_zero && passes_what_is_set(operation)) {
                            return false;
                        }
                        kept
                    }
                    _ => match self.without_offset(operation) {
                        Some(inner) => inner,
                        None => return false,
                    },
                },
                _ => return false,
            };
        }
    }

    /// `x` of `x + 60`, `x - 60` and `60 + x`.
    fn without_offset<'e>(&self, operation: &'e BinaryExpr) -> Option<&'e Expr> {
        let is_offset = |side| self.quantities.number(side).is_some_and(|number| number.abs() < FIRST_TIME);
        match operation.op {
            BinaryOp::Add | BinaryOp::Sub if is_offset(&operation.rhs) => Some(&operation.lhs),
            BinaryOp::Add if is_offset(&operation.lhs) => Some(&operation.rhs),
            _ => None,
        }
    }

    /// Whether something that is no number is taken from something else.
    fn is_subtraction(&self, expr: &Expr) -> bool {
        match &expr.without_parens().kind {
            ExprKind::Binary(operation) => {
                operation.op == BinaryOp::Sub && self.quantities.number(&operation.rhs).is_none()
            }
            _ => false,
        }
    }
}

/// Whether a comparison with 0 keeps what is more: `x > 0`, `0 != x`.
fn passes_what_is_set(comparison: &BinaryExpr) -> bool {
    match comparison.op {
        BinaryOp::NotEqual => true,
        BinaryOp::Greater => comparison.lhs.value_type() != ValueType::Scalar,
        BinaryOp::Less => comparison.lhs.value_type() == ValueType::Scalar,
        _ => false,
    }
}

/// Whether an aggregation of times yields a time, and one of durations a duration.
const fn keeps(op: AggregateOp) -> bool {
    matches!(op, AggregateOp::Max | AggregateOp::Min | AggregateOp::Avg | AggregateOp::TopK | AggregateOp::BottomK)
}

/// Whether a metric is a time: `start_time_seconds` may be how long a start takes.
fn is_name_of_time(name: &str, inventory: &Inventory) -> bool {
    let is_clear = name.ends_with("_timestamp_seconds") || name.ends_with("_timestamp");
    (is_clear || is_known(name)) && quantity_of(name, inventory).unit == Some(Unit::Timestamp)
}

/// Whether it reads a counter that is not one of seconds by its name: `samples_with_old_timestamp_total`.
fn counts_timestamps(expr: &Expr) -> bool {
    expr.any(|part| part.metric_name().is_some_and(|name| name.ends_with("_timestamp_total")))
}

fn calls_time(expr: &Expr) -> bool {
    expr.any(|part| matches!(&part.kind, ExprKind::Call(call) if call.function.name == "time"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql;

    fn what(text: &str) -> Option<What> {
        let expr = promql::parse(text, &promql::ParseOptions::default()).unwrap();
        What::of(&expr, &Inventory::default()).map(|(what, _)| what)
    }

    #[test]
    fn durations() {
        for text in [
            "time() - restic_last_snapshot > 86400",
            "(time() - restic_last_snapshot) > 60 * 60 * 24",
            "86400 < time() - restic_last_snapshot",
            "max by (job) (time() - backup_last) > 3600 and on(job) up == 1",
            "max by (job) (time() - backup_last > 3600)",
            "cert_not_after - time() < 14 * 86400",
            "abs(time() - x) > 30",
            "time() - timestamp(x) > on(job) limit",
            "time() - max_over_time(x_timestamp_seconds[1d])",
            "time() - (x_timestamp_seconds > 0) > 3600 or time() - y > 60",
            "histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))",
            "x_delay_seconds > 300",
        ] {
            assert_eq!(what(text), Some(What::Duration), "{text}");
        }
    }

    #[test]
    fn times() {
        for text in [
            "backup_last_success_timestamp_seconds < time() - 86400",
            "backup_last < time() - 86400",
            "time() - 86400 > backup_last",
            "max by (job) (backup_last_ms / 1000) < (time() - 60 * 60)",
            "backup_last + 86400 < time()",
            "x_timestamp_seconds > 0",
            "0 < x_timestamp_seconds unless up",
            "max(x_timestamp_seconds) or timestamp(up)",
            "process_start_time_seconds > on(job) other",
            "x_timestamp_seconds > 1700000000",
        ] {
            assert_eq!(what(text), Some(What::Time), "{text}");
        }
    }

    #[test]
    fn what_is_not_clear() {
        for text in [
            "time() - x",
            "time() - x > on() limit",
            "time() - x > bool 86400",
            "time() - x > 1600000000",
            "time() - x == 0",
            "(time() - x) / 3600 > 24",
            "time() - backup_last_success_seconds",
            "time() * 1000 - x > 5000",
            "backup_last_success_seconds",
            "backup_last_success_seconds > 0",
            "x_seconds > 1700000000",
            "increase(samples_with_old_timestamp_total[5m]) > 3",
            "x_timestamp_seconds > 86400",
            "x_timestamp_seconds == 0",
            "x_timestamp_seconds < bool time() - 86400",
            "x_ms < (time() - 86400) * 1000",
            "time() - x < time() - 5",
            "a - b < time()",
            "jvm_start_time_seconds > 0",
            "count(x_timestamp_seconds)",
            "sum(x_timestamp_seconds)",
            "x_timestamp_seconds > 0 or up",
            "x_timestamp_seconds > 0 or time() - y > 5",
            "job:x_seconds:p99",
            "up == 0",
        ] {
            assert_eq!(what(text), None, "{text}");
        }
    }
}
