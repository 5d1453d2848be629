//! Numbers that a text writes as words: `ten`, `forty-five`, `half an`.

use crate::source::Span;

const SMALL: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The numbers in a text in lower case, with their bytes. An article is a 1, for `an hour`: whether one is meant as a number is
/// to be seen by what follows.
pub(super) fn number_words(text: &str) -> Vec<(f64, Span)> {
    let words: Vec<Span> = words(text).collect();
    let (mut found, mut rest) = (Vec::new(), words.as_slice());
    while let Some(first) = rest.first() {
        let (number, length) = number(text, rest).unwrap_or((0.0, 0));
        let (read, behind) = rest.split_at_checked(length.max(1)).unwrap_or((rest, &[]));
        if length > 0 {
            found.push((number, first.to(*read.last().unwrap_or(first))));
        }
        rest = behind;
    }
    found
}

/// The words of a text, names among them: `load_five` is one.
fn words(text: &str) -> impl Iterator<Item = Span> + '_ {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(is_word)?;
        let rest = text.get(start..)?;
        from = start + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        Some(Span::new(start, from))
    })
}

/// The number with which words begin, and how many they are.
fn number(text: &str, words: &[Span]) -> Option<(f64, usize)> {
    let word = |at: usize| words.get(at).map(|span| span.slice(text));
    let first = word(0)?;
    if first == "half" {
        return matches!(word(1), Some("a" | "an")).then_some((0.5, 2));
    }
    // `for a second time` does not speak of time.
    if matches!(first, "a" | "an") {
        return (word(1) != Some("second")).then_some((1.0, 1));
    }
    let (number, length) = below_hundred(text, words)?;
    let has_half = (0..3).map(|at| word(length + at)).eq(["and", "a", "half"].map(Some));
    Some(if has_half { (number + 0.5, length + 3) } else { (number, length) })
}

fn below_hundred(text: &str, words: &[Span]) -> Option<(f64, usize)> {
    let place = |names: &[&str], at: usize| {
        let word = words.get(at)?.slice(text);
        names.iter().position(|name| *name == word)
    };
    let Some(tens) = place(&TENS, 0) else { return Some((place(&SMALL, 0)? as f64 + 1.0, 1)) };
    let number = 20.0 + 10.0 * tens as f64;
    let (first, second) = (words.first()?, words.get(1));
    // `forty-five`, `forty five`; of `twenty, five of them` only the first is one.
    let touches = second.is_some_and(|second| matches!(text.get(first.end()..second.start()), Some("-" | " ")));
    match place(&SMALL, 1).filter(|small| touches && *small < 9) {
        Some(small) => Some((number + small as f64 + 1.0, 2)),
        None => Some((number, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_where_they_stand() {
        for (text, found) in [
            ("for at least ten minutes", vec![(10.0, "ten")]),
            ("forty-five minutes or twenty four hours", vec![(45.0, "forty-five"), (24.0, "twenty four")]),
            ("an hour, half an hour", vec![(1.0, "an"), (0.5, "half an")]),
            ("two and a half hours", vec![(2.5, "two and a half")]),
            ("one of the five", vec![(1.0, "one"), (5.0, "five")]),
            ("twenty, five of them", vec![(20.0, "twenty"), (5.0, "five")]),
            ("sixty ten", vec![(60.0, "sixty"), (10.0, "ten")]),
            ("for a second time", vec![]),
            ("load_five, tenfold, half, fünf, zoneone", vec![]),
            ("", vec![]),
        ] {
            let numbers = number_words(text);
            let numbers: Vec<_> = numbers.iter().map(|(number, span)| (*number, span.slice(text))).collect();
            assert_eq!(numbers, found, "{text}");
        }
    }
}
