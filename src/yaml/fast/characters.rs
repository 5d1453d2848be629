//! Which texts the reader looks at.

/// Whether `text` holds nothing but printable characters and line feeds: no tab, no carriage return, no byte-order mark
/// and nothing that ends a line for some readers of YAML and not for others.
pub(super) fn are_usual(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without a branch, so that it is done for many bytes at a time.
    let is_unusual = |byte: u8| (byte < b' ' && byte != b'\n') | (byte == 0x7f);
    let unusual = bytes.iter().fold(false, |found, byte| found | is_unusual(*byte));
    !unusual && (bytes.is_ascii() || text.chars().filter(|c| !c.is_ascii()).all(is_usual))
}

fn is_usual(character: char) -> bool {
    !matches!(character, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::are_usual;

    #[test]
    fn usual_is_what_prints_and_does_not_end_a_line() {
        assert!(are_usual("a: 'é 中 😀\u{a0}'\n"));
        for character in ['\0', '\t', '\r', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\u{ffff}'] {
            assert!(!are_usual(&format!("a: é{character}b")), "{character:?}");
        }
    }
}
