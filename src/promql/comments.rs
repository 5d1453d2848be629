//! Comments, which the tree of an expression does not hold.

use crate::source::Span;

/// What a byte of an expression belongs to, to whoever does not need its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Neither of the others.
    Code,
    /// A string, with its quotes.
    Text,
    /// A comment, from its `#` to the end of the line.
    Comment,
}

/// The bytes of the `#` comments of an expression: outside of strings, to the end of the line. Also where it does not
/// parse: a comment may be about just that.
pub fn comments(expr: &str) -> Vec<Span> {
    pieces(expr).filter(|(kind, _)| *kind == Kind::Comment).map(|(_, span)| span).collect()
}

/// An expression without its strings and comments, also where it does not parse.
pub fn without_texts(expr: &str) -> String {
    pieces(expr).filter(|(kind, _)| *kind == Kind::Code).map(|(_, span)| span.slice(expr)).collect()
}

/// An expression in pieces of one kind each; between strings and comments there may be several of code.
fn pieces(expr: &str) -> impl Iterator<Item = (Kind, Span)> {
    let bytes = expr.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let rest = bytes.get(at..)?;
        let (first, behind) = rest.split_first()?;
        let (kind, len) = match first {
            b'#' => (Kind::Comment, rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())),
            b'"' | b'\'' | b'`' => (Kind::Text, 1 + string_len(behind, *first)),
            _ => (Kind::Code, rest.iter().position(|byte| b"#\"'`".contains(byte)).unwrap_or(rest.len())),
        };
        at += len;
        Some((kind, Span::new(start, at)))
    })
}

/// How many bytes of `rest` belong to a string that `quote` has opened, the closing quote included.
fn string_len(rest: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        at += 1;
        if *byte == quote {
            return at;
        }
        if *byte == b'\\' && quote != b'`' {
            at += 1;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{comments, without_texts};

    #[test]
    fn strings_hold_no_comments() {
        let found = |text: &str| comments(text).iter().map(|span| span.slice(text).to_owned()).collect::<Vec<_>>();
        assert_eq!(found("a # one\n+ b{c=\"#\", d='\\'#'} # two"), ["# one", "# two"]);
        assert_eq!(found("a{b=`\\`} # c\n"), ["# c"]);
        assert_eq!(found("sum( # not closed"), ["# not closed"]);
    }

    #[test]
    fn what_is_left_is_neither_text_nor_comment() {
        assert_eq!(without_texts("a{b=\"é#\\\"\"} # ü\n+ `c`"), "a{b=} \n+ ");
        assert_eq!(without_texts("a{b='c"), "a{b=");
        assert_eq!(without_texts("a{b=\"\\"), "a{b=");
        assert_eq!(without_texts(""), "");
    }
}
