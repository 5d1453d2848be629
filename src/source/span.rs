//! Byte ranges.

use std::fmt;
use std::ops::Range;

/// A half-open range of bytes: `start` is inclusive, `end` is exclusive.
///
/// What the bytes are counted from depends on who owns the span: in a [`super::Diagnostic`] they are bytes of the
/// file; in a PromQL or template tree they are bytes of the decoded scalar, which
/// [`crate::yaml::Scalar::file_span`] turns into bytes of the file.
///
/// Trees and findings consist of spans more than of anything else, and texts are a few dozen megabytes at most: offsets
/// are kept in four bytes, and those beyond 4 GiB count as that.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    start: u32,
    end: u32,
}

/// An offset as it is kept, in a span and elsewhere.
pub(super) const fn packed(offset: usize) -> u32 {
    if offset > u32::MAX as usize { u32::MAX } else { offset as u32 }
}

impl Span {
    /// The span from `start` (inclusive) to `end` (exclusive).
    pub const fn new(start: usize, end: usize) -> Self {
        Span { start: packed(start), end: packed(end) }
    }

    /// The empty span at `offset`.
    pub const fn at(offset: usize) -> Self {
        Span::new(offset, offset)
    }

    /// First byte.
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte; never less than [`Self::start`].
    pub const fn end(self) -> usize {
        self.end as usize
    }

    /// The same span from `start` on.
    #[must_use]
    pub const fn starting_at(self, start: usize) -> Self {
        Span { start: packed(start), ..self }
    }

    /// The same span up to `end`.
    #[must_use]
    pub const fn ending_at(self, end: usize) -> Self {
        Span { end: packed(end), ..self }
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether the span holds no byte.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `offset` lies inside, the end included.
    pub const fn touches(self, offset: usize) -> bool {
        self.start() <= offset && offset <= self.end()
    }

    /// The same span, moved `by` bytes towards the end.
    #[must_use]
    pub const fn shifted(self, by: usize) -> Span {
        Span::new(self.start() + by, self.end() + by)
    }

    /// The text under the span, or nothing where the span does not fit the text.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start()..self.end()).unwrap_or_default()
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Of `regions`, sorted by their beginnings and none of them within another, the place of the one that holds the byte
/// `at`, its end included.
pub fn region_at<T>(regions: &[T], at: usize, span: impl Fn(&T) -> Span) -> Option<usize> {
    let index = regions.partition_point(|region| span(region).start() <= at).checked_sub(1)?;
    regions.get(index).filter(|region| span(region).touches(at)).map(|_| index)
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Span::new(range.start, range.end)
    }
}

/// A value together with the place that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it was read.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub const fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }
}
