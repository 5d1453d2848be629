//! `promql/misspelt-label`: a label's name that occurs once in all files, one slip of the pen away from a frequent one.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lint::context::{FileContext, WorkspaceContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::ExprKind;
use crate::rules::Field;
use crate::source::{Applicability, Diagnostic, Edit, Span, Spanned};

static META: Meta =
    meta!("promql/misspelt-label", Warning, likely, "a label's name looks like a misspelt frequent one")
        .on_by_default()
        .fixable();

/// What occurs as often is spelt right.
const FREQUENT: usize = 30;
/// Shorter names are too much alike.
const MIN_LETTERS: usize = 5;

pub(super) struct MisspeltLabel;

impl LintRule for MisspeltLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut names: FxHashMap<&str, Use<'_>> = FxHashMap::default();
        for file in cx.rule_files() {
            for rule in file.rules.groups.iter().flat_map(|group| &group.rules) {
                let Some(expr) = &rule.parsed else { continue };
                label_names(expr, &mut |name| {
                    let place = Place { file, expr: &rule.expr, span: name.span };
                    names.entry(&name.value).or_insert(Use { count: 0, first: place }).count += 1;
                });
            }
        }
        let rare: Vec<_> = names.iter().filter(|(name, used)| used.count == 1 && name.len() >= MIN_LETTERS).collect();
        let frequent = names.iter().filter(|(_, used)| used.count >= FREQUENT).map(|(name, _)| *name);
        let frequent = Frequent::of(frequent, rare.len());
        for (name, used) in rare {
            if let Some(meant) = frequent.near(name) {
                let Place { file, expr, span } = used.first;
                let message = format!("no other expression has a label `{name}`; `{meant}` is used often");
                let found = META.diagnostic(message, file.inside(expr, span, "looks misspelt"));
                let title = format!("write `{meant}`");
                let edits = [Edit::replace(span, meant)];
                let fix = file.fix_inside(expr, title.as_str(), &edits, Applicability::Unsafe);
                out.push(found.help(title).fix(fix));
            }
        }
    }
}

/// How often a name occurs, and where first.
struct Use<'a> {
    count: usize,
    first: Place<'a>,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    file: FileContext<'a>,
    expr: &'a Field,
    span: Span,
}

/// Every label that an expression names.
fn label_names<'a>(expr: &'a Expr, see: &mut dyn FnMut(&'a Spanned<String>)) {
    expr.walk(&mut |part| {
        match &part.kind {
            ExprKind::Aggregate(aggregate) => aggregate.grouping.iter().flat_map(|by| &by.labels).for_each(&mut *see),
            ExprKind::Binary(operation) => {
                let Some(matching) = &operation.matching else { return };
                matching.clause.iter().flat_map(|clause| &clause.labels).for_each(&mut *see);
                matching.include.iter().flat_map(|include| &include.value).for_each(&mut *see);
            }
            _ => {}
        }
        if let Some(selector) = part.selector() {
            selector.matchers.iter().for_each(|matcher| see(&matcher.name));
        }
    });
}

/// So many comparisons cost less than what a few names leave when a letter is left out.
const FEW_COMPARISONS: usize = 10_000;

/// Frequent names, among which that is to be found which a rare one may be a slip of.
enum Frequent<'a> {
    /// Few, which are compared with each.
    Few(Vec<&'a str>),
    /// By what is left of them when one letter is left out: those that are near each other have one such text in common, so
    /// that looking for one costs its length and not the number of names.
    ByRest(FxHashMap<String, Vec<&'a str>>),
}

impl<'a> Frequent<'a> {
    /// Those of `names` that are worth a comparison, for so many rare ones.
    fn of(names: impl Iterator<Item = &'a str>, rare: usize) -> Self {
        let names: Vec<&str> = names.filter(|name| (MIN_LETTERS..=MAX_LETTERS).contains(&name.len())).collect();
        if names.len().saturating_mul(rare) <= FEW_COMPARISONS {
            return Frequent::Few(names);
        }
        let mut by_rest: FxHashMap<String, Vec<&str>> = FxHashMap::default();
        for name in names {
            for rest in rests(name) {
                by_rest.entry(rest).or_default().push(name);
            }
        }
        Frequent::ByRest(by_rest)
    }

    fn near(&self, name: &str) -> Option<&'a str> {
        if name.len() > MAX_LETTERS + 1 {
            return None;
        }
        let first = name.chars().next();
        let mut near: Vec<&str> = match self {
            Frequent::Few(names) => {
                // As a slip is: the first letter is the same, and another one takes at most four bytes.
                let may_be_near =
                    |known: &&&str| known.chars().next() == first && known.len().abs_diff(name.len()) <= 4;
                names.iter().filter(may_be_near).copied().collect()
            }
            Frequent::ByRest(by_rest) => {
                rests(name).iter().filter_map(|rest| by_rest.get(rest)).flatten().copied().collect()
            }
        };
        near.retain(|known| is_slip(known, name));
        near.sort_unstable();
        near.first().copied()
    }
}

/// Longer names are not compared.
const MAX_LETTERS: usize = 64;

/// The name, and what is left of it without one of its letters.
fn rests(name: &str) -> FxHashSet<String> {
    let without = |at: usize, letter: char| {
        let mut rest = String::with_capacity(name.len());
        rest.push_str(name.get(..at).unwrap_or_default());
        rest.push_str(name.get(at + letter.len_utf8()..).unwrap_or_default());
        rest
    };
    name.char_indices().map(|(at, letter)| without(at, letter)).chain([name.to_owned()]).collect()
}

/// Whether one letter is missing, doubled, changed or in the wrong place; a number or a plural is another name.
fn is_slip(known: &str, name: &str) -> bool {
    let plural = |a: &str, b: &str| a.strip_suffix('s') == Some(b);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    strsim::osa_distance(known, name) == 1
        && !plural(known, name)
        && !plural(name, known)
        && digits(known) == digits(name)
        && known.chars().next() == name.chars().next()
}

#[cfg(test)]
mod tests {
    use super::Frequent;

    #[test]
    fn slips_of_the_pen() {
        // Compared with each, and by what is left of them.
        for rare in [1, usize::MAX] {
            let frequent = Frequent::of(["instance", "namespace", "cluster", "größe", "node"].into_iter(), rare);
            assert_eq!(frequent.near("instace"), Some("instance"));
            assert_eq!(frequent.near("instancee"), Some("instance"));
            assert_eq!(frequent.near("namepsace"), Some("namespace"));
            assert_eq!(frequent.near("clustre"), Some("cluster"));
            assert_eq!(frequent.near("größ😀"), Some("größe"));
            assert_eq!(frequent.near("clusters"), None);
            assert_eq!(frequent.near("cluster1"), None);
            assert_eq!(frequent.near("name"), None);
        }
    }
}
