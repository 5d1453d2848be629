//! The decoded text of a scalar, and where its bytes stand in the file.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::ScalarStyle;
use super::place::{Mapped, Origin, Place};
use crate::source::{SourceFile, Span};

/// A text that was read from a file: a piece of the file where it stands there as it is, which most texts do, and a text of
/// its own where it does not. Copies share it.
#[derive(Clone)]
pub(super) struct Text(Kind);

/// Two words, as there are many: a rule has a dozen.
#[derive(Clone)]
enum Kind {
    Piece(Arc<Holder>, Span),
    Own(Arc<Own>),
}

/// Holds a file for the texts that one thread reads in it. Texts are copied often, and each copy is counted: threads that count
/// in one place wait for each other.
pub(super) struct Holder(Arc<SourceFile>);

impl Holder {
    pub(super) fn new(file: &Arc<SourceFile>) -> Arc<Holder> {
        Arc::new(Holder(Arc::clone(file)))
    }

    fn text(&self) -> &str {
        self.0.text()
    }
}

struct Own {
    value: Box<str>,
    place: Place,
}

impl Text {
    /// The text `value`, decoded from the bytes `content` of `origin`, which is the file of `holder` or stands in it. As for
    /// [`Place::new`].
    pub(super) fn new(
        holder: &Arc<Holder>,
        origin: &Origin,
        value: Cow<'_, str>,
        style: ScalarStyle,
        content: Span,
        indent: usize,
    ) -> Text {
        match Place::new(origin, &value, style, content, indent) {
            Place::Direct(start) => Text(Kind::Piece(Arc::clone(holder), Span::new(start, start + value.len()))),
            place => Text::with_place(value.into_owned(), place),
        }
    }

    /// A text that stands in the file as `place` says.
    pub(super) fn with_place(value: String, place: Place) -> Text {
        Text(Kind::Own(Arc::new(Own { value: value.into_boxed_str(), place })))
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Piece(holder, span) => span.slice(holder.text()),
            Kind::Own(own) => &own.value,
        }
    }

    /// Whether it is this text. Most comparisons, as of keys with what is looked for, end with the lengths.
    pub(super) fn is(&self, text: &str) -> bool {
        match &self.0 {
            Kind::Piece(holder, span) if span.len() == text.len() => {
                holder.text().as_bytes().get(span.start()..span.end()) == Some(text.as_bytes())
            }
            Kind::Piece(..) => false,
            Kind::Own(own) => *own.value == *text,
        }
    }

    /// As [`Place::of_byte`].
    pub(super) fn of_byte(&self, offset: usize) -> Span {
        match &self.0 {
            Kind::Piece(_, span) => Place::Direct(span.start()).of_byte(self.as_str(), offset),
            Kind::Own(own) => own.place.of_byte(&own.value, offset),
        }
    }

    /// As [`Place::between`].
    pub(super) fn between(&self, decoded: Span) -> Option<Span> {
        match &self.0 {
            Kind::Piece(_, span) => Place::Direct(span.start()).between(self.as_str(), decoded),
            Kind::Own(own) => own.place.between(&own.value, decoded),
        }
    }

    /// As [`Place::content`].
    pub(super) fn content(&self) -> Span {
        match &self.0 {
            Kind::Piece(_, span) => *span,
            Kind::Own(own) => own.place.content(&own.value),
        }
    }

    /// How it is laid beside its source, where it is not in one piece.
    pub(super) fn mapped(&self) -> Option<&Mapped> {
        match &self.0 {
            Kind::Own(own) => own.place.mapped(),
            Kind::Piece(..) => None,
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
