//! `template/other-duration`: an annotation names a duration that the rule does not have.

use super::number_words::number_words;
use super::prose::{Prose, prose_where};
use crate::facts::Quantities;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{DurationExpr, ExprKind, Modifiers};
use crate::source::{Diagnostic, Span};

static META: Meta =
    meta!("template/other-duration", Info, likely, "an annotation names a duration that the rule does not have");

pub(super) struct OtherDuration;

impl LintRule for OtherDuration {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        let mut durations = None;
        for prose in prose_where(cx, may_claim) {
            let mut claims = claims(&prose).into_iter().peekable();
            if claims.peek().is_none() {
                continue;
            }
            let Some(durations) = durations.get_or_insert_with(|| Durations::of(cx, expr)) else { return };
            out.extend(
                claims.find(|claim| !durations.explain(claim)).map(|claim| report(cx, &prose, &claim, durations)),
            );
        }
    }
}

/// Whether a text may name a duration.
fn may_claim(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        || ["second", "minute", "hour", "day", "week"].iter().any(|unit| text.contains(unit))
}

/// A duration that a text names as one of the rule.
struct Claim {
    span: Span,
    ms: f64,
    /// The first number of it, as written: `2` of `2 hours and 30 minutes`.
    number: f64,
    what: What,
}

/// What a text says a duration is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// How long something has been so: `for more than 15 minutes`.
    Lasting,
    /// When something was so: `in the last 2h`.
    Past,
    /// How old something is: `older than 3 days`.
    Age,
    /// When something will be so: `in 8h`.
    Ahead,
}

/// The durations in a text that it claims for the rule.
fn claims(prose: &Prose<'_>) -> Vec<Claim> {
    let mut claims: Vec<(Claim, Option<What>)> = Vec::new();
    let mut numbers: Vec<(f64, Span)> = prose.numbers().chain(number_words(&prose.text)).collect();
    numbers.sort_by_key(|(_, at)| *at);
    for (number, at) in numbers {
        let Some((unit_ms, end)) = unit(&prose.text, at.end()) else { continue };
        let (number, end) = with_half(&prose.text, number, end);
        let is_vague = matches!(at.slice(&prose.text), "a" | "an") && prose.text.get(end..).is_some_and(is_ago);
        if is_vague {
            continue;
        }
        let ms = number * unit_ms;
        // `1 week and 12 hours`, `1h30m`.
        if let Some((last, _)) = claims.last_mut()
            && matches!(prose.text.get(last.span.end()..at.start()).map(str::trim), Some("" | "and" | ","))
        {
            (last.ms, last.span) = (last.ms + ms, last.span.ending_at(end));
            continue;
        }
        let what = what_is_said(prose.text.get(..at.start()).unwrap_or_default());
        claims.push((Claim { span: Span::new(at.start(), end), ms, number, what: What::Past }, what));
    }
    claims.into_iter().filter_map(|(claim, what)| Some(Claim { what: what?, ..claim })).collect()
}

/// `over a week ago` is said of nine days, too.
fn is_ago(behind: &str) -> bool {
    behind.starts_with(" ago")
}

/// `an hour and a half`.
fn with_half(text: &str, number: f64, end: usize) -> (f64, usize) {
    const HALF: &str = " and a half";
    let is_more = text.get(end..).is_some_and(|behind| behind.starts_with(HALF));
    if is_more { (number + 0.5, end + HALF.len()) } else { (number, end) }
}

/// The unit that stands behind a number, in milliseconds, and where it ends.
fn unit(text: &str, at: usize) -> Option<(f64, usize)> {
    let rest = text.get(at..)?;
    let word_at = rest.strip_prefix([' ', '-']).unwrap_or(rest);
    let apart = word_at.len() != rest.len();
    let length = word_at.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = word_at.get(..length)?;
    let seconds = match word {
        "s" | "m" | "h" | "d" | "w" if apart => return None,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        _ => return None,
    };
    let end = at + rest.len() - word_at.len() + length;
    let ends = text.as_bytes().get(end).is_none_or(|byte| *byte != b'_');
    ends.then_some((seconds * 1000.0, end))
}

/// What a duration is by what stands before it.
fn what_is_said(before: &str) -> Option<What> {
    let (mut is_bound, mut is_window) = (false, false);
    let mut words = before.split_whitespace().rev();
    for word in words.by_ref().take(8) {
        match word {
            "than" | "the" | "a" | "at" | "about" | "approximately" | "around" | "of" | "total" => {}
            "more" | "longer" | "older" | "least" => is_bound = true,
            "last" | "past" | "previous" => is_window = true,
            "in" | "during" | "within" | "over" if is_window => return Some(What::Past),
            "next" => {}
            "in" | "within" => return Some(What::Ahead),
            "over" => is_bound = true,
            "since" => return Some(What::Past),
            // Advice is about what comes: `wait for 5 minutes`.
            "for" => {
                let is_advice = words.next().is_some_and(|verb| ADVICE.iter().any(|stem| verb.starts_with(stem)));
                return (!is_advice).then_some(What::Lasting);
            }
            _ => break,
        }
    }
    is_bound.then_some(What::Age)
}

const ADVICE: [&str; 8] = ["wait", "sleep", "silenc", "snooz", "paus", "watch", "keep", "kept"];

/// The durations of a rule, in milliseconds, and its numbers.
#[derive(Default)]
struct Durations {
    for_ms: Option<(i64, Span)>,
    /// The ranges and offsets of the expression; the first one is shown.
    ranges: Vec<(i64, Span)>,
    /// Numbers of the expression, those that are worked out among them.
    numbers: Vec<f64>,
    /// Numbers in the names and texts of the expression: of `load15`, `window="6h"`.
    in_names: Vec<f64>,
    /// Whether it asks how old something is, and what will be.
    asks_for_age: bool,
    asks_ahead: bool,
}

/// So many durations of an expression are looked at.
const MOST: usize = 16;

impl Durations {
    /// `None` where there are some that are not known.
    fn of(cx: &RuleContext<'_>, expr: &Expr) -> Option<Durations> {
        let rule = cx.rule;
        let written = rule.places.for_.as_ref().filter(|_| rule.for_ms > 0);
        let for_ms = written.map(|written| (rule.for_ms, written.value));
        let mut found = Durations { for_ms, ..Durations::default() };
        let others = [rule.keep_firing_for_ms, cx.group.group.interval_ms.unwrap_or(0)];
        found.ranges.extend(others.into_iter().filter(|ms| *ms > 0).map(|ms| (ms, Span::at(0))));
        found.add(expr, &Quantities::of(expr, cx.config().inventory()))?;
        let text = expr.span.slice(rule.expr.text());
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        found.in_names.extend(text.split(|c| !is_digit(c)).filter_map(|number| number.parse::<f64>().ok()));
        (found.ranges.len() <= MOST).then_some(found)
    }

    fn add(&mut self, expr: &Expr, quantities: &Quantities) -> Option<()> {
        let mut known = Some(());
        expr.walk(&mut |part| {
            let added = match &part.kind {
                // What is recorded has ranges that are not seen here, and so have alerts.
                ExprKind::Vector(selector) if selector.metric_name().is_none_or(|name| name.contains(':')) => None,
                ExprKind::Vector(selector) => self.modified(&selector.modifiers),
                ExprKind::Matrix(matrix)
                    if matrix.selector.value.metric_name().is_none_or(|name| name.contains(':')) =>
                {
                    None
                }
                ExprKind::Matrix(matrix) => {
                    self.duration(&matrix.range).and_then(|()| self.modified(&matrix.selector.value.modifiers))
                }
                ExprKind::Subquery(subquery) => self
                    .duration(&subquery.range)
                    .and_then(|()| subquery.step.as_ref().map_or(Some(()), |step| self.duration(step)))
                    .and_then(|()| self.modified(&subquery.modifiers)),
                ExprKind::Call(call) => {
                    self.asks_for_age |= call.function.name == "time";
                    self.asks_ahead |= call.function.name == "predict_linear";
                    Some(())
                }
                _ => {
                    self.numbers.extend(quantities.number(part));
                    Some(())
                }
            };
            known = known.and(added);
        });
        known
    }

    fn duration(&mut self, duration: &DurationExpr) -> Option<()> {
        self.ranges.push((duration.literal_ms()?.abs(), duration.span));
        Some(())
    }

    fn modified(&mut self, modifiers: &Modifiers) -> Option<()> {
        match &modifiers.offset {
            Some(offset) => self.duration(&offset.value),
            None => Some(()),
        }
    }

    /// Whether a claim is what the rule says, alone or, of what was, taken together: of `[5m]` with `for: 10m` a text may say
    /// "in the last 15 minutes".
    fn explain(&self, claim: &Claim) -> bool {
        // What is not asked for says nothing of the rule: `takes more than 1 second`, `restarts in 5 minutes`.
        let is_asked = match claim.what {
            What::Lasting | What::Past => true,
            What::Age => self.asks_for_age,
            What::Ahead => self.asks_ahead,
        };
        let is_claimed = |ms: f64| (ms - claim.ms).abs() <= claim.ms / 20.0;
        let all = || self.for_ms.iter().chain(&self.ranges).map(|(ms, _)| *ms as f64);
        let pairs = all().enumerate().flat_map(|(at, one)| all().skip(at + 1).map(move |other| one + other));
        let in_some_unit = |number: &f64| UNITS.iter().any(|unit| is_claimed(number.abs() * unit));
        !is_asked
            || all().any(is_claimed)
            || (claim.what == What::Past && pairs.into_iter().any(is_claimed))
            || self.numbers.iter().any(in_some_unit)
            || self.in_names.contains(&claim.number)
    }
}

/// What a number may count, in milliseconds.
const UNITS: [f64; 6] = [1.0, 1000.0, 60_000.0, 3_600_000.0, 86_400_000.0, 604_800_000.0];

fn report(cx: &RuleContext<'_>, prose: &Prose<'_>, claim: &Claim, durations: &Durations) -> Diagnostic {
    let file = cx.file();
    let said = claim.span.slice(prose.value.text());
    let shown = durations.ranges.iter().find(|(_, span)| !span.is_empty());
    let is_past = matches!(claim.what, What::Lasting | What::Past);
    let why = match (durations.for_ms, shown) {
        _ if !is_past => "no number of the rule is that long".to_owned(),
        (Some((for_ms, _)), None) => format!("the rule waits for {}", format_duration(for_ms)),
        (Some((for_ms, _)), Some(_)) => {
            format!("the rule waits for {}, and no range is that long", format_duration(for_ms))
        }
        (None, Some(_)) => "no range of the rule is that long".to_owned(),
        (None, None) => "the rule does not wait".to_owned(),
    };
    let place = file.inside(prose.value, claim.span, "");
    let mut found = META.diagnostic(format!("{} says {said}, but {why}", prose.describe()), place);
    if let Some((_, span)) = durations.for_ms.filter(|_| is_past) {
        found = found.related(file.label(span, "waits so long"));
    }
    if let Some((_, span)) = shown.filter(|_| is_past) {
        found = found.related(file.inside(&cx.rule.expr, *span, "looks back so far"));
    }
    found.help("say what the rule does, or let it do what the text says")
}
