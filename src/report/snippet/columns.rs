//! In which column of the terminal a byte of a line stands.

use unicode_width::UnicodeWidthChar;

const TAB_WIDTH: usize = 4;

/// How many columns `character` takes where it begins in `column`.
fn width(character: char, column: usize) -> usize {
    if character == '\t' { TAB_WIDTH - column % TAB_WIDTH } else { character.width().unwrap_or(0) }
}

/// How many columns `text`, which begins a line, takes.
fn columns(text: &str) -> usize {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    text.chars().fold(0, |column, character| column + width(character, column))
}

/// The column of the byte `at` of `line`: where the character that holds it begins. The line feed is behind the line.
pub(super) fn start(line: &str, at: usize) -> usize {
    columns(line.get(..line.floor_char_boundary(at)).unwrap_or(line))
}

/// The column behind the character that holds the byte before `at`. The line feed takes one column.
pub(super) fn end(line: &str, at: usize) -> usize {
    columns(line.get(..line.ceil_char_boundary(at)).unwrap_or(line)) + usize::from(at > line.len())
}

/// Appends `line` with blanks instead of its tabs.
pub(super) fn push_expanded(out: &mut String, line: &str) {
    if !line.contains('\t') {
        out.push_str(line);
        return;
    }
    let mut column = 0;
    for character in line.chars() {
        let width = width(character, column);
        if character == '\t' {
            out.extend(std::iter::repeat_n(' ', width));
        } else {
            out.push(character);
        }
        column += width;
    }
}
