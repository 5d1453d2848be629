//! The decoded text of a scalar.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::source::{SourceFile, Span};

/// A text that was read from a file: a piece of the file where it stands there as it is, which most texts do, and a text of
/// its own where it does not.
#[derive(Clone)]
pub struct Text(Kind);

#[derive(Clone)]
enum Kind {
    Piece(Arc<SourceFile>, Span),
    Own(Box<str>),
}

impl Text {
    /// The text under these bytes of `file`.
    pub(super) fn piece(file: &Arc<SourceFile>, span: Span) -> Text {
        Text(Kind::Piece(Arc::clone(file), span))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Piece(file, span) => span.slice(file.text()),
            Kind::Own(text) => text,
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Text::from(String::new())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text(Kind::Own(text.into_boxed_str()))
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}
