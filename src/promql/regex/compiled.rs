//! Patterns that can be run.

use ::regex::{Captures, Regex, RegexBuilder};

use super::alternatives::{self, Alternative};
use super::error::{Code, RegexError};
use super::expand::{self, Part};
use super::syntax::{Capture, Node};
use super::{emit, parser};
use crate::source::Span;

/// How many bytes a compiled pattern may take.
const SIZE_LIMIT: usize = 10 << 20;
/// Groups may nest deeper than the crate allows by default; the parser has its own bound.
const NEST_LIMIT: u32 = 1000;

fn compile(pattern: &str, translated: &str) -> Result<Regex, RegexError> {
    RegexBuilder::new(translated)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .nest_limit(NEST_LIMIT)
        .build()
        .map_err(|_| {
            let mut error = RegexError::new(Code::Large, pattern, Span::new(0, pattern.len()));
            error.help = Some("make the counts of its repetitions smaller".to_owned());
            error
        })
}

/// The pattern with this tree, which must match the whole text.
fn compile_whole(pattern: &str, node: &Node) -> Result<Regex, RegexError> {
    compile(pattern, &format!(r"\A(?:{})\z", emit::emit(node)))
}

/// A pattern that must match the whole text, and whose `.` matches line breaks: label matchers.
#[derive(Clone, Debug)]
pub struct AnchoredRegex {
    kind: Anchored,
}

/// The commonest patterns need no engine.
#[derive(Clone, Debug)]
enum Anchored {
    /// `.*`
    Anything,
    /// `.+`
    Something,
    /// `a|b|c`
    OneOf(Vec<String>),
    /// `a|b.*`
    AnyOf(Vec<Alternative>),
    Pattern(Regex),
}

impl AnchoredRegex {
    /// Compiles the pattern.
    ///
    /// # Errors
    /// Where Go refuses it, or where it is too large.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let node = parser::parse(pattern, true)?;
        let kind = match Anchored::plain(&node) {
            Some(plain) => plain,
            None => Anchored::Pattern(compile_whole(pattern, &node)?),
        };
        Ok(AnchoredRegex { kind })
    }

    /// The pattern, if it needs no engine and costs next to nothing.
    pub(super) fn plain(pattern: &str) -> Option<Self> {
        let kind = Anchored::plain(&parser::parse(pattern, true).ok()?)?;
        Some(AnchoredRegex { kind })
    }

    /// Whether the whole text matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.kind {
            Anchored::Anything => true,
            Anchored::Something => !text.is_empty(),
            Anchored::OneOf(texts) => texts.iter().any(|one| one == text),
            Anchored::AnyOf(alternatives) => alternatives.iter().any(|one| one.is_match(text)),
            Anchored::Pattern(regex) => regex.is_match(text),
        }
    }

    /// The only texts that match, if the pattern lists them: `a|b|c`.
    pub fn literals(&self) -> Option<&[String]> {
        match &self.kind {
            Anchored::OneOf(texts) => Some(texts),
            _ => None,
        }
    }
}

impl Anchored {
    fn plain(node: &Node) -> Option<Self> {
        match (node, node.literals()) {
            (_, Some(texts)) => Some(Anchored::OneOf(texts)),
            (Node::Repeat { min: 0, max: None, inner, .. }, _) if is_any(inner) => Some(Anchored::Anything),
            (Node::Repeat { min: 1, max: None, inner, .. }, _) if is_any(inner) => Some(Anchored::Something),
            _ => alternatives::of(node).map(Anchored::AnyOf),
        }
    }
}

fn is_any(node: &Node) -> bool {
    matches!(node, Node::Any { newline: true })
}

/// The groups' names by number; the first one is the whole match.
fn group_names(node: &Node) -> Vec<Option<String>> {
    fn collect(node: &Node, names: &mut Vec<Option<String>>) {
        match node {
            Node::Group { capture, inner } => {
                match capture {
                    Capture::None => {}
                    Capture::Numbered => names.push(None),
                    Capture::Named(name) => names.push(Some(name.clone())),
                }
                collect(inner, names);
            }
            Node::Repeat { inner, .. } => collect(inner, names),
            Node::Concat(parts) | Node::Alternate(parts) => parts.iter().for_each(|part| collect(part, names)),
            _ => {}
        }
    }
    let mut names = vec![None];
    collect(node, &mut names);
    names
}

/// A pattern with the names of its groups.
#[derive(Clone, Debug)]
struct WithGroups {
    regex: Regex,
    names: Vec<Option<String>>,
}

impl WithGroups {
    /// Puts what the groups matched into a replacement text; stops where `out` has become longer than `max_len`.
    fn expand(&self, parts: &[Part<'_>], captures: &Captures<'_>, out: &mut String, max_len: usize) {
        for part in parts {
            if out.len() > max_len {
                return;
            }
            let group = match part {
                Part::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Part::Number(number) => captures.get(*number),
                // Names may repeat: the first group that took part counts.
                Part::Name(name) => {
                    let mut named = self.names.iter().zip(captures.iter());
                    named.find_map(|(known, group)| group.filter(|_| known.as_deref() == Some(*name)))
                }
            };
            out.push_str(group.map_or("", |group| group.as_str()));
        }
    }
}

/// A pattern that must match the whole text, with a replacement for it: `label_replace`.
#[derive(Clone, Debug)]
pub struct ReplaceRegex {
    inner: WithGroups,
}

impl ReplaceRegex {
    /// Compiles the pattern.
    ///
    /// # Errors
    /// Where Go refuses it, or where it is too large.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let node = parser::parse(pattern, true)?;
        let regex = compile_whole(pattern, &node)?;
        Ok(ReplaceRegex { inner: WithGroups { regex, names: group_names(&node) } })
    }

    /// The groups and the whole match.
    #[cfg(test)]
    pub(super) fn captures_len(&self) -> usize {
        self.inner.regex.captures_len()
    }

    /// The replacement with `$1`, `${name}` filled in, if the whole text matches. Cut off, where it becomes longer than
    /// `max_len` bytes, some way behind them.
    pub fn expand(&self, text: &str, replacement: &str, max_len: usize) -> Option<String> {
        let captures = self.inner.regex.captures(text)?;
        let mut out = String::new();
        self.inner.expand(&expand::parts(replacement), &captures, &mut out, max_len);
        Some(out)
    }
}

/// The groups of a [`ReplaceRegex`] that nobody runs.
#[derive(Clone, Debug)]
pub struct ReplaceGroups {
    names: Vec<Option<String>>,
}

impl ReplaceGroups {
    /// A pattern of up to this many bytes and without counts is never too large once it is compiled.
    const PLAINLY_SMALL: usize = 100;

    /// The groups of the pattern.
    ///
    /// # Errors
    /// As for [`ReplaceRegex::new`].
    pub fn of(pattern: &str) -> Result<Self, RegexError> {
        let node = parser::parse(pattern, true)?;
        if pattern.len() > ReplaceGroups::PLAINLY_SMALL || pattern.contains('{') {
            compile_whole(pattern, &node)?;
        }
        Ok(ReplaceGroups { names: group_names(&node) })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.names.len().saturating_sub(1)
    }

    /// The first group that `replacement` refers to and that the pattern does not have: nothing is filled in for it.
    pub fn unknown_in(&self, replacement: &str) -> Option<String> {
        let has_group = |name: &str| self.names.iter().flatten().any(|known| known == name);
        expand::parts(replacement).into_iter().find_map(|part| match part {
            Part::Number(number) => (number > self.count()).then(|| number.to_string()),
            Part::Name(name) => (!has_group(name)).then(|| name.to_owned()),
            Part::Text(_) => None,
        })
    }
}

/// A pattern that matches anywhere in a text and whose `.` stops at line breaks: templates, `--run`.
#[derive(Clone, Debug)]
pub struct SearchRegex {
    inner: WithGroups,
}

impl SearchRegex {
    /// Compiles the pattern.
    ///
    /// # Errors
    /// Where Go refuses it, or where it is too large.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let node = parser::parse(pattern, false)?;
        let regex = compile(pattern, &emit::emit(&node))?;
        Ok(SearchRegex { inner: WithGroups { regex, names: group_names(&node) } })
    }

    /// Whether some part of the text matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.inner.regex.is_match(text)
    }

    /// Go's `ReplaceAllString`: every match replaced, `$1` and `${name}` filled in. `None` where the result has more
    /// than `max_len` bytes.
    pub fn replace_all(&self, text: &str, replacement: &str, max_len: usize) -> Option<String> {
        let parts = expand::parts(replacement);
        let mut out = String::new();
        let mut copied = 0;
        for captures in self.inner.regex.captures_iter(text) {
            let whole = captures.get(0)?;
            out.push_str(text.get(copied..whole.start()).unwrap_or_default());
            self.inner.expand(&parts, &captures, &mut out, max_len);
            copied = whole.end();
            if out.len() > max_len {
                return None;
            }
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Some(out).filter(|out| out.len() <= max_len)
    }
}
