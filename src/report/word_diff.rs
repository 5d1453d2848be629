//! Two texts compared word by word.

use similar::{DiffTag, TextDiff};

/// Words are compared up to this length of both texts together, in bytes.
const MAX_BYTES: usize = 10_000;

/// A text cut into stretches, each with whether only this one of the two texts has it.
pub(super) type Pieces<'t> = Vec<(&'t str, bool)>;

/// The pieces of the expected and of the actual text; `None` where marks would say nothing: the texts have no word in
/// common, or are too long.
pub(super) fn word_diff<'t>(expected: &'t str, actual: &'t str) -> Option<(Pieces<'t>, Pieces<'t>)> {
    if expected.len() + actual.len() > MAX_BYTES {
        return None;
    }
    let (left, right) = (tokens(expected), tokens(actual));
    let diff = TextDiff::from_slices(&left, &right);
    let (mut minus, mut plus) = (Pieces::new(), Pieces::new());
    for op in diff.ops() {
        let marked = op.tag() != DiffTag::Equal;
        let of = |tokens: &[&'t str], range: std::ops::Range<usize>| tokens.get(range).unwrap_or_default().to_vec();
        minus.extend(of(&left, op.old_range()).into_iter().map(|token| (token, marked)));
        plus.extend(of(&right, op.new_range()).into_iter().map(|token| (token, marked)));
    }
    let shares_word = |(text, marked): &(&str, bool)| !marked && text.chars().any(char::is_alphanumeric);
    minus.iter().any(shares_word).then_some((minus, plus))
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
