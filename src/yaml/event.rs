//! What a text of YAML consists of, in the order of the text: what both readers say and [`super::build`] hears.

use std::borrow::Cow;

use super::ScalarStyle;
use crate::source::Span;

/// A step of reading. All offsets are bytes of the text that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A document, from its `---` or, where there is none, from its first content on.
    DocumentStart(usize),
    /// The document's value is complete.
    DocumentEnd,
    /// A comment, from its `#` to the end of the line.
    Comment(Span),
    /// A scalar.
    Scalar(ScalarEvent<'a>, Properties),
    /// A sequence begins; `bracket` is where its `[` stands, `None` for one in lines.
    SequenceStart { bracket: Option<usize>, properties: Properties },
    /// A mapping begins; `bracket` is where its `{` stands (of a pair in brackets: its key), `None` for one in lines.
    MappingStart { bracket: Option<usize>, properties: Properties },
    /// The innermost open collection ends: the byte behind its bracket; of one in lines, where the reader noticed.
    End(usize),
    /// The name of the anchor of the node before.
    Anchor(String, Span),
    /// An alias of the anchor with this number.
    Alias(usize, Span),
    /// An alias of an anchor that is not there.
    UnknownAlias(String, Span),
}

/// A scalar as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScalarEvent<'a> {
    /// The decoded text; a piece of the text where it stands there as it is.
    pub(super) value: Cow<'a, str>,
    /// How it is written.
    pub(super) style: ScalarStyle,
    /// With its quotes; of a block scalar from its first content to the text behind it; empty for a scalar that is not
    /// there.
    pub(super) span: Span,
    /// Whether it is quoted and ends on another line than it begins.
    pub(super) is_long: bool,
    /// The columns that are stripped from each line of a block scalar; 0 for all others.
    pub(super) indent: usize,
}

impl ScalarEvent<'_> {
    /// A value that is not there. `granit-parser` says `~` of it.
    pub(super) fn missing(at: usize) -> Self {
        let style = ScalarStyle::Plain;
        ScalarEvent { value: Cow::Borrowed("~"), style, span: Span::at(at), is_long: false, indent: 0 }
    }
}

/// What may stand before a value. Few have any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Properties {
    /// The number of the anchor; 0 where there is none.
    pub(super) anchor: usize,
    /// The tag as it is written.
    pub(super) tag: Option<String>,
}
