//! `promql/short-range`: a range that does not hold the samples that a function needs.

use rustc_hash::FxHashMap;

use crate::lint::config::ServerFacts;
use crate::lint::context::WorkspaceContext;
use crate::lint::recording::Place;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::promql::ast::{Call, DurationExpr, ExprKind, MatrixSelector, SubqueryExpr};
use crate::promql::functions::Function;
use crate::rules::{Rule, RuleKind};
use crate::source::{Applicability, Diagnostic, Edit, Fix, Severity};

static META: Meta =
    meta!("promql/short-range", Error, certain, "a range that holds fewer samples than its function needs")
        .waits_for("facts.scrape-interval")
        .fixable();

/// So many scrapes in a range outlive one that fails.
const GOOD_SCRAPES: i64 = 4;

pub(super) struct ShortRange;

impl LintRule for ShortRange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let facts = &cx.config.facts;
        if !facts.knows_intervals() {
            return;
        }
        let intervals = Intervals { facts, recorded: recorded(cx) };
        for place in cx.places() {
            let Some(expr) = &place.rule.parsed else { continue };
            expr.walk(&mut |part| {
                if let ExprKind::Call(call) = &part.kind
                    && let Some(short) = intervals.check(call, place.rule)
                {
                    out.push(short.report(&place, call.function));
                }
            });
        }
    }
}

/// How often recorded series get a sample.
struct Intervals<'a> {
    facts: &'a ServerFacts,
    /// By name: the shortest interval of the groups that record it, in milliseconds; `None` where one is not known.
    recorded: FxHashMap<&'a str, Option<i64>>,
}

fn recorded<'a>(cx: &WorkspaceContext<'a>) -> FxHashMap<&'a str, Option<i64>> {
    let mut by_name: FxHashMap<&str, Option<i64>> = FxHashMap::default();
    let groups = cx.rule_files().flat_map(|file| &file.rules.groups);
    for group in groups {
        let interval = group.interval_ms.filter(|ms| *ms > 0).or(cx.config.facts.evaluation_interval_ms);
        for rule in group.rules.iter().filter(|rule| rule.kind == RuleKind::Recording) {
            let known = by_name.entry(rule.name.text()).or_insert(interval);
            *known = known.zip(interval).map(|(a, b)| a.min(b));
        }
    }
    by_name
}

/// Where the samples of a range come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Scraped,
    Recorded,
    Evaluated,
}

/// A range that holds fewer samples than its function needs, always or at times.
struct Short<'e> {
    range: &'e DurationExpr,
    range_ms: i64,
    interval_ms: i64,
    origin: Origin,
    needs: i64,
}

impl Intervals<'_> {
    fn check<'e>(&self, call: &'e Call, reader: &Rule) -> Option<Short<'e>> {
        let argument = call.args.get(call.function.vector_arg()?)?.without_parens();
        let (range, (interval_ms, origin)) = match &argument.kind {
            ExprKind::Matrix(matrix) => (&matrix.range, self.of_selector(matrix, reader)?),
            ExprKind::Subquery(subquery) => (&subquery.range, self.of_subquery(subquery)?),
            _ => return None,
        };
        let short =
            Short { range, range_ms: range.literal_ms()?, interval_ms, origin, needs: samples_needed(call.function) };
        // The range is open at its left end: of `[2m]` at every minute it holds two.
        (short.range_ms > 0 && short.range_ms / interval_ms < short.needs).then_some(short)
    }

    fn of_selector(&self, matrix: &MatrixSelector, reader: &Rule) -> Option<(i64, Origin)> {
        let selector = &matrix.selector.value;
        // `anchored` and `smoothed` look for the sample before the range, too.
        if selector.modifiers.extension.is_some() {
            return None;
        }
        let name = selector.metric_name()?;
        // A rule that reads what it records itself reads what is scraped, too.
        let is_own = reader.name.text() == name && !name.contains(':');
        match self.recorded.get(name).filter(|_| !is_own) {
            Some(interval) => Some(((*interval)?, Origin::Recorded)),
            // Recorded somewhere else.
            None if name.contains(':') || name.starts_with("ALERTS") => None,
            None => Some((self.facts.scrape_interval_of(selector)?, Origin::Scraped)),
        }
    }

    fn of_subquery(&self, subquery: &SubqueryExpr) -> Option<(i64, Origin)> {
        let step = match &subquery.step {
            Some(step) => step.literal_ms().filter(|step| *step > 0)?,
            None => self.facts.evaluation_interval_ms?,
        };
        Some((step, Origin::Evaluated))
    }
}

/// How many samples a function needs to say something.
fn samples_needed(function: &Function) -> i64 {
    // Whatever wants a counter or a gauge looks at differences, and so does `changes`.
    if function.wants.is_some() || function.name == "changes" { 2 } else { 1 }
}

impl Short<'_> {
    /// Whether the range never holds enough.
    fn always(&self) -> bool {
        self.range_ms <= self.interval_ms && self.needs == 2
    }

    fn report(&self, place: &Place<'_>, function: &Function) -> Diagnostic {
        let (file, expr) = (place.file, &place.rule.expr);
        let (name, range) = (function.name, self.range.span.slice(expr.text()));
        let found = match (self.always(), self.needs) {
            (true, _) => format!("`{name}` finds one sample at most in a range of {range} and compares two"),
            (false, 2) => format!("`{name}` finds only one sample in a range of {range} at times and compares two"),
            (false, _) => format!("`{name}` finds no sample in a range of {range} at times"),
        };
        let interval = format_duration(self.interval_ms);
        let because = match self.origin {
            Origin::Scraped => format!("there is a scrape every {interval}"),
            Origin::Recorded => format!("the series is recorded every {interval}"),
            Origin::Evaluated => format!("the subquery has a step of {interval}"),
        };
        let text = match self.always() {
            true => "never enough",
            false => "not always enough",
        };
        let mut found = META.diagnostic(format!("{found}: {because}"), file.inside(expr, self.range.span, text));
        if !self.always() {
            found.severity = Severity::Warning;
        }
        found.help(self.help()).fix(self.fix(place))
    }

    fn help(&self) -> String {
        let least = format_duration(self.interval_ms.saturating_mul(self.needs));
        match self.origin {
            Origin::Scraped => {
                format!("{least} is the least, {} outlives a scrape that fails", format_duration(self.good()))
            }
            Origin::Recorded => format!("write a range of {least} or more"),
            Origin::Evaluated => format!("write a range of {least} or more, or a shorter step"),
        }
    }

    fn good(&self) -> i64 {
        self.interval_ms.saturating_mul(GOOD_SCRAPES)
    }

    fn fix(&self, place: &Place<'_>) -> Option<Fix> {
        if self.origin != Origin::Scraped {
            return None;
        }
        let wanted = format_duration(self.good());
        let edits = [Edit::replace(self.range.span, wanted.as_str())];
        place.file.fix_inside(&place.rule.expr, format!("write `[{wanted}]`"), &edits, Applicability::Unsafe)
    }
}
