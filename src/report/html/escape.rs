//! Text of the user's files between tags; there is none in attributes.

use std::fmt::{self, Write as _};

use crate::report::text::is_unprintable;

/// More characters of one text are not written, so that no text makes the page large.
const MAX_CHARACTERS: usize = 10_000;

/// A text between tags (not in an attribute), written so that HTML reads it as nothing but text. Control and
/// bidirectional characters are written as escapes (`\u{1b}`); line breaks and tabs stay. After [`MAX_CHARACTERS`] there
/// is an ellipsis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, character) in self.0.chars().enumerate() {
            if index >= MAX_CHARACTERS {
                return f.write_char('…');
            }
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '\n' | '\t' => f.write_char(character)?,
                _ if is_unprintable(character) => write!(f, "{}", character.escape_default())?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// A message, in which what stands between backticks is code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prose<'a>(pub(super) &'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, behind)) = rest.split_once('`') {
            let Some((code, after)) = behind.split_once('`') else { break };
            write!(f, "{}<code>{}</code>", Text(before), Text(code))?;
            rest = after;
        }
        write!(f, "{}", Text(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_CHARACTERS, Prose, Text};

    #[test]
    fn what_stands_between_backticks_is_code() {
        insta::assert_snapshot!(Prose("use `a < b` or `c`; a lone ` is itself").to_string(), @"use <code>a &lt; b</code> or <code>c</code>; a lone ` is itself");
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(Text(&"ä".repeat(MAX_CHARACTERS)).to_string().chars().count(), MAX_CHARACTERS);
        assert!(Text(&"<".repeat(MAX_CHARACTERS + 1)).to_string().ends_with("&lt;…"));
    }

    #[test]
    fn nothing_is_a_tag_an_attribute_or_a_control_character() {
        insta::assert_snapshot!(
            Text("</title><script>alert('1')</script> \" onload=\"x &amp; \u{1b}[2J \u{202e}abc").to_string(),
            @r#"&lt;/title&gt;&lt;script&gt;alert('1')&lt;/script&gt; " onload="x &amp;amp; \u{1b}[2J \u{202e}abc"#
        );
    }
}
