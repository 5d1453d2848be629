//! `rule/cycle`: recording rules that read each other in a circle.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lint::context::WorkspaceContext;
use crate::lint::recording::{Read, Recording};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryOp, ExprKind, Modifiers};
use crate::source::Diagnostic;

static META: Meta = meta!("rule/cycle", Warning, certain, "recording rules read each other in a circle");

pub(super) struct Cycle;

impl LintRule for Cycle {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        // What each recorded metric reads of other recorded ones. A series that goes on from its own last value says so
        // with its name.
        let mut reads: FxHashMap<&str, Vec<Read<'_>>> = FxHashMap::default();
        let recording = cx.recording();
        let recorded = recording.reads_by_recording_rules();
        for read in recorded.clone().filter(|read| read.metric != read.reader.rule.name.text()) {
            reads.entry(read.reader.rule.name.text()).or_default().push(read);
        }
        out.extend(recorded.clone().filter(|read| never_begins(recording, read)).map(|read| report_own(&read)));
        let mut done: FxHashSet<&str> = FxHashSet::default();
        for read in recorded {
            out.extend(circle(read.reader.rule.name.text(), &reads, &mut done).and_then(|circle| report(&circle)));
        }
    }
}

/// Whether a rule reads its own series, and neither it nor another rule with the name ever records a first sample. A name
/// without a colon may be scraped, too.
fn never_begins(recording: &Recording<'_>, read: &Read<'_>) -> bool {
    let name = read.metric;
    name == read.reader.rule.name.text()
        && name.contains(':')
        && recording.get(name).is_some_and(|rules| {
            rules.iter().all(|place| place.rule.parsed.as_ref().is_some_and(|expr| needs(expr, name)))
        })
}

/// Whether there is no result while the metric has no sample. With `offset` or `@` it is wanted as it was.
fn needs(expr: &Expr, metric: &str) -> bool {
    // Chains of operators are long on their left side.
    let mut chain = Vec::new();
    let mut first = expr.without_parens();
    while let ExprKind::Binary(operation) = &first.kind {
        chain.push(operation);
        first = operation.lhs.without_parens();
    }
    chain.into_iter().rev().fold(operand_needs(first, metric), |left, operation| {
        let right = || needs(&operation.rhs, metric);
        match (operation.op, &operation.matching) {
            (BinaryOp::Or, _) => left && right(),
            (BinaryOp::Unless, _) => left,
            // What is missing on one side is filled in: the other side is enough.
            (_, Some(matching)) if matching.fill_left.is_some() => right() && (left || matching.fill_right.is_none()),
            (_, Some(matching)) if matching.fill_right.is_some() => left,
            _ => left || right(),
        }
    })
}

fn operand_needs(expr: &Expr, metric: &str) -> bool {
    let is_now = |modifiers: &Modifiers| modifiers.offset.is_none() && modifiers.at.is_none();
    match &expr.kind {
        ExprKind::Vector(_) | ExprKind::Matrix(_) => expr
            .selector()
            .is_some_and(|selector| is_now(&selector.modifiers) && selector.metric_name() == Some(metric)),
        ExprKind::Subquery(subquery) => is_now(&subquery.modifiers) && needs(&subquery.expr, metric),
        ExprKind::Unary(unary) => needs(&unary.operand, metric),
        ExprKind::Aggregate(aggregate) => needs(&aggregate.expr, metric),
        ExprKind::Call(call) => {
            !call.function.makes_from_nothing() && call.args.iter().any(|argument| needs(argument, metric))
        }
        _ => false,
    }
}

fn report_own(read: &Read<'_>) -> Diagnostic {
    let name = read.metric;
    let place = read.reader.file.inside(&read.reader.rule.expr, read.span, "its own series");
    META.diagnostic(format!("`{name}` is computed from itself alone, so it never has a first value"), place)
        .help(format!("read what `{name}` is to be made of"))
}

/// The first circle that can be reached from `start` without what is `done`; marks all that it sees as done. Each metric is
/// looked at once, so that the cost grows with the reads.
fn circle<'a>(
    start: &'a str,
    reads: &FxHashMap<&'a str, Vec<Read<'a>>>,
    done: &mut FxHashSet<&'a str>,
) -> Option<Vec<Read<'a>>> {
    if !done.insert(start) {
        return None;
    }
    // The reads on the way, and how many of those of the metric they lead to were followed.
    let mut way: Vec<(Read<'a>, usize)> = Vec::new();
    let mut on_way: FxHashMap<&str, usize> = FxHashMap::from_iter([(start, 0)]);
    let mut followed_of_start = 0;
    loop {
        let (metric, followed) = match way.last_mut() {
            Some((read, followed)) => (read.metric, followed),
            None => (start, &mut followed_of_start),
        };
        let next = reads.get(metric).and_then(|reads| reads.get(*followed)).copied();
        *followed += 1;
        match next {
            Some(read) => {
                if let Some(from) = on_way.get(read.metric) {
                    let mut circle: Vec<Read<'a>> = way.iter().skip(*from).map(|(read, _)| *read).collect();
                    circle.push(read);
                    return Some(circle);
                }
                if done.insert(read.metric) {
                    way.push((read, 0));
                    on_way.insert(read.metric, way.len());
                }
            }
            None => {
                let (read, _) = way.pop()?;
                on_way.remove(read.metric);
            }
        }
    }
}

fn report(circle: &[Read<'_>]) -> Option<Diagnostic> {
    const SHOWN: usize = 5;
    let names = circle.iter().take(SHOWN).map(|read| format!("`{}`", read.metric)).collect::<Vec<_>>().join(", then ");
    let more = if circle.len() > SHOWN { ", and so on" } else { "" };
    let (first, others) = circle.split_first()?;
    let place = |read: &Read<'_>, text: &str| read.reader.file.inside(&read.reader.rule.expr, read.span, text);
    let message = format!(
        "`{}` is computed from itself: it reads {names}{more}",
        circle.last().map_or(first.metric, |last| last.metric)
    );
    let found = META.diagnostic(message, place(first, "read here"));
    let found = others.iter().take(SHOWN).fold(found, |found, read| found.related(place(read, "and here")));
    Some(found.help(
        "each evaluation uses the results of the one before, and there may be none to begin with: break the circle",
    ))
}

#[cfg(test)]
mod tests {
    use super::needs;
    use crate::promql::{ParseOptions, parse};

    #[test]
    fn what_cannot_begin_without_its_own_series() {
        let needs = |text: &str| needs(&parse(text, &ParseOptions::all()).unwrap(), "a:b");
        for text in [
            "a:b",
            "sum(a:b) * 2 > 1",
            "(x and a:b) or a:b{job=\"y\"}",
            "max_over_time(a:b[5m]) + on () group_left vector(1)",
            "-avg_over_time(rate(a:b[5m])[1h:])",
            "a:b unless x",
            "label_replace(a:b, \"x\", \"$1\", \"y\", \"(.*)\")",
            "a:b + fill (0) a:b",
            "x + fill_right (0) (a:b or a:b) == a:b",
        ] {
            assert!(needs(text), "{text}");
        }
        for text in [
            "a:b offset 1m + y or y",
            "a:b offset 1m",
            "a:b @ 100",
            "max_over_time(a:b[1h:] offset 5m)",
            "a:b or x",
            "x or a:b",
            "x unless a:b",
            "absent(a:b)",
            "vector(scalar(a:b))",
            "x + fill_right (0) a:b",
            "a:b + fill_left (0) x",
            "x + fill (0) a:b",
            "a:c",
        ] {
            assert!(!needs(text), "{text}");
        }
        // A long chain is no deep recursion.
        assert!(needs(&format!("a:b{}", " + a:b".repeat(20_000))));
    }
}
