//! Kinds of values: what is known of a value without data.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;

use crate::source::Span;

use super::LabelOwner;

/// What is known of a value without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind<'a> {
    /// The dot that an expansion begins with.
    Root,
    /// A label set.
    Labels(LabelOwner),
    /// What `query` gives; the place of its text, where that is a literal.
    Vector(Option<Span>),
    /// An element of it.
    Sample(Option<Span>),
    /// What `args` makes.
    Args(ArgsId),
    /// A literal text.
    Literal(Literal<'a>),
    /// What `printf` makes of a literal format.
    Formatted(Literal<'a>),
    /// Anything else.
    Other,
}

/// A literal text of the template; its place says which one it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'a> {
    /// The decoded text.
    pub(super) text: &'a str,
    /// Its bytes in the template, quotes included.
    pub(super) span: Span,
}

impl PartialEq for Literal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span
    }
}

impl Eq for Literal<'_> {}

impl Hash for Literal<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.span.hash(state);
    }
}

/// One of the values that `args` makes: an index into [`ArgsTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ArgsId(usize);

/// How deep `args` is followed inside of `args`.
const MAX_ARGS_DEPTH: usize = 16;

/// What `args` makes. Equal ones are kept once, so that comparing, copying and printing one costs the same however
/// often it holds itself in pieces: `args . .` of `args . .` of … is a tree of 2ⁿ leaves and n entries here.
#[derive(Debug, Default)]
pub(super) struct ArgsTable<'a> {
    entries: Vec<Args<'a>>,
    known: FxHashMap<Box<[Kind<'a>]>, ArgsId>,
}

#[derive(Debug)]
struct Args<'a> {
    kinds: Box<[Kind<'a>]>,
    depth: usize,
    holds: Holds,
}

/// Which whole label sets are somewhere inside of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holds {
    /// The dot that an expansion begins with.
    pub(super) root: bool,
    /// The alert's labels.
    pub(super) labels: bool,
    /// The external labels.
    pub(super) external_labels: bool,
}

impl<'a> ArgsTable<'a> {
    /// The value that `args` makes of `kinds`, or nothing where it nests too deep.
    pub(super) fn make(&mut self, kinds: &[Kind<'a>]) -> Option<Kind<'a>> {
        if let Some(known) = self.known.get(kinds) {
            return Some(Kind::Args(*known));
        }
        let depth = 1 + kinds.iter().map(|kind| self.depth(*kind)).max().unwrap_or(0);
        if depth > MAX_ARGS_DEPTH {
            return None;
        }
        let mut holds = Holds::default();
        for inside in kinds.iter().map(|kind| self.holds(*kind)) {
            holds.root |= inside.root;
            holds.labels |= inside.labels;
            holds.external_labels |= inside.external_labels;
        }
        let id = ArgsId(self.entries.len());
        self.entries.push(Args { kinds: kinds.into(), depth, holds });
        self.known.insert(kinds.into(), id);
        Some(Kind::Args(id))
    }

    /// The value behind the field `argN`.
    pub(super) fn field(&self, args: ArgsId, name: &str) -> Kind<'a> {
        let index = name.strip_prefix("arg").and_then(|index| index.parse::<usize>().ok());
        let entry = self.entries.get(args.0);
        index.zip(entry).and_then(|(index, entry)| entry.kinds.get(index)).copied().unwrap_or(Kind::Other)
    }

    /// Which whole label sets are printed where `kind` is printed.
    pub(super) fn holds(&self, kind: Kind<'_>) -> Holds {
        match kind {
            Kind::Root => Holds { root: true, ..Holds::default() },
            Kind::Labels(LabelOwner::Alert) => Holds { labels: true, ..Holds::default() },
            Kind::Labels(LabelOwner::External) => Holds { external_labels: true, ..Holds::default() },
            Kind::Args(args) => self.entries.get(args.0).map(|entry| entry.holds).unwrap_or_default(),
            _ => Holds::default(),
        }
    }

    fn depth(&self, kind: Kind<'_>) -> usize {
        match kind {
            Kind::Args(args) => self.entries.get(args.0).map_or(0, |entry| entry.depth),
            _ => 0,
        }
    }
}
