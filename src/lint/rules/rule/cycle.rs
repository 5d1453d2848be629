//! `rule/cycle`: recording rules that read each other in a circle.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lint::context::WorkspaceContext;
use crate::lint::recording::Read;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::ExprKind;
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
        out.extend(recorded.clone().filter(copies_itself).map(|read| report_own(&read)));
        let mut done: FxHashSet<&str> = FxHashSet::default();
        for read in recorded {
            out.extend(circle(read.reader.rule.name.text(), &reads, &mut done).and_then(|circle| report(&circle)));
        }
    }
}

/// Whether a rule records its own series as it is. With a matcher it may read what other servers record under the name; a name
/// without a colon may be scraped, too.
fn copies_itself(read: &Read<'_>) -> bool {
    let rule = read.reader.rule;
    let Some(ExprKind::Vector(selector)) = rule.parsed.as_ref().map(|expr| &expr.without_parens().kind) else {
        return false;
    };
    let is_now = selector.modifiers.offset.is_none() && selector.modifiers.at.is_none();
    read.metric == rule.name.text() && read.metric.contains(':') && selector.matchers.is_empty() && is_now
}

fn report_own(read: &Read<'_>) -> Diagnostic {
    let name = read.metric;
    let place = read.reader.file.inside(&read.reader.rule.expr, read.span, "its own series");
    META.diagnostic(format!("`{name}` is recorded from itself, so the rule never adds anything"), place)
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
