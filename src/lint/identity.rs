//! Which finding it is, wherever its line has gone: what a baseline knows it by, and what reports give as fingerprint.
//!
//! A finding is the same as long as its rule, file, group, alert and expression are, the expression as promproof prints
//! it. Those that have all of it in common are counted. So moved lines, another layout and another order of groups and
//! rules change nothing.

use std::borrow::Borrow;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Config;
use crate::promql;
use crate::rules::RuleFile;
use crate::source::words::collapsed;
use crate::source::{Diagnostic, FileId, Span, region_at};
use crate::testfile::TestFile;
use crate::testfile::checked::Checked;
use crate::workspace::paths::slashed;
use crate::workspace::{Document, Workspace};

/// What a finding has in common with itself in another version of its file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The file, from the folder of the configuration, with slashes.
    pub file: String,
    /// The group of rules or of tests; empty outside of groups, and for one without a name.
    pub group: String,
    /// The alert or the recorded series; of a test, what the assertion is about; in `CODEOWNERS`, the line. Else empty.
    pub name: String,
    /// The id of its lint rule.
    pub rule: String,
    /// The expression: a hash of its normalised text; 0 where there is none.
    pub expr: u128,
}

/// A finding among those with the same [`Key`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// What they have in common.
    pub key: Key,
    /// How many of them stand before it in its run, from 0.
    pub ordinal: usize,
}

impl Key {
    /// The key of something that could not be done with the file at `path`.
    pub fn of_failure(path: &str, message: &str) -> Key {
        Key {
            file: path.to_owned(),
            group: String::new(),
            name: message.to_owned(),
            rule: "promproof".to_owned(),
            expr: 0,
        }
    }

    /// A short text for it: 32 hexadecimal digits.
    pub fn hash(&self) -> String {
        format!("{:032x}", self.digest(None))
    }

    fn digest(&self, ordinal: Option<usize>) -> u128 {
        let mut hash = Fnv::default();
        for part in [&self.file, &self.group, &self.name, &self.rule] {
            hash.part(part.as_bytes());
        }
        hash.part(&self.expr.to_be_bytes());
        if let Some(ordinal) = ordinal {
            hash.part(&(ordinal as u64).to_be_bytes());
        }
        hash.0
    }
}

impl Identity {
    /// A text that no other finding of the run has: 32 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        format!("{:032x}", self.key.digest(Some(self.ordinal)))
    }
}

/// Takes one of what is counted under `key`, if one is left.
pub(super) fn take<K: Borrow<Q> + Eq + Hash, Q: Eq + Hash + ?Sized>(counts: &mut FxHashMap<K, usize>, key: &Q) -> bool {
    let left = counts.get_mut(key).filter(|left| **left > 0);
    let is_there = left.is_some();
    left.into_iter().for_each(|left| *left -= 1);
    is_there
}

/// The identities of `diagnostics`, in their order.
pub fn identify(workspace: &Workspace, config: &Config, diagnostics: &[Diagnostic]) -> Vec<Identity> {
    let mut files: FxHashMap<FileId, FilePlaces> = FxHashMap::default();
    let mut counts: FxHashMap<Key, usize> = FxHashMap::default();
    let identity = |diagnostic: &Diagnostic| {
        let file = &diagnostic.primary.file;
        let places = files.entry(file.id()).or_insert_with(|| {
            FilePlaces::of(path_name(config, file.name()), workspace.document(file.id()).as_deref())
        });
        let mut key = places.key(diagnostic.rule, diagnostic.primary.span.start());
        if config.owners().is_some_and(|owners| owners.file.id() == file.id()) {
            let line = file.line_span(file.line_index(diagnostic.primary.span.start()));
            key.name = line.map(|line| collapsed(line.slice(file.text()))).unwrap_or_default();
        }
        let ordinal = match counts.entry(key.clone()) {
            Entry::Occupied(mut count) => {
                *count.get_mut() += 1;
                *count.get()
            }
            Entry::Vacant(count) => *count.insert(0),
        };
        Identity { key, ordinal }
    };
    diagnostics.iter().map(identity).collect()
}

/// A file as a key names it.
pub(super) fn path_name(config: &Config, name: &str) -> String {
    slashed(&config.files().way_to(Path::new(name)))
}

/// What of a file has a group, a name or an expression.
struct FilePlaces {
    file: String,
    /// By their beginnings. A rule file's groups do not lie within each other, and neither do its rules.
    groups: Vec<(Span, String)>,
    items: Vec<Item>,
}

/// A rule, or an assertion of a test.
struct Item {
    span: Span,
    name: String,
    expr: Expression,
}

/// The expression of an item, hashed when it is first asked for: most items have no finding.
enum Expression {
    OfRule(Arc<RuleFile>, usize, usize),
    Text(String),
    Hashed(u128),
}

impl Expression {
    fn hash(&mut self) -> u128 {
        let hash = match self {
            Expression::Hashed(hash) => *hash,
            Expression::Text(text) => expression_hash(None, text),
            Expression::OfRule(file, group, rule) => {
                let rule = file.groups.get(*group).and_then(|group| group.rules.get(*rule));
                rule.map_or(0, |rule| expression_hash(rule.parsed.as_ref(), rule.expr.text()))
            }
        };
        *self = Expression::Hashed(hash);
        hash
    }
}

/// The hash of an expression, whatever its layout; 0 for an empty one.
pub(super) fn expression_hash(parsed: Option<&promql::Expr>, text: &str) -> u128 {
    if text.trim().is_empty() {
        return 0;
    }
    let normalised = parsed.map_or_else(|| collapsed(text), ToString::to_string);
    let mut hash = Fnv::default();
    hash.part(normalised.as_bytes());
    hash.0
}

impl FilePlaces {
    fn of(file: String, document: Option<&Document>) -> Self {
        let mut places = FilePlaces { file, groups: Vec::new(), items: Vec::new() };
        if let Some(rules) = document.and_then(Document::rules) {
            places.add_rules(rules);
        } else if let Some(input) = document.and_then(Document::tests) {
            places.add_tests(&input.test);
        }
        places.groups.sort_by_key(|(span, _)| span.start());
        places.items.sort_by_key(|item| item.span.start());
        places
    }

    fn add_rules(&mut self, file: &Arc<RuleFile>) {
        for (at, group) in file.groups.iter().enumerate() {
            self.groups.push((group.span, group.name.text().to_owned()));
            self.items.extend(group.rules.iter().enumerate().map(|(index, rule)| Item {
                span: rule.span,
                name: rule.name.text().to_owned(),
                expr: Expression::OfRule(Arc::clone(file), at, index),
            }));
        }
    }

    fn add_tests(&mut self, test: &TestFile) {
        for group in &test.groups {
            let name = group.name.as_ref().map_or("", |name| name.text());
            self.groups.push((group.span, name.to_owned()));
            self.items.extend(Checked::all(group).map(|checked| {
                let subject = checked.subject();
                let (name, expr) = match checked {
                    Checked::Expr(_) => (String::new(), subject.text().to_owned()),
                    Checked::Alert(_) | Checked::Timeline(_) => (subject.text().to_owned(), String::new()),
                };
                Item { span: checked.span(), name, expr: Expression::Text(expr) }
            }));
        }
    }

    /// The key of a finding of `rule` at the byte `at`.
    fn key(&mut self, rule: &str, at: usize) -> Key {
        let group = region_at(&self.groups, at, |(span, _)| *span);
        let group = group.and_then(|index| self.groups.get(index)).map(|(_, name)| name.clone()).unwrap_or_default();
        let item = region_at(&self.items, at, |item| item.span).and_then(|index| self.items.get_mut(index));
        let (name, expr) = item.map(|item| (item.name.clone(), item.expr.hash())).unwrap_or_default();
        Key { file: self.file.clone(), group, name, rule: rule.to_owned(), expr }
    }
}

/// FNV-1a with 128 bits: the same in all versions of promproof and on all machines, which the hashes of maps are not.
/// Nothing depends on its being hard to find two texts with the same hash: whoever writes a rule may excuse it, too.
struct Fnv(u128);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fnv {
    /// Goes on by a part of known length, so that `ab`, `c` is not `a`, `bc`.
    fn part(&mut self, bytes: &[u8]) {
        for byte in (bytes.len() as u64).to_be_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}
