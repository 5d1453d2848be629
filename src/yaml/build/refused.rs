//! What Prometheus' reader refuses though the syntax is right, and both readers of ours take.

use super::tree::Builder;
use crate::source::{Label, Span};
use crate::yaml::findings::SYNTAX;
use crate::yaml::tags::{self, Meaning};
use crate::yaml::{Entry, Node, ScalarStyle, escapes};

impl Builder<'_> {
    /// Reports what is wrong at these bytes of the origin's text, for which the document cannot be used although its
    /// syntax is right.
    pub(super) fn refuse(&mut self, span: Span, message: impl Into<String>, label: &str, help: impl Into<String>) {
        self.problem(&SYNTAX, message, self.source.label(span, label), help);
        self.refused = true;
    }

    /// Within braces a `:` always begins a value, and there can be only one.
    pub(super) fn refuse_leading_colons(&mut self, entries: &[Entry]) {
        let begins_with_colon = |node: &Node| {
            let plain = node.as_scalar().filter(|scalar| scalar.style == ScalarStyle::Plain && scalar.in_flow);
            plain.is_some_and(|scalar| scalar.value().starts_with(':'))
        };
        let wrong = |Entry { key, value, .. }: &Entry| {
            if begins_with_colon(value) {
                return Some(value.span);
            }
            (begins_with_colon(key) && !value.span.is_empty()).then_some(key.span)
        };
        for span in entries.iter().filter_map(wrong).collect::<Vec<_>>() {
            let label = Label::new(&self.source.file, span, "begins with `:`");
            let message = "within braces a text that begins with `:` needs quotes";
            self.problem(&SYNTAX, message, label, "put it in quotes");
            self.refused = true;
        }
    }

    /// A value may lack its key only behind a `?`.
    pub(super) fn refuse_missing_key(&mut self, at: usize) {
        let text = self.source.origin.text();
        if !follows_question_mark(text, at) {
            let help = "write the key before the `:`, or delete the entry";
            let colon = Span::new(at, text.len().min(at + 1));
            self.refuse(colon, "a value without a key", "no key stands before this", help);
        }
    }

    /// What a tag makes of a scalar; refuses what contradicts it, which stays the text that it is.
    pub(super) fn by_tag(&mut self, tag: &str, value: &str, plain: bool, span: Span) -> Meaning {
        let text = self.source.origin.text();
        let behind = text.get(span.start()..).and_then(|rest| rest.chars().next());
        let in_flow = self.is_in_flow();
        let is_bare =
            plain && span.is_empty() && in_flow && text.get(..span.start()).is_some_and(|it| it.ends_with(tag));
        match tags::meaning(tag, value, plain) {
            _ if is_bare && matches!(behind, Some(',' | '}' | ']')) => {
                let help = "put a space behind it, or quotes around it if it is a text";
                self.refuse(
                    Span::new(span.start() - tag.len(), span.start()),
                    "a tag ends with a space",
                    "no space behind",
                    help,
                );
                Meaning::Text
            }
            Meaning::Contradiction => {
                let message = format!("the value is no `{tag}`");
                self.refuse(span, message, "Prometheus refuses the file because of it", "leave the tag out");
                Meaning::Text
            }
            meaning => meaning,
        }
    }

    /// Refuses a text for what stands in these bytes of the origin's text: its content as it is written.
    pub(super) fn refuse_text(&mut self, content: Span, style: ScalarStyle) {
        let text = content.slice(self.source.origin.text());
        match style {
            ScalarStyle::Plain if self.is_in_flow() => self.refuse_question_mark(content),
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded if !text.is_ascii() => {
                self.refuse_line_separator(content);
            }
            ScalarStyle::DoubleQuoted if text.contains('\\') => {
                self.refuse_escaped_slash(content);
                self.refuse_surrogates(content);
            }
            _ => {}
        }
    }

    /// libyaml ends a line where newer YAML sees a character like any other; what follows is not indented, and so no part
    /// of the text any more.
    fn refuse_line_separator(&mut self, content: Span) {
        let text = content.slice(self.source.origin.text());
        let mut separators = text.char_indices().filter(|(_, c)| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'));
        let found = separators.find(|(at, c)| {
            let behind = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
            behind.is_some_and(|next| !next.is_whitespace())
        });
        if let Some((at, c)) = found {
            let start = content.start() + at;
            let message = format!("the invisible character U+{:04X} ends the line here", u32::from(c));
            let help = "delete it, or put the text in quotes: Prometheus reads what follows as another line";
            self.refuse(Span::new(start, start + c.len_utf8()), message, "a line separator", help);
        }
    }

    fn refuse_escaped_slash(&mut self, content: Span) {
        let Some(at) = escapes::escaped_slash(content.slice(self.source.origin.text())) else { return };
        let at = content.start() + at;
        self.refuse(
            Span::new(at, at + 2),
            "`\\/` is no escape here",
            "Prometheus' reader does not know it",
            "write `/`, which needs no backslash",
        );
    }

    /// To libyaml and its ports a `?` ends a plain text within brackets.
    fn refuse_question_mark(&mut self, content: Span) {
        let Some(at) = content.slice(self.source.origin.text()).find('?') else { return };
        let at = content.start() + at;
        self.refuse(
            Span::new(at, at + 1),
            "a text without quotes holds a `?` within brackets or braces",
            "this `?` ends the text for Prometheus' reader",
            "put the text in quotes",
        );
    }

    fn refuse_surrogates(&mut self, content: Span) {
        let Some(at) = escapes::escaped_surrogate(content.slice(self.source.origin.text())) else { return };
        let at = content.start() + at;
        self.refuse(
            Span::new(at, at + 6),
            "Prometheus' reader does not take a character in two `\\u` escapes, as JSON writes it",
            "half a character",
            "write the character itself, or `\\U` with eight digits",
        );
    }
}

/// Whether the last thing before `at`, apart from comments and line breaks, is a `?`.
fn follows_question_mark(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']);
    if !before.ends_with(['\n', '\r']) {
        return before.ends_with('?');
    }
    let lines = before.rsplit('\n').filter_map(|line| line.split('#').next());
    lines.map(str::trim_end).find(|line| !line.is_empty()).is_some_and(|line| line.ends_with('?'))
}
