//! Two texts compared word by word.

use similar::{DiffTag, TextDiff};

/// Words are compared up to this length of both texts together, in bytes.
const MAX_BYTES: usize = 10_000;

/// A stretch of one or both of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Both have it.
    Common(&'t str),
    /// Only the expected text has it.
    Expected(&'t str),
    /// Only the actual text has it.
    Actual(&'t str),
}

/// The pieces of both texts; `None` where marks would say nothing: the texts have no word in common, or are too long.
pub(super) fn word_diff<'t>(expected: &'t str, actual: &'t str) -> Option<Vec<Piece<'t>>> {
    if expected.len() + actual.len() > MAX_BYTES {
        return None;
    }
    let (left, right) = (tokens(expected), tokens(actual));
    let diff = TextDiff::from_slices(&left, &right);
    let mut pieces = Vec::new();
    for op in diff.ops() {
        let of = |tokens: &[&'t str], range: std::ops::Range<usize>| tokens.get(range).unwrap_or_default().to_vec();
        match op.tag() {
            DiffTag::Equal => pieces.extend(of(&left, op.old_range()).into_iter().map(Piece::Common)),
            DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                pieces.extend(of(&left, op.old_range()).into_iter().map(Piece::Expected));
                pieces.extend(of(&right, op.new_range()).into_iter().map(Piece::Actual));
            }
        }
    }
    let has_word = |piece: &Piece<'_>| matches!(piece, Piece::Common(text) if text.chars().any(char::is_alphanumeric));
    pieces.iter().any(has_word).then_some(pieces)
}

/// Words and numbers in one piece, everything else character by character.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (token, tail) = rest.split_at(word.max(first.len_utf8()));
        tokens.push(token);
        rest = tail;
    }
    tokens
}
