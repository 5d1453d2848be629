//! Files, byte spans, the line index and diagnostics: the ground that every other layer stands on.

pub mod characters;
mod diagnostic;
mod edit;
mod file;
mod finding;
mod span;
#[cfg(test)]
pub(crate) mod tally;
#[cfg(test)]
pub(crate) mod testing;
pub mod words;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use edit::{Applicability, Edit, Fix, Misfit, apply};
pub use file::{FileId, Position, SourceFile, Utf16Position};
pub(crate) use finding::meta;
pub use finding::{Confidence, FIRST_VERSION, Meta};
pub use span::{Span, Spanned, region_at};
