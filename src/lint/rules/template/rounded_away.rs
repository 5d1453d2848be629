//! `template/rounded-away`: a value is printed with so few digits that it reads as 0 where the alert fires.

use std::cell::OnceCell;

use super::printed::{Format, Printed, Step, printed};
use super::ratio_as_percent::{Value, value_of};
use super::unformatted_value::fraction;
use crate::facts::{Quantities, Unit, quantity_of};
use crate::inventory::Inventory;
use crate::lint::context::{RuleContext, TemplateField};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::gofmt::{FloatVerb, format_float, format_v};
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind};
use crate::source::{Applicability, Diagnostic, Edit, Span};

static META: Meta =
    meta!("template/rounded-away", Warning, certain, "a value is printed with so few digits that it reads as 0")
        .fixable();

pub(super) struct RoundedAway;

impl LintRule for RoundedAway {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        // A cheap look, before anything is known of the expression.
        let may_round =
            |template: &TemplateField<'_>| template.reads_value() && template.value.text().contains("printf");
        if !cx.templates().any(may_round) {
            return;
        }
        let Some(expr) = &cx.rule.parsed else { return };
        let Some(limits) = Limits::of(cx, expr) else { return };
        let is_ratio = is_ratio(expr, cx.config().inventory());
        for template in cx.templates().filter(|template| may_round(template)) {
            let Ok(parsed) = &template.parsed else { continue };
            let printed = printed(parsed);
            out.extend(printed.iter().filter_map(|printed| check(cx, template, printed, &limits, is_ratio)));
        }
    }
}

fn check(
    cx: &RuleContext<'_>,
    template: &TemplateField<'_>,
    printed: &Printed<'_>,
    limits: &Limits,
    is_ratio: bool,
) -> Option<Diagnostic> {
    let Some((Step::Printf(format), _)) = printed.steps.split_first() else { return None };
    let decimals = format.decimals()?;
    let has_sign = printed.behind.0.trim_start_matches(' ').starts_with('%');
    // Of a ratio with a percent sign `template/ratio-as-percent` says what to write.
    if printed.depends_on_value || !limits.are_rounded_away(decimals) || (is_ratio && has_sign) {
        return None;
    }
    let file = cx.file();
    let up_to = format_v(format!("5e-{}", decimals + 1).parse().unwrap_or_default());
    let message = format!(
        "{} prints 0 for all values up to {up_to}, and the alert {}",
        template.describe(),
        limits.first.fires()
    );
    let found = META.diagnostic(message, file.inside(template.value, printed.pipeline, "")).related(file.inside(
        &cx.rule.expr,
        limits.first.span,
        "compared with this",
    ));
    let (help, edit) =
        if is_ratio { as_percentage(template, printed, format, limits) } else { with_more_digits(format, limits) };
    let fix = edit.and_then(|edit| file.fix_inside(template.value, help.clone(), &[edit], Applicability::Unsafe));
    Some(found.help(help).fix(fix))
}

/// What to write for a ratio, and a fix where the format holds nothing else but a percent sign.
fn as_percentage(
    template: &TemplateField<'_>,
    printed: &Printed<'_>,
    format: &Format<'_>,
    limits: &Limits,
) -> (String, Option<Edit>) {
    let value = printed.value.slice(template.value.text());
    let written = format!("{value} | humanizePercentage");
    // With the quotes.
    let is_alone = format.raw.len() == format.verb.len() + format.behind.len() + 2;
    let is_named_behind = names_percent(printed.behind.0);
    if is_named_behind || names_percent(format.behind) {
        let help = format!("write `{{{{ {written} }}}}`, which writes the percent sign itself");
        let fix = is_alone && format.behind == "%%" && !is_named_behind;
        return (help, fix.then(|| Edit::replace(printed.pipeline, written)));
    }
    if is_alone && format.behind.is_empty() {
        (format!("write `{{{{ {written} }}}}`"), Some(Edit::replace(printed.pipeline, written)))
    } else {
        with_more_digits(format, limits)
    }
}

/// Whether a text begins with a percent sign or the word for it.
fn names_percent(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '(', '[', '-']).to_ascii_lowercase();
    ["%", "percent", "per cent", "per-cent", "pct"].iter().any(|name| text.starts_with(name))
}

/// More digits of the value, and a fix of the verb in a format: `%5.0f` becomes `%5.2f`.
fn with_more_digits(format: &Format<'_>, limits: &Limits) -> (String, Option<Edit>) {
    let decimals = limits.decimals();
    // Of the smallest ones no reader counts the zeros.
    let digits = if limits.are_rounded_away(decimals) { ".3g".to_owned() } else { format!(".{decimals}f") };
    let edit = || {
        let mut places = format.raw.match_indices(format.verb);
        let (Some((at, verb)), None) = (places.next(), places.next()) else { return None };
        let before = verb.get(..verb.len() - 1)?.split('.').next()?;
        let start = format.span.start() + at;
        Some(Edit::replace(Span::new(start, start + verb.len()), format!("{before}{digits}")))
    };
    (format!("print more digits: `%{digits}`"), edit())
}

/// A number with which the value of the alert is compared, where small fractions of 1 fire.
struct Limit {
    value: f64,
    span: Span,
    /// How values that fire compare with it.
    op: BinaryOp,
}

impl Limit {
    fn fires(&self) -> String {
        let value = format_v(self.value);
        match self.op {
            BinaryOp::Greater => format!("fires above {value}"),
            BinaryOp::GreaterEqual => format!("fires from {value} on"),
            BinaryOp::LessEqual => format!("fires at {value} and below"),
            _ => format!("fires below {value}"),
        }
    }
}

/// What the results of an expression are compared with, all of them.
struct Limits {
    first: Limit,
    greatest: f64,
}

impl Limits {
    fn of(cx: &RuleContext<'_>, expr: &Expr) -> Option<Limits> {
        let known = Known { cx, expr, quantities: OnceCell::new() };
        let mut limits = expr.value_parts().map(|part| known.limit(part));
        let first = limits.next()??;
        let greatest = limits.try_fold(first.value, |greatest, limit| Some(limit?.value.max(greatest)))?;
        Some(Limits { first, greatest })
    }

    /// Whether a number with so many digits behind the point is 0 beside each limit.
    fn are_rounded_away(&self, decimals: usize) -> bool {
        // 0.5 itself is rounded to 0, what is greater is not.
        let text = format_float(self.greatest.next_up(), FloatVerb::Decimal, Some(decimals));
        text.bytes().all(|digit| matches!(digit, b'0' | b'.'))
    }

    /// So many digits behind the point show the limits.
    fn decimals(&self) -> usize {
        let text = format_float(self.first.value, FloatVerb::Decimal, None);
        text.split_once('.').map_or(0, |(_, digits)| digits.len()).clamp(2, 6)
    }
}

struct Known<'c, 'a> {
    cx: &'c RuleContext<'a>,
    expr: &'c Expr,
    /// Most limits are written as numbers, and too great.
    quantities: OnceCell<Quantities>,
}

impl Known<'_, '_> {
    /// The limit of a comparison that keeps fractions; of `a > 0.01 < 0.5` the first one.
    fn limit(&self, expr: &Expr) -> Option<Limit> {
        let mut part = expr;
        loop {
            let ExprKind::Binary(comparison) = &part.kind else { return None };
            if !comparison.op.is_comparison() || comparison.bool_modifier.is_some() {
                return None;
            }
            let (kept, limit) = comparison.kept_side();
            let value = self.number(limit).filter(|value| *value > 0.0)?;
            let op = operator(comparison, kept);
            let is_least = match op {
                BinaryOp::Greater | BinaryOp::GreaterEqual => true,
                BinaryOp::Less | BinaryOp::LessEqual => false,
                _ => return None,
            };
            let inner = kept.without_parens();
            if !is_least && matches!(&inner.kind, ExprKind::Binary(inner) if inner.op.is_comparison()) {
                part = inner;
                continue;
            }
            // No format rounds more than that away.
            let keeps = value < 0.5 && self.is_fraction(kept) && (is_least || self.is_never_negative(kept));
            return keeps.then_some(Limit { value, span: limit.span, op });
        }
    }

    fn quantities(&self) -> &Quantities {
        self.quantities.get_or_init(|| Quantities::of(self.expr, self.cx.config().inventory()))
    }

    fn number(&self, expr: &Expr) -> Option<f64> {
        match &expr.without_parens().kind {
            ExprKind::Number(number) => Some(number.value),
            _ => self.quantities().number(expr),
        }
    }

    /// Whether the values are seldom whole numbers.
    fn is_fraction(&self, expr: &Expr) -> bool {
        // The increase of a counter is about a whole number.
        let is_counted = |span: Span| matches!(span.slice(self.cx.rule.expr.text()), "increase" | "delta");
        let is_ratio = || self.quantities().node(expr.id).unit == Some(Unit::Ratio) && !is_rounded(expr);
        fraction(expr).is_some_and(|span| !is_counted(span)) || is_ratio()
    }

    fn is_never_negative(&self, expr: &Expr) -> bool {
        let branches = self.cx.facts().and_then(|facts| facts.node(expr.id));
        branches.is_some_and(|branches| branches.iter().all(|branch| branch.values.low >= 0.0))
    }
}

/// Whether the expression may yield whole numbers of what is none.
fn is_rounded(expr: &Expr) -> bool {
    expr.any(|part| match &part.kind {
        ExprKind::Call(call) => matches!(call.function.name, "round" | "floor" | "ceil" | "sgn"),
        ExprKind::Binary(operation) => operation.op == BinaryOp::Equal,
        _ => false,
    })
}

/// A comparison's operator, where the side that it keeps is the left one.
fn operator(comparison: &BinaryExpr, kept: &Expr) -> BinaryOp {
    if kept.id == comparison.lhs.id { comparison.op } else { comparison.op.mirrored() }
}

/// Whether the value of an expression is a ratio: seconds by requests are none, although they are a quotient.
fn is_ratio(expr: &Expr, inventory: &Inventory) -> bool {
    let quantities = Quantities::of(expr, inventory);
    if expr.value_parts().all(|part| quantities.node(part.id).unit == Some(Unit::Ratio)) {
        return true;
    }
    let has_unit = |name: &str| name.ends_with("_sum") || quantity_of(name, inventory).unit.is_some();
    !expr.any(|part| part.metric_name().is_some_and(has_unit)) && value_of(expr, inventory) == Value::Ratio
}
