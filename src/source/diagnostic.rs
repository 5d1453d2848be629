//! What promproof says about a file.

use std::sync::Arc;

use super::words::shortened;
use super::{Fix, SourceFile, Span};

/// So many characters a text of a diagnostic has at most: it quotes files, and a name in a file may have megabytes.
const MAX_CHARACTERS: usize = 2_000;

/// More room than this is not kept in a text, in bytes.
const MAX_ROOM: usize = 32;

fn text_of(text: impl Into<String>) -> String {
    let mut text = text.into();
    if text.len() > MAX_CHARACTERS {
        return shortened(&text, MAX_CHARACTERS).into_owned();
    }
    // There may be many findings, and what was put together has room for more.
    if text.capacity() - text.len() >= MAX_ROOM {
        text.shrink_to_fit();
    }
    text
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never changes the exit code.
    Info,
    /// Probably a mistake.
    Warning,
    /// A mistake: Prometheus refuses it, or it cannot do what it says.
    Error,
}

/// A place in a file and what there is to say about it.
#[derive(Clone, Debug)]
pub struct Label {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of that file.
    pub span: Span,
    /// What is to be said here; may be empty.
    pub text: String,
}

impl Label {
    /// A label of `span` in `file` that says `text`, of which the first 2,000 characters are kept.
    pub fn new(file: &Arc<SourceFile>, span: Span, text: impl Into<String>) -> Self {
        Label { file: Arc::clone(file), span, text: text_of(text) }
    }
}

/// One finding. Every output format is a view of it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The lint rule's id, `category/name`.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, one line, no full stop.
    pub message: String,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that belong to the story ("dropped here").
    pub related: Vec<Label>,
    /// What to write instead, or why it matters.
    pub help: Option<String>,
    /// Why it is wanted, by each who wants it: behind the help once the finding is settled ([`Diagnostic::tell_reasons`]).
    pub reasons: Vec<String>,
    /// A change that would resolve it; boxed, as there may be many findings, and few have one.
    pub fix: Option<Box<Fix>>,
}

impl Diagnostic {
    /// A diagnostic with nothing but its message, of which the first 2,000 characters are kept, and its place.
    pub fn new(rule: &'static str, severity: Severity, message: impl Into<String>, primary: Label) -> Self {
        Diagnostic {
            rule,
            severity,
            message: text_of(message),
            primary,
            related: Vec::new(),
            help: None,
            reasons: Vec::new(),
            fix: None,
        }
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, label: Label) -> Self {
        self.related.push(label);
        self
    }

    /// Adds the help text; its first 2,000 characters are kept.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.set_help(help);
        self
    }

    /// Sets the help text as [`Diagnostic::help`] does.
    pub(crate) fn set_help(&mut self, help: impl Into<String>) {
        self.help = Some(text_of(help));
    }

    /// Adds a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasons.push(text_of(reason));
        self
    }

    /// Puts the reasons behind the help: `what to write: why; why else`.
    pub fn tell_reasons(&mut self) {
        if self.reasons.is_empty() {
            return;
        }
        let reasons = std::mem::take(&mut self.reasons).join("; ");
        let told = self.help.take().map_or_else(|| reasons.clone(), |help| format!("{help}: {reasons}"));
        self.set_help(told);
    }

    /// Adds a fix, if there is one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into().map(Box::new);
        self
    }

    /// The key that puts diagnostics in the order in which they are reported: file, place, rule.
    pub fn sort_key(&self) -> (&str, usize, usize, &str, &str) {
        (self.primary.file.name(), self.primary.span.start(), self.primary.span.end(), self.rule, &self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_long_as_a_reader_can_bear() {
        let file = Arc::new(SourceFile::new("a.yml", "x"));
        let long = "ä".repeat(1_000_000);
        let label = Label::new(&file, Span::at(0), long.as_str());
        let found = Diagnostic::new("a/b", Severity::Error, long.as_str(), label).help(long.as_str());
        let help = found.help.unwrap_or_default();
        for text in [&found.message, &found.primary.text, &help] {
            assert!(text.ends_with("ä… (998000 characters more)"));
            assert!(text.chars().count() < 2_050);
        }
    }
}
