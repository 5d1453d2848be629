//! `granit-parser`: the reader for every text, and the one that knows what is wrong with it.

use granit_parser::{ErrorKind, Options, Parser, ScanError, StrInput, StructureStyle, Tag, options};

use super::ScalarStyle;
use super::event::{Event, Properties, ScalarEvent};
use crate::source::Span;

/// A mistake, and its byte in the text; `None` where the parser does not say.
pub(super) type Mistake = (ErrorKind, Option<usize>);

/// The events of a text, one after the other.
pub(super) struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
}

/// The parser's options: libyaml's leniency, and no limit on comments (a block of more than 96 of them is ordinary).
pub(super) fn parser_options() -> Options {
    options! {
        max_buffered_comment_events: usize::MAX,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
    }
}

impl<'a> Events<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Events { parser: Parser::new_from_str_with_options(text, parser_options()) }
    }

    /// Goes on behind the document in which a mistake was; whether there is another one.
    pub(super) fn next_document(&mut self) -> Result<bool, Mistake> {
        self.parser.proceed_next_document().map_err(mistake)
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Event<'a>, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.parser.next_event()? {
                Ok((event, span)) => {
                    if let Some(event) = translated(event, span) {
                        return Some(Ok(event));
                    }
                }
                Err(error) => return Some(Err(mistake(error))),
            }
        }
    }
}

fn mistake(error: ScanError) -> Mistake {
    (error.kind().clone(), error.marker().byte_offset())
}

/// `None` for the ends of the stream, which say nothing; the parser has no other events (its list is open for new ones).
fn translated(event: granit_parser::Event<'_>, at: granit_parser::Span) -> Option<Event<'_>> {
    use granit_parser::Event as E;
    let span = Span::from(at.byte_range().unwrap_or_default());
    let bracket = |structure| (structure == StructureStyle::Flow).then_some(span.start());
    Some(match event {
        E::DocumentStart(..) => Event::DocumentStart(span.start()),
        E::DocumentEnd => Event::DocumentEnd,
        E::Comment(..) => Event::Comment(span),
        E::Anchor(_, name) => Event::Anchor(name.into_owned(), span),
        E::Alias(anchor) => Event::Alias(anchor, span),
        E::UnresolvedAlias(name) => Event::UnknownAlias(name.into_owned(), span),
        E::Scalar(value, style, anchor, tag) => {
            let style = scalar_style(style);
            let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
            let is_long = is_quoted && at.start.line() != at.end.line();
            let indent = at.indent.filter(|_| style.is_block()).unwrap_or_default();
            let scalar = ScalarEvent { value, style, span, is_long, indent };
            Event::Scalar(scalar, properties(anchor, tag.as_deref()))
        }
        E::SequenceStart(structure, anchor, tag) => {
            Event::SequenceStart { bracket: bracket(structure), properties: properties(anchor, tag.as_deref()) }
        }
        E::MappingStart(structure, anchor, tag) => {
            Event::MappingStart { bracket: bracket(structure), properties: properties(anchor, tag.as_deref()) }
        }
        E::SequenceEnd | E::MappingEnd => Event::End(span.end()),
        _ => return None,
    })
}

fn properties(anchor: usize, tag: Option<&Tag>) -> Properties {
    Properties { anchor, tag: tag.map(Tag::original) }
}

fn scalar_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}
