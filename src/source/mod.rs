//! Files, byte spans, the line index and diagnostics: the ground that every other layer stands on.

mod diagnostic;
mod file;
mod span;
#[cfg(test)]
pub(crate) mod testing;

pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
pub use file::{Position, SourceFile};
pub use span::{Span, Spanned};
