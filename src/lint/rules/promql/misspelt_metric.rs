//! `promql/misspelt-metric`: a recorded series is read under a name that nobody records, one slip away from one that the file
//! does record.

use rustc_hash::FxHashMap;

use crate::lint::context::{FileContext, WorkspaceContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::slips::{MIN_LETTERS, Spelt, is_slip};
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
                let Some(meant) = known.near(name).and_then(|near| recorded.get(near)) else { continue };
                // What is read more often than the other one is recorded and read is what its author means.
                if read.len() <= 1 + reads.get(meant.text()).map_or(0, Vec::len) {
                    let of_rules = read.chunk_by(|(one, _), (other, _)| std::ptr::eq(*one, *other));
                    out.extend(of_rules.filter_map(|read| report(file, read, meant)));
                }
            }
        }
    }
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

    /// The name that was probably meant: a slip of the pen away, with other separators, or with a unit more or less.
    fn near(&self, name: &str) -> Option<&'a str> {
        let in_all = |rest: String| self.all.get_key_value(rest.as_str()).map(|(near, _)| *near);
        let slip = self.names.near(name, is_metric_slip);
        let joined = || self.joined.get(&name.replace(':', "_")).copied();
        let bare = || self.bare.get(name).copied().flatten();
        slip.or_else(joined).or_else(bare).or_else(|| without_a_unit(name).find_map(in_all))
    }
}

/// Whether one word of the name has a slip, or is the plural or the singular of the other. Of short words a letter makes
/// another one: `tx` and `rx`, `in` and `on`.
fn is_metric_slip(known: &str, name: &str) -> bool {
    let words = |name: &'_ str| name.split(['_', ':']).map(str::to_owned).collect::<Vec<_>>();
    let (known_words, name_words) = (words(known), words(name));
    let mut differing = known_words.iter().zip(&name_words).filter(|(known, name)| known != name);
    let (Some((known_word, word)), None) = (differing.next(), differing.next()) else { return false };
    let is_plural = |one: &str, other: &str| one.len() > 2 && other.strip_suffix('s') == Some(one);
    let is_long = known_word.len().max(word.len()) >= MIN_LETTERS;
    known_words.len() == name_words.len()
        && strsim::osa_distance(known, name) == 1
        && (is_plural(known_word, word) || is_plural(word, known_word) || is_long && is_slip(known_word, word))
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
    let (name, meant_name) = (span.slice(rule.expr.text()), meant.text());
    let message = format!("no rule records `{name}`; this file records `{meant_name}`");
    let title = format!("write `{meant_name}`");
    let edits: Vec<Edit> = read.iter().map(|(_, span)| Edit::replace(*span, meant_name)).collect();
    let found = META
        .diagnostic(message, file.inside(&rule.expr, span, "looks misspelt"))
        .related(file.field(meant, "recorded here"));
    let fix = file.fix_inside(&rule.expr, title.as_str(), &edits, Applicability::Unsafe);
    Some(found.help(title).fix(fix))
}

#[cfg(test)]
mod tests {
    use super::{is_metric_slip, without_a_unit};

    #[test]
    fn what_is_nearly_the_same_name() {
        let slips = [("a:xact_total:rate5m", "a:xacts_total:rate5m"), ("a:request:rate5m", "a:reqeust:rate5m")];
        let others = [
            ("a:tx_bytes:sum", "a:rx_bytes:sum"),
            ("a:b:rate5m", "a:b:rate1m"),
            ("a:load:p95", "a:load:p99"),
            ("a:upper_band", "a:lower_band"),
            ("a:load1", "a:load5"),
            ("a:in:sum", "a:ins:sum"),
            ("a:b_c", "a_b:c"),
        ];
        for (known, name) in slips {
            assert!(is_metric_slip(known, name) && is_metric_slip(name, known), "{name}");
        }
        for (known, name) in others {
            assert!(!is_metric_slip(known, name) && !is_metric_slip(name, known), "{name}");
        }
        let rests = |name| without_a_unit(name).collect::<Vec<_>>();
        assert_eq!(rests("pg:db:temp_bytes_rate1m"), ["pg:db:temp_rate1m", "pg:db:temp_bytes"]);
        assert_eq!(rests("a:b_seconds_total:sum"), ["a:b_total:sum", "a:b_seconds:sum"]);
        assert_eq!(rests("a:rate:total"), [""; 0]);
    }
}
