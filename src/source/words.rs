//! Words that every layer uses: the name that was meant, lists, counts, and text from files on one line.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

/// Longer words, in bytes, are not compared: that takes time with the square of their length.
const COMPARABLE: usize = 200;

/// The shortest word that counts as the beginning or the end of another one, in bytes.
const PART: usize = 4;

/// The word among `known` that `wanted` is probably a misspelling of, if one is like it at all; the first by alphabet
/// where several are as near.
///
/// Capital letters, `-` and `_` do not count. One slip of the pen is taken for one in words of three letters, two in
/// words of six, three in words of nine, and a quarter of the letters in long ones; in one or two letters none is.
pub fn nearest<'k>(wanted: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if wanted.len() > COMPARABLE {
        return None;
    }
    let plain_wanted = plain(wanted);
    let length = plain_wanted.chars().count();
    let allowed = (length / 3).min(3).max(length / 4);
    let scored = known.into_iter().filter_map(|word| {
        if word.len() > COMPARABLE {
            return None;
        }
        let plain_word = plain(word);
        // Each letter more or less is a slip.
        if plain_word.chars().count().abs_diff(length) > allowed {
            return None;
        }
        let distance = strsim::damerau_levenshtein(&plain_wanted, &plain_word);
        (distance <= allowed).then_some((distance, word))
    });
    scored.min().map(|(_, word)| word)
}

/// As [`nearest`]; else the shortest word that begins or ends with `wanted`, or `wanted` with it (`crit`, `critical`).
/// For names of which some are short for others, such as those of labels, that would mislead.
pub fn nearest_or_longer<'k>(
    wanted: &str,
    known: impl IntoIterator<Item = &'k str, IntoIter: Clone>,
) -> Option<&'k str> {
    let known = known.into_iter();
    nearest(wanted, known.clone()).or_else(|| {
        let plain_wanted = plain(wanted);
        let holds =
            |longer: &str, part: &str| part.len() >= PART && (longer.starts_with(part) || longer.ends_with(part));
        known
            .filter(|word| {
                let word = plain(word);
                holds(&word, &plain_wanted) || holds(&plain_wanted, &word)
            })
            .min_by_key(|word| (word.len(), *word))
    })
}

fn plain(word: &str) -> String {
    word.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// What stands before and behind the first `{{`, in the time that it takes to look for one letter: most texts have no brace.
pub fn split_at_braces(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let at = memchr::memchr_iter(b'{', bytes).find(|at| bytes.get(at + 1) == Some(&b'{'))?;
    Some((text.get(..at)?, text.get(at + 2..)?))
}

/// `` did you mean `word`? ``
pub fn did_you_mean(word: impl Display) -> String {
    format!("did you mean `{word}`?")
}

/// `` `a`, `b` and `c` ``; empty for no word.
pub fn list<W: Display>(words: impl IntoIterator<Item = W>) -> String {
    joined(words, "and")
}

/// `` `a`, `b` or `c` ``; empty for no word.
pub fn choice<W: Display>(words: impl IntoIterator<Item = W>) -> String {
    joined(words, "or")
}

fn joined<W: Display>(words: impl IntoIterator<Item = W>, last_word: &str) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} {last_word} {last}", words.join(", ")),
        None => String::new(),
    }
}

/// `count` and the word for one or for several of them: `1 file`, `2 files`, `1 query`, `2 queries`.
pub fn counted(count: usize, one: &str) -> String {
    match (count, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{count} {stem}ies"),
        _ => format!("{count} {one}s"),
    }
}

/// Whether a character from a file may not reach a reader as it is: it would move the cursor, change colours, show the
/// text in another order than it has (bidirectional controls), or not be seen at all (zero-width characters, tags).
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// `text` with line breaks and unprintable characters written as escapes (`\n`, `\u{1b}`), so that it takes one line
/// and shows what it holds.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !text.chars().any(is_unprintable) {
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

/// `text` with each run of white space, line breaks among it, as one blank: an expression of several lines in one.
pub fn collapsed(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// The first `most` characters of `text`, and `…` where there are more.
pub fn cropped(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(most).and_then(|(end, _)| text.get(..end)) {
        Some(head) => Cow::Owned(format!("{head}…")),
        None => Cow::Borrowed(text),
    }
}

/// The first `most` characters of `text` and how many more there are: for what a report quotes of files and results,
/// which may be as long as they like.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(most).map(|(end, _)| text.split_at(end)) {
        Some((head, rest)) => Cow::Owned(format!("{head}… ({} more)", counted(rest.chars().count(), "character"))),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{choice, collapsed, counted, cropped, list, nearest, nearest_or_longer, one_line, shortened};

    #[test]
    fn the_nearest_word_is_a_slip_away() {
        let fields = ["alert", "expr", "for", "keep_firing_for", "labels", "annotations"];
        let near = |word| nearest(word, fields).unwrap_or("none");
        assert_eq!(near("exp"), "expr");
        assert_eq!(near("fro"), "for");
        assert_eq!(near("Keep-Firing-For"), "keep_firing_for");
        assert_eq!(near("lables"), "labels");
        assert_eq!(near("anotation"), "annotations");
        assert_eq!(near("summary"), "none");
        assert_eq!(near("x"), "none");
        assert_eq!(nearest("ab", ["abc"]), None, "two letters are no word");
        assert_eq!(nearest("name", ["namespace"]), None, "what is longer is another word");
    }

    #[test]
    fn the_first_by_alphabet_wins_and_long_words_are_left_alone() {
        assert_eq!(nearest("bat", ["rat", "cat"]), Some("cat"));
        let long = "x".repeat(201);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }

    #[test]
    fn a_part_is_enough_where_it_is_asked_for() {
        assert_eq!(nearest_or_longer("crit", ["warning", "critical"]), Some("critical"));
        assert_eq!(nearest_or_longer("functions", ["promql-functions"]), Some("promql-functions"));
        assert_eq!(nearest_or_longer("cri", ["warning", "critical"]), None);
        assert_eq!(nearest_or_longer("warnings-2", ["warning", "critical"]), Some("warning"));
    }

    #[test]
    fn words_are_listed_and_counted() {
        assert_eq!(list::<&str>([]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(choice(["a", "b"]), "`a` or `b`");
        assert_eq!([counted(1, "file"), counted(0, "file"), counted(2, "query")], ["1 file", "0 files", "2 queries"]);
    }

    #[test]
    fn what_would_move_the_cursor_or_hide_is_escaped() {
        assert_eq!(one_line("a\nb\x1b[2J\u{202e}c ä"), "a\\nb\\u{1b}[2J\\u{202e}c ä");
        let hidden = "\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{2060}\u{e0041}\u{feff}";
        assert_eq!(one_line(hidden), r"\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{2060}\u{e0041}\u{feff}");
    }

    #[test]
    fn lines_are_collapsed_and_cropped() {
        assert_eq!(collapsed("  sum by (job) (\n    up\n  )\n"), "sum by (job) ( up )");
        assert_eq!(cropped("äöü", 3), "äöü");
        assert_eq!(cropped("äöü", 2), "äö…");
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöü", 1), "ä… (2 characters more)");
    }
}
