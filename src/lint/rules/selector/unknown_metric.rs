//! `selector/unknown-metric`: a selector asks for a metric that the server does not have.

use rustc_hash::FxHashMap;

use crate::lint::context::WorkspaceContext;
use crate::lint::known::{Guesses, Known, Selected, name_pattern};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::Matcher;
use crate::promql::regex::AnchoredRegex;
use crate::source::Diagnostic;
use crate::source::words;

static META: Meta =
    meta!("selector/unknown-metric", Warning, likely, "a selector asks for a metric that the inventory does not have")
        .on_by_default()
        .waits_for("facts.inventory");

/// So many names are held against patterns in a run.
const MAX_MATCHES: usize = 3_000_000;

pub(super) struct UnknownMetric;

impl LintRule for UnknownMetric {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(known) = cx.known() else { return };
        let mut search = Search {
            known,
            guesses: Guesses::among(known),
            meant: FxHashMap::default(),
            matching: FxHashMap::default(),
            left: MAX_MATCHES,
        };
        out.extend(known.selected.iter().filter_map(|selected| search.check(selected)));
    }
}

struct Search<'k, 'a> {
    known: &'k Known<'a>,
    guesses: Guesses<'k, 'a>,
    /// The name that was probably meant by an unknown one.
    meant: FxHashMap<&'a str, Option<&'a str>>,
    /// Whether a pattern matches the name of a metric.
    matching: FxHashMap<&'a [u8], bool>,
    /// How many more names are held against patterns.
    left: usize,
}

impl<'a> Search<'_, 'a> {
    fn check(&mut self, selected: &Selected<'a>) -> Option<Diagnostic> {
        if selected.is_alternative {
            return None;
        }
        match selected.selector.metric_name() {
            Some(name) if self.known.has_metric(name) => None,
            Some(name) => self.unknown(selected, name),
            None => {
                let pattern = name_pattern(selected.selector)?;
                (!selected.in_absent && !self.matches_some(pattern)).then(|| no_match(selected, pattern))
            }
        }
    }

    fn unknown(&mut self, selected: &Selected<'a>, name: &'a str) -> Option<Diagnostic> {
        let meant = *self.meant.entry(name).or_insert_with(|| self.guesses.metric_like(name));
        // What is absent may be missing, unless something of nearly that name is there.
        if selected.in_absent && meant.is_none() {
            return None;
        }
        let (file, expr) = (selected.place.file, &selected.place.rule.expr);
        let span = selected.selector.name.as_ref().map_or(selected.part.span, |name| name.span);
        let text = meant.map_or_else(|| "not in the inventory".to_owned(), words::did_you_mean);
        let found = META.diagnostic(format!("there is no metric `{name}`"), file.inside(expr, span, text));
        Some(match meant {
            Some(_) => found,
            None => found.help("if there is one, bring the files of `[facts] inventory` up to date"),
        })
    }

    /// Whether there is a metric whose name the pattern matches, as far as can be told.
    fn matches_some(&mut self, pattern: &'a Matcher) -> bool {
        let known = self.known;
        let text = pattern.value.value.as_slice();
        if let Some(matches) = self.matching.get(text) {
            return *matches;
        }
        let regex = std::str::from_utf8(text).ok().and_then(|text| AnchoredRegex::new(text).ok());
        let count = known.inventory.name_count();
        // Recorded ones are not in the inventory.
        let matches = match regex.filter(|_| count <= self.left && !text.contains(&b':')) {
            Some(regex) => {
                self.left -= count;
                known.inventory.names().any(|name| regex.is_match(name))
            }
            None => true,
        };
        self.matching.insert(text, matches);
        matches
    }
}

fn no_match(selected: &Selected<'_>, pattern: &Matcher) -> Diagnostic {
    let (file, expr) = (selected.place.file, &selected.place.rule.expr);
    let message = format!("there is no metric that `{}` matches", pattern.span.slice(expr.text()));
    META.diagnostic(message, file.inside(expr, pattern.span, "matches nothing in the inventory"))
        .help("if there is one, bring the files of `[facts] inventory` up to date")
}
