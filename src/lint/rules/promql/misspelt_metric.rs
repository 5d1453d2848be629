//! `promql/misspelt-metric`: a recorded series is read under a name that nobody records, one slip away from one that the file
//! does record.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lint::context::{FileContext, WorkspaceContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::slips::{Spelt, is_true_slip};
use crate::rules::{Field, Rule, RuleKind};
use crate::source::{Applicability, Diagnostic, Edit, Span};

static META: Meta =
    meta!("promql/misspelt-metric", Warning, likely, "a metric's name looks like a misspelt one that the file records")
        .on_by_default()
        .fixable();

pub(super) struct MisspeltMetric;

impl LintRule for MisspeltMetric {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let read_anywhere = OnceCell::new();
        let is_read = |name: &str| {
            let all = || cx.recording().reads().map(|read| read.metric).collect::<FxHashSet<_>>();
            read_anywhere.get_or_init(all).contains(name)
        };
        let is_known = |name: &str| cx.recording().get(name).is_some() || cx.config.inventory().metric(name).is_some();
        for file in cx.rule_files() {
            let reads = reads(file);
            let unknown: Vec<_> = reads.iter().filter(|(name, _)| !is_known(name)).collect();
            if unknown.is_empty() {
                continue;
            }
            let recorded = recorded(file);
            let known = Recorded::of(&recorded, unknown.len());
            for (name, read) in unknown {
                let Some((near, by)) = known.near(name) else { continue };
                let Some(meant) = recorded.get(near) else { continue };
                let read: Vec<_> = match by {
                    By::Letters => read.clone(),
                    By::Words if reads.contains_key(near) || is_read(near) => continue,
                    By::Words => read.iter().filter(|(rule, _)| is_level_above(file, rule, meant)).copied().collect(),
                };
                // What is read more often than the other one is recorded and read is what its author means.
                if read.len() <= 1 + reads.get(meant.text()).map_or(0, Vec::len) {
                    let of_rules = read.chunk_by(|(one, _), (other, _)| std::ptr::eq(*one, *other));
                    out.extend(of_rules.filter_map(|read| report(file, read, meant)));
                }
            }
        }
    }
}

/// How near a name is to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A slip of the pen, or other separators.
    Letters,
    /// A plural, a unit or a rate: both names may well be recorded.
    Words,
}

/// Whether a rule records the same as `meant` of something larger, in the same group: `cls:wlock_count` of `ins:wlock_count`.
fn is_level_above(file: FileContext<'_>, rule: &Rule, meant: &Field) -> bool {
    let holds = |rules: &[Rule], field: &Field| rules.iter().any(|rule| rule.name.span == field.span);
    let names: Vec<_> = rule.name.text().split(':').zip(meant.text().split(':')).collect();
    let differing = names.iter().filter(|(one, other)| one != other).count();
    rule.kind == RuleKind::Recording
        && rule.name.text().matches(':').count() == meant.text().matches(':').count()
        && differing == 1
        && names.last().is_some_and(|(one, other)| one == other)
        && file.rules.groups.iter().any(|group| holds(&group.rules, meant) && holds(&group.rules, &rule.name))
}

/// The names with a colon that a file records, each where it does first.
fn recorded(file: FileContext<'_>) -> FxHashMap<&str, &Field> {
    let rules = file.rules.groups.iter().flat_map(|group| &group.rules);
    let names = rules.filter(|rule| rule.kind == RuleKind::Recording).map(|rule| &rule.name);
    let mut recorded = FxHashMap::default();
    names.filter(|name| name.text().contains(':')).for_each(|name| {
        recorded.entry(name.text()).or_insert(name);
    });
    recorded
}

/// Where the rules of a file read metrics whose names have a colon.
fn reads(file: FileContext<'_>) -> FxHashMap<&str, Vec<(&Rule, Span)>> {
    let mut reads: FxHashMap<&str, Vec<(&Rule, Span)>> = FxHashMap::default();
    for rule in file.rules.groups.iter().flat_map(|group| &group.rules) {
        let Some(expr) = &rule.parsed else { continue };
        expr.walk(&mut |part| {
            let name = part.selector().and_then(|selector| selector.name.as_ref());
            if let Some(name) = name.filter(|name| name.value.contains(':')) {
                reads.entry(&name.value).or_default().push((rule, name.span));
            }
        });
    }
    reads
}

/// What a file records, to be found by what is nearly the same.
struct Recorded<'a> {
    names: Spelt<'a>,
    /// With `_` for each colon.
    joined: FxHashMap<String, &'a str>,
    /// Without one of its units; `None` where that is left of several.
    bare: FxHashMap<String, Option<&'a str>>,
    all: &'a FxHashMap<&'a str, &'a Field>,
}

impl<'a> Recorded<'a> {
    /// Of these names, for so many comparisons.
    fn of(all: &'a FxHashMap<&'a str, &'a Field>, others: usize) -> Self {
        let (mut joined, mut bare) = (FxHashMap::default(), FxHashMap::default());
        let names = || all.keys().copied().filter(|_| others > 0);
        for name in names() {
            joined.insert(name.replace(':', "_"), name);
            for rest in without_a_unit(name) {
                bare.entry(rest).and_modify(|only| *only = None).or_insert(Some(name));
            }
        }
        Recorded { names: Spelt::of(names(), others), joined, bare, all }
    }

    /// The name that was probably meant: by a slip, by other separators, a plural, or a unit more or less.
    fn near(&self, name: &str) -> Option<(&'a str, By)> {
        let in_all = |rest: String| self.all.get_key_value(rest.as_str()).map(|(near, _)| *near);
        let slip = self.names.near(name, is_metric_slip);
        let joined = || self.joined.get(&name.replace(':', "_")).copied();
        let bare = || self.bare.get(name).copied().flatten();
        let words = || {
            let plural = self.names.near(name, is_plural);
            plural.or_else(bare).or_else(|| without_a_unit(name).find_map(in_all))
        };
        let letters = slip.or_else(joined).map(|near| (near, By::Letters));
        letters.or_else(|| words().map(|near| (near, By::Words)))
    }
}

/// Whether one word of the name has a slip. Of short words a letter makes another one: `tx` and `rx`, `in` and `on`.
fn is_metric_slip(known: &str, name: &str) -> bool {
    const MIN_LETTERS: usize = 6;
    let is_slip = |known: &str, word: &str| is_true_slip(known, word) || is_true_slip(word, known);
    differing_word(known, name)
        .is_some_and(|(known, word)| known.len().min(word.len()) >= MIN_LETTERS && is_slip(known, word))
}

/// Whether one word of the name is the plural or the singular of the other one.
fn is_plural(known: &str, name: &str) -> bool {
    let is_plural = |one: &str, other: &str| one.len() > 2 && other.strip_suffix('s') == Some(one);
    differing_word(known, name).is_some_and(|(known, word)| is_plural(known, word) || is_plural(word, known))
}

/// The only word in which two names differ, of each.
fn differing_word<'n>(known: &'n str, name: &'n str) -> Option<(&'n str, &'n str)> {
    let words = |name: &'n str| name.split(['_', ':']);
    let mut differing = words(known).zip(words(name)).filter(|(known, word)| known != word);
    let (word, None) = (differing.next()?, differing.next()) else { return None };
    let separators = |name: &'n str| name.matches(['_', ':']);
    separators(known).eq(separators(name)).then_some(word)
}

/// A name without each of its words that say a unit, or what was done: `temp_bytes_rate1m` without `_rate1m`.
fn without_a_unit(name: &str) -> impl Iterator<Item = String> {
    const UNITS: [&str; 8] = ["bucket", "bytes", "count", "percent", "ratio", "seconds", "sum", "total"];
    let is_rate = |word: &str| {
        let digits = ["rate", "irate", "increase", "deriv", "delta"].iter().find_map(|done| word.strip_prefix(done));
        digits.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    name.match_indices('_').filter_map(move |(at, _)| {
        let behind = name.get(at + 1..)?;
        let word = behind.split(['_', ':']).next()?;
        let rest = behind.get(word.len()..)?;
        (UNITS.contains(&word) || is_rate(word)).then(|| format!("{}{rest}", name.get(..at).unwrap_or_default()))
    })
}

/// Of the places where one rule reads it.
fn report(file: FileContext<'_>, read: &[(&Rule, Span)], meant: &Field) -> Option<Diagnostic> {
    let (rule, span) = *read.first()?;
    let (text, meant_name) = (rule.expr.text(), meant.text());
    let message =
        format!("no rule of these files records `{}`; this file records `{meant_name}`", bare(span, text).slice(text));
    let title = format!("write `{meant_name}`");
    let edits: Vec<Edit> = read.iter().map(|(_, span)| Edit::replace(bare(*span, text), meant_name)).collect();
    let found = META
        .diagnostic(message, file.inside(&rule.expr, span, "looks misspelt"))
        .related(file.field(meant, "recorded here"));
    let fix = file.fix_inside(&rule.expr, title.as_str(), &edits, Applicability::Unsafe);
    Some(found.help(format!("{title}, unless another file records it")).fix(fix))
}

/// A name's bytes without the quotes that it may have: `{"a:b"}`. None of the names near a recorded one has escapes.
fn bare(name: Span, expr: &str) -> Span {
    match name.slice(expr).starts_with(['"', '\'', '`']) {
        true => Span::new(name.start() + 1, name.end().saturating_sub(1)),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_metric_slip, is_plural, without_a_unit};

    #[test]
    fn what_is_nearly_the_same_name() {
        let slips =
            [("a:request:rate5m", "a:reqeust:rate5m"), ("a:requests", "a:reqests"), ("a:requests", "a:requessts")];
        let others = [
            ("a:tx_bytes:sum", "a:rx_bytes:sum"),
            ("a:b:rate5m", "a:b:rate1m"),
            ("a:load:p95", "a:load:p99"),
            ("a:upper_band", "a:lower_band"),
            ("a:load1", "a:load5"),
            ("a:in:sum", "a:ins:sum"),
            ("a:b_c", "a_b:c"),
            ("a:xact_total:rate5m", "a:xacts_total:rate5m"),
            ("a:latency_zonea", "a:latency_zoneb"),
            ("a:requests", "a:request"),
            ("a:state:sum", "a:stage:sum"),
        ];
        for (known, name) in slips {
            assert!(is_metric_slip(known, name) && is_metric_slip(name, known), "{name}");
        }
        for (known, name) in others {
            assert!(!is_metric_slip(known, name) && !is_metric_slip(name, known), "{name}");
        }
        assert!(is_plural("a:xact_total:rate5m", "a:xacts_total:rate5m") && is_plural("a:pods", "a:pod"));
        assert!(
            !is_plural("a:in:sum", "a:ins:sum") && !is_plural("a:pods_x", "a:pod:x") && !is_plural("a:pod", "a:pods:x")
        );
        let rests = |name| without_a_unit(name).collect::<Vec<_>>();
        assert_eq!(rests("pg:db:temp_bytes_rate1m"), ["pg:db:temp_rate1m", "pg:db:temp_bytes"]);
        assert_eq!(rests("a:b_seconds_total:sum"), ["a:b_total:sum", "a:b_seconds:sum"]);
        assert_eq!(rests("a:rate:total"), [""; 0]);
    }
}
