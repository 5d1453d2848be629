//! The tree of a pattern.

/// A pattern or a part of it. What flags such as `(?i)` change is written into each part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Matches the empty text.
    Empty,
    /// One character; `fold`: in either case.
    Char { c: char, fold: bool },
    /// A set of characters.
    Class(Class),
    /// `.`; `newline`: line breaks too.
    Any { newline: bool },
    /// `^` with `(?m)`
    LineStart,
    /// `$` with `(?m)`
    LineEnd,
    /// `^`, `\A`
    TextStart,
    /// `$`, `\z`
    TextEnd,
    /// `\b`, or `\B` if `negated`
    WordBoundary { negated: bool },
    /// Parentheses: counted ones, with or without a name, or `(?:…)`.
    Group { capture: Capture, inner: Box<Node> },
    /// `*`, `+`, `?`, `{n,m}`
    Repeat { min: u32, max: Option<u32>, greedy: bool, inner: Box<Node> },
    /// One after the other.
    Concat(Vec<Node>),
    /// One or the other.
    Alternate(Vec<Node>),
}

/// What a group remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Capture {
    None,
    Numbered,
    Named(String),
}

/// `[a-z\d]`, `\pL`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) negated: bool,
    /// Whether case does not matter.
    pub(super) fold: bool,
    pub(super) items: Vec<ClassItem>,
}

/// A part of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClassItem {
    /// Code points, both ends included. Surrogates are legal and match nothing.
    Range(u32, u32),
    /// `\d`, `[:alpha:]`: ranges of ASCII characters.
    Ascii { ranges: &'static [(u8, u8)], negated: bool },
    /// `\p{Greek}`: the property as the `regex` crate names it; `None` for one that no text has.
    Property { name: Option<String>, negated: bool },
}

impl Class {
    /// A character of the class, where it lists characters and one is easily found.
    pub(super) fn example(&self) -> Option<char> {
        let has = |c: char| {
            let is_in = |item: &ClassItem| match item {
                ClassItem::Range(first, last) => Some((*first..=*last).contains(&u32::from(c))),
                ClassItem::Ascii { .. } | ClassItem::Property { .. } => None,
            };
            self.items.iter().try_fold(false, |found, item| is_in(item).map(|is_in| found || is_in))
        };
        let first = self.items.iter().find_map(|item| match item {
            ClassItem::Range(first, _) => char::from_u32(*first),
            ClassItem::Ascii { .. } | ClassItem::Property { .. } => None,
        });
        let mut likely = ['x', 'a', '0'].into_iter().chain(first);
        if self.fold { None } else { likely.find(|c| has(*c) == Some(!self.negated)) }
    }
}

impl Node {
    /// Whether the pattern, anchored at both ends, matches the empty text.
    pub(super) fn is_nullable(&self) -> bool {
        match self {
            Node::Empty | Node::LineStart | Node::LineEnd | Node::TextStart | Node::TextEnd => true,
            Node::WordBoundary { negated } => *negated,
            Node::Char { .. } | Node::Class(_) | Node::Any { .. } => false,
            Node::Group { inner, .. } => inner.is_nullable(),
            Node::Repeat { min, inner, .. } => *min == 0 || inner.is_nullable(),
            Node::Concat(parts) => parts.iter().all(Node::is_nullable),
            Node::Alternate(parts) => parts.iter().any(Node::is_nullable),
        }
    }

    /// The texts that the pattern, anchored at both ends, matches, if they are plainly listed: `a|b|c`, `(a|b)`, `^a$`.
    pub(super) fn literals(&self) -> Option<Vec<String>> {
        match self {
            Node::Group { inner, .. } => inner.literals(),
            Node::Alternate(parts) => parts.iter().map(Node::literal).collect(),
            Node::Concat(parts) => match without_anchors(parts) {
                [single] => single.literals(),
                parts => literal(parts).map(|text| vec![text]),
            },
            single => single.literal().map(|text| vec![text]),
        }
    }

    fn literal(&self) -> Option<String> {
        match self {
            Node::Concat(parts) => literal(without_anchors(parts)),
            Node::Empty => Some(String::new()),
            single => literal(std::slice::from_ref(single)),
        }
    }
}

/// The parts of a pattern that is anchored at both ends, where its own anchors there say nothing new.
fn without_anchors(mut parts: &[Node]) -> &[Node] {
    while let [Node::LineStart | Node::TextStart, rest @ ..] = parts {
        parts = rest;
    }
    while let [rest @ .., Node::LineEnd | Node::TextEnd] = parts {
        parts = rest;
    }
    parts
}

fn literal(parts: &[Node]) -> Option<String> {
    let characters = parts.iter().map(|part| match part {
        Node::Char { c, fold: false } => Some(*c),
        _ => None,
    });
    characters.collect()
}
