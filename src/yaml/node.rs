//! The tree.

use std::borrow::Cow;
use std::sync::Arc;

use super::place::{Origin, Place};
use super::text::{Holder, Text};
use crate::source::{SourceFile, Span};

/// A value anywhere in a document.
#[derive(Clone, Debug)]
pub struct Node {
    /// From the first to the last byte of the value in the file: for a mapping from its first key to the end of its
    /// last value, for a scalar with its quotes or its block content. What came through an alias has the span of
    /// the anchor's definition.
    pub span: Span,
    /// What the value is.
    pub kind: NodeKind,
    marks: Option<Box<Marks>>,
}

/// What few nodes have, and none has to have room for.
#[derive(Clone, Debug, Default)]
struct Marks {
    tag: Option<String>,
    alias: Option<Span>,
    /// Of a key: whether its entry came through a `<<` merge.
    is_merged: bool,
}

/// What a node is.
///
/// The content is shared: an alias costs one reference, however large what it stands for.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Text, also numbers, booleans and null: their source text is kept.
    Scalar(Scalar),
    /// A mapping.
    Mapping(Arc<Mapping>),
    /// A sequence.
    Sequence(Arc<Sequence>),
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// No quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A scalar: the decoded text, and for each of its bytes the byte of the file that it came from.
#[derive(Clone, Debug)]
pub struct Scalar {
    pub(super) text: Text,
    /// How it was written.
    pub style: ScalarStyle,
    /// Whether it is YAML's null: not there, `~` or `null`, unquoted and untagged.
    pub is_null: bool,
    /// Whether it stands within brackets or braces, where a comma would end a plain text.
    pub in_flow: bool,
}

/// A mapping's entries in the order of the file; keys are unique (a second one is an error of the reader).
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The entries, those merged through `<<` behind the written ones.
    pub entries: Vec<Entry>,
    /// Whether it is written in braces, or is a pair within brackets: not in lines of its own.
    pub in_braces: bool,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, nearly always a scalar.
    pub key: Node,
    /// The value; a null scalar with an empty span where nothing was written.
    pub value: Node,
}

/// A sequence's items in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// The items.
    pub items: Vec<Node>,
    /// Whether it is written in brackets, not in lines with dashes.
    pub in_brackets: bool,
}

impl Node {
    pub(super) fn new(span: Span, tag: Option<String>, kind: NodeKind) -> Node {
        let marks = tag.map(|tag| Box::new(Marks { tag: Some(tag), ..Marks::default() }));
        Node { span, kind, marks }
    }

    /// The explicit tag as written (`!!str`, `!vault`), if any.
    pub fn tag(&self) -> Option<&str> {
        self.marks.as_ref()?.tag.as_deref()
    }

    /// For a value that came through an alias or a merge: the bytes of the `*alias`.
    pub fn alias(&self) -> Option<Span> {
        self.marks.as_ref()?.alias
    }

    pub(super) fn set_alias(&mut self, alias: Span) {
        self.marks.get_or_insert_default().alias = Some(alias);
    }

    /// Marks the key of an entry that came through a `<<` merge.
    pub(super) fn set_merged(&mut self) {
        self.marks.get_or_insert_default().is_merged = true;
    }

    /// The scalar, if this is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What kind of value this is, as a message calls it: "a text", "a mapping", "a list", "nothing".
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            NodeKind::Scalar(scalar) if scalar.is_null => "nothing",
            NodeKind::Scalar(_) => "a text",
            NodeKind::Mapping(_) => "a mapping",
            NodeKind::Sequence(_) => "a list",
        }
    }

    /// The mapping, if this is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.kind {
            NodeKind::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The sequence, if this is one.
    pub fn as_sequence(&self) -> Option<&Sequence> {
        match &self.kind {
            NodeKind::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }

    /// Whether this is YAML's null.
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.is_null)
    }
}

impl ScalarStyle {
    /// Whether it is written in lines below a `|` or `>`.
    pub fn is_block(self) -> bool {
        matches!(self, ScalarStyle::Literal | ScalarStyle::Folded)
    }
}

impl Mapping {
    /// The entries that stand in the mapping itself, in the order of the file: not what came through a `<<`.
    pub fn written(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.is_merged())
    }

    /// The entry with the scalar key `name`.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is(name))
    }
}

impl Entry {
    /// Whether it came through a `<<` merge.
    pub fn is_merged(&self) -> bool {
        self.key.marks.as_ref().is_some_and(|marks| marks.is_merged)
    }

    /// Whether the key is a scalar with the text `name`.
    pub fn is(&self, name: &str) -> bool {
        self.key.as_scalar().is_some_and(|scalar| scalar.is(name))
    }

    /// The key's text, if it is a scalar.
    pub fn name(&self) -> Option<&str> {
        self.key.as_scalar().map(Scalar::value)
    }
}

impl Scalar {
    /// A text in this style, written neither in brackets nor as null.
    pub(super) fn new(text: Text, style: ScalarStyle) -> Scalar {
        Scalar { text, style, is_null: false, in_flow: false }
    }

    /// YAML's null at the byte `at` of the file: no text.
    pub fn null(at: usize) -> Scalar {
        let text = Text::with_place(String::new(), Place::Direct(at));
        Scalar { is_null: true, ..Scalar::new(text, ScalarStyle::Plain) }
    }

    /// The lines of `file` under `span` without their first `indent` columns, as a block scalar would hold them.
    pub(super) fn within(file: &Arc<SourceFile>, span: Span, indent: usize) -> Scalar {
        let text = span.slice(file.text());
        let indentation = |line: &str| line.bytes().take(indent).take_while(|byte| *byte == b' ').count();
        let value = match indent {
            0 => Cow::Borrowed(text),
            _ => {
                let lines = text.split_inclusive('\n');
                Cow::Owned(lines.filter_map(|line| line.get(indentation(line)..)).collect::<String>())
            }
        };
        let content = Span::new(span.start() + indentation(text), span.end());
        let style = ScalarStyle::Literal;
        Scalar::new(
            Text::new(&Holder::new(file), &Origin::File(Arc::clone(file)), value, style, content, indent),
            style,
        )
    }

    /// The decoded text; empty for null, however it is written.
    pub fn value(&self) -> &str {
        self.text.as_str()
    }

    /// Whether the decoded text is `text`.
    pub fn is(&self, text: &str) -> bool {
        self.text.is(text)
    }

    /// The byte of the file that the decoded byte `offset` came from. For the offset one past the end: the byte
    /// behind the content. Escapes map to their backslash, folded spaces to the line break.
    pub fn file_offset(&self, offset: usize) -> usize {
        self.text.of_byte(offset).start()
    }

    /// The bytes of the file under a range of decoded bytes. A non-empty range yields a non-empty span.
    pub fn file_span(&self, decoded: Span) -> Span {
        let start = self.file_offset(decoded.start());
        if decoded.is_empty() {
            return Span::at(start);
        }
        // The end is taken from the last byte of the range, so that a range which stops at the end of a line does
        // not reach over the next line's indentation.
        let last = self.text.of_byte(decoded.end() - 1);
        Span::new(start, last.end().max(start + 1))
    }
}
