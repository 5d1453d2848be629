//! Words and escapes that several formats share.

use crate::source::Severity;
pub use crate::source::words::{is_unprintable, one_line};

/// What a severity is called.
pub const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// How many columns of a terminal `text` takes: two for the wide characters of East Asia and for pictographs, none for
/// what combines with the character before it.
pub fn columns(text: &str) -> usize {
    let column = |character: char| match u32::from(character) {
        0x0300..=0x036F | 0x200B..=0x200D | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F680..=0x1F6FF
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    };
    text.chars().map(column).sum()
}

/// `text` with so many blanks behind it that it takes `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{:blanks$}", "", blanks = width.saturating_sub(columns(text)))
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
    use super::{columns, padded, wrapped};

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
    fn wide_characters_take_two_columns() {
        let widths = ["abc", "日本", "한", "e\u{301}", "😀", "ä│█", ""].map(columns);
        assert_eq!(widths, [3, 4, 2, 1, 2, 3, 0]);
        assert_eq!(padded("日本", 6), "日本  ");
        assert_eq!(padded("abc", 2), "abc");
    }
}
