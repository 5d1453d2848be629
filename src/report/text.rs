//! Words and escapes that several formats share.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::source::Severity;

/// What a severity is called.
pub const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// Whether a character from a file may not reach a terminal as it is: it would move the cursor, change colours, or
/// (the bidirectional controls) show the text in another order than it has.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// `text` with line breaks and unprintable characters written as escapes (`\n`, `\u{1b}`), so that it takes one line.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unprintable(character) {
            // `write!` to a string cannot fail.
            let _ = write!(escaped, "{}", character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// `text` in lines of at most `width` characters, broken at spaces; its own line breaks stay, and what follows them
/// keeps its indentation. A word that is longer than a line is not broken.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let indent: String = line.chars().take_while(|character| *character == ' ').collect();
        let mut current = indent.clone();
        let mut taken = indent.len();
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if taken > indent.len() && taken + 1 + length > width {
                lines.push(std::mem::replace(&mut current, indent.clone()));
                taken = indent.len();
            }
            if taken > indent.len() {
                current.push(' ');
                taken += 1;
            }
            current.push_str(word);
            taken += length;
        }
        lines.push(current);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{one_line, wrapped};

    #[test]
    fn long_text_is_broken_at_spaces() {
        insta::assert_snapshot!(
            wrapped("drop the label, or keep it with:\n  sum by (backend, instance) (rate(x[5m]))", 26).join("\n"),
            @"
        drop the label, or keep it
        with:
          sum by (backend,
          instance) (rate(x[5m]))
        "
        );
    }

    #[test]
    fn what_would_move_the_cursor_is_escaped() {
        assert_eq!(one_line("a\nb\x1b[2J\u{202e}c ä"), "a\\nb\\u{1b}[2J\\u{202e}c ä");
    }
}
