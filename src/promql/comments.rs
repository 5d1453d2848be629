//! Comments, which the tree of an expression does not hold.

use crate::source::Span;

/// The bytes of the `#` comments of an expression: outside of strings, to the end of the line. Also where it does not
/// parse: a comment may be about just that.
pub fn comments(expr: &str) -> Vec<Span> {
    let mut comments = Vec::new();
    let bytes = expr.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        at += 1 + match byte {
            b'#' => {
                let len = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                comments.push(Span::new(at, at + 1 + len));
                len
            }
            b'"' | b'\'' | b'`' => string_len(rest, *byte),
            _ => 0,
        };
    }
    comments
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
    use super::comments;

    #[test]
    fn strings_hold_no_comments() {
        let found = |text: &str| comments(text).iter().map(|span| span.slice(text).to_owned()).collect::<Vec<_>>();
        assert_eq!(found("a # one\n+ b{c=\"#\", d='\\'#'} # two"), ["# one", "# two"]);
        assert_eq!(found("a{b=`\\`} # c\n"), ["# c"]);
        assert_eq!(found("sum( # not closed"), ["# not closed"]);
    }
}
