//! Which findings of a run the baseline knows, and which entries are stale.

use std::ffi::OsStr;
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Baseline;
use crate::lint::changes::needs_a_change;
use crate::lint::identity::{self, Identity, Key, path_name};
use crate::lint::{Config, registry};
use crate::source::Diagnostic;
use crate::workspace::Workspace;

/// What a run has looked at: of the rest nothing is known.
pub struct Scope<'a> {
    config: &'a Config,
    /// The files that were linted.
    files: FxHashSet<String>,
    /// Those that cannot be read as a whole: what else is in them does not show.
    broken: FxHashSet<String>,
}

/// What a baseline makes of the findings of a run.
#[derive(Debug, Default)]
pub struct Sifted {
    /// For each finding, whether it is known.
    pub is_known: Vec<bool>,
    /// Entries that are of nothing any more, and how often.
    pub stale: Vec<(Key, usize)>,
}

impl<'a> Scope<'a> {
    /// A run over the documents of `workspace` that has found `diagnostics`.
    pub fn of(workspace: &Workspace, config: &'a Config, diagnostics: &[Diagnostic]) -> Self {
        let stops = |found: &&Diagnostic| registry::find(found.rule).is_some_and(|rule| rule.meta().stops_reading);
        let broken = diagnostics.iter().filter(stops).map(|found| path_name(config, found.primary.file.name()));
        let files = workspace.documents().iter().map(|document| path_name(config, document.source.name()));
        let pages = workspace.pages().iter().map(|page| path_name(config, page.file.name()));
        Scope { config, files: files.chain(pages).collect(), broken: broken.collect() }
    }

    /// Whether the run would have found what the key says, were it there. A file that is gone holds nothing.
    pub(super) fn holds(&self, key: &Key) -> bool {
        let is_looked_at = self.files.contains(&key.file) || self.is_gone(&key.file);
        is_looked_at && !self.broken.contains(&key.file) && self.runs(key)
    }

    fn runs(&self, key: &Key) -> bool {
        if needs_a_change(&key.rule) {
            return false;
        }
        let Some(rule) = registry::find(&key.rule) else { return true };
        self.config.levels(&self.config.files().root().join(&key.file).to_string_lossy()).is_on(rule.meta())
    }

    /// Whether there is no such file any more. Nobody knows of standard input.
    fn is_gone(&self, file: &str) -> bool {
        !file.starts_with('<') && !self.config.files().root().join(file).exists()
    }
}

impl Baseline {
    /// Which of the findings are known, and which entries are stale.
    pub fn sift(&self, found: &[Identity], scope: &Scope<'_>) -> Sifted {
        let mut left: FxHashMap<&Key, usize> = self.entries.iter().map(|(key, entry)| (key, entry.count)).collect();
        let mut is_known: Vec<bool> = found.iter().map(|identity| identity::take(&mut left, &identity.key)).collect();
        // In the order of the baseline, so that equal runs have equal results.
        let mut stale: Vec<(&Key, usize)> = self
            .entries
            .keys()
            .filter_map(|key| Some((key, *left.get(key).filter(|count| **count > 0)?)))
            .filter(|(key, _)| scope.holds(key))
            .collect();
        follow(found, &mut is_known, &mut stale, scope);
        let stale = stale.into_iter().filter(|(_, count)| *count > 0);
        Sifted { is_known, stale: stale.map(|(key, count)| (key.clone(), count)).collect() }
    }
}

/// What a finding keeps when its file is renamed.
type Rest<'k> = (&'k str, &'k str, &'k str, u128);

fn rest(key: &Key) -> Rest<'_> {
    (&key.group, &key.name, &key.rule, key.expr)
}

/// From so many files may one have been put together.
const MAX_ORIGINS: usize = 8;

/// Lets entries that are stale in one file count for the same finding in another: a group has moved, or the file has
/// another name.
fn follow<'k>(found: &'k [Identity], is_known: &mut [bool], stale: &mut [(&'k Key, usize)], scope: &Scope<'_>) {
    // Of each file, where findings in it come from.
    let mut origins: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let mut by_rest: FxHashMap<Rest<'_>, Vec<usize>> = FxHashMap::default();
    for (at, (key, _)) in stale.iter().enumerate().filter(|(_, (key, _))| !is_about_a_file(key)) {
        by_rest.entry(rest(key)).or_default().push(at);
    }
    let unknown =
        |is_known: &[bool]| -> Vec<usize> { (0..found.len()).filter(|at| is_known.get(*at) == Some(&false)).collect() };
    for at in unknown(is_known) {
        let Some(Identity { key, .. }) = found.get(at) else { continue };
        let Some(places) = by_rest.get_mut(&rest(key)) else { continue };
        let Some(old) = places.last().and_then(|place| take(stale, *place)) else { continue };
        if places.last().is_some_and(|place| is_empty(stale, *place)) {
            places.pop();
        }
        known(is_known, at);
        let origins = origins.entry(&key.file).or_default();
        if origins.len() < MAX_ORIGINS && !origins.contains(&old.file.as_str()) {
            origins.push(&old.file);
        }
    }
    follow_files(found, &unknown(is_known), is_known, stale, &origins, scope);
}

/// The same for what is about a whole file and says little of which it is: other findings must have gone the same way, or
/// the file has only gone to another folder.
fn follow_files<'k>(
    found: &'k [Identity],
    unknown: &[usize],
    is_known: &mut [bool],
    stale: &mut [(&'k Key, usize)],
    origins: &FxHashMap<&str, Vec<&str>>,
    scope: &Scope<'_>,
) {
    let mut by_file: FxHashMap<(&str, &str), usize> = FxHashMap::default();
    let mut by_name: FxHashMap<(&str, Option<&OsStr>), Vec<usize>> = FxHashMap::default();
    let gone = |key: &Key| is_about_a_file(key) && scope.is_gone(&key.file);
    for (at, (key, _)) in stale.iter().enumerate().filter(|(_, (key, _))| gone(key)) {
        by_file.insert((&key.rule, &key.file), at);
        by_name.entry((&key.rule, file_name(&key.file))).or_default().push(at);
    }
    for at in unknown {
        let Some(Identity { key, .. }) = found.get(*at).filter(|identity| is_about_a_file(&identity.key)) else {
            continue;
        };
        let rule = key.rule.as_str();
        let ways = origins.get(key.file.as_str()).into_iter().flatten();
        let of_ways =
            ways.filter_map(|from| by_file.get(&(rule, *from))).find(|place| !is_empty(stale, **place)).copied();
        let of_name = || {
            let places = by_name.get_mut(&(rule, file_name(&key.file)))?;
            while places.last().is_some_and(|place| is_empty(stale, *place)) {
                places.pop();
            }
            places.last().copied()
        };
        if of_ways.or_else(of_name).and_then(|place| take(stale, place)).is_some() {
            known(is_known, *at);
        }
    }
}

/// Takes one of an entry, if there is one left.
fn take<'k>(stale: &mut [(&'k Key, usize)], at: usize) -> Option<&'k Key> {
    let (key, count) = stale.get_mut(at)?;
    *count = count.checked_sub(1)?;
    Some(key)
}

fn is_empty(stale: &[(&Key, usize)], at: usize) -> bool {
    stale.get(at).is_none_or(|(_, count)| *count == 0)
}

fn known(is_known: &mut [bool], at: usize) {
    if let Some(is_known) = is_known.get_mut(at) {
        *is_known = true;
    }
}

fn is_about_a_file(key: &Key) -> bool {
    key.group.is_empty() && key.name.is_empty()
}

fn file_name(path: &str) -> Option<&OsStr> {
    Path::new(path).file_name()
}
