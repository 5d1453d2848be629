//! Characters that deceive: they cannot be seen, show text in another order than it has, or look like others.

/// What is deceptive about a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deceit {
    /// It shows the text around it in another order than it has.
    Reorders,
    /// It takes no room.
    Invisible,
    /// It looks like a space and is none.
    LooksLikeSpace,
    /// It looks like this letter of the Latin alphabet.
    LooksLike(char),
}

impl Deceit {
    /// What is deceptive about `character` wherever it stands, if something is. Letters of other alphabets are not: they
    /// deceive only among Latin ones, see [`deceits`].
    pub fn of(character: char) -> Option<Deceit> {
        match character {
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
                Some(Deceit::Reorders)
            }
            '\u{00AD}'
            | '\u{034F}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200D}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206A}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{E0000}'..='\u{E0FFF}' => Some(Deceit::Invisible),
            '\u{00A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
                Some(Deceit::LooksLikeSpace)
            }
            _ => None,
        }
    }

    /// What it does, as the end of a sentence that begins with the character.
    pub fn describe(self) -> String {
        match self {
            Deceit::Reorders => "shows the text around it in another order than it has".to_owned(),
            Deceit::Invisible => "cannot be seen".to_owned(),
            Deceit::LooksLikeSpace => "looks like a space and is none".to_owned(),
            Deceit::LooksLike(letter) => format!("looks like the Latin `{letter}` and is another letter"),
        }
    }
}

/// The characters of `text` that deceive a reader, with their bytes, in the order of the text.
///
/// Joiners within writing that needs them (Persian, Devanagari, emoji of several parts) do not count, and letters that
/// look like Latin ones count only in a word that has Latin letters too.
pub fn deceits(text: &str) -> impl Iterator<Item = (usize, char, Deceit)> {
    let mut before = None;
    // Nearly every text is ASCII, where nothing deceives.
    let looked_at = if text.is_ascii() { "" } else { text };
    let mut characters = looked_at.char_indices().peekable();
    let mut word = Word::default();
    std::iter::from_fn(move || {
        while let Some((at, character)) = characters.next() {
            let after = characters.peek().map(|(_, after)| *after);
            let foreign = |neighbour: Option<char>| neighbour.is_some_and(|neighbour| !neighbour.is_ascii());
            let joins = matches!(character, '\u{200C}' | '\u{200D}') && foreign(before) && foreign(after);
            if at >= word.end {
                word = Word::at(text, at);
            }
            before = Some(character);
            let found = match word.has_latin {
                true => Deceit::of(character).or_else(|| latin_twin(character).map(Deceit::LooksLike)),
                false => Deceit::of(character),
            };
            if let Some(deceit) = found.filter(|_| !joins) {
                return Some((at, character, deceit));
            }
        }
        None
    })
}

/// `U+200B (zero width space)`
pub fn code_point(character: char) -> String {
    let point = u32::from(character);
    match name(character) {
        Some(name) => format!("U+{point:04X} ({name})"),
        None => format!("U+{point:04X}"),
    }
}

/// The Latin letter that a Cyrillic or Greek one is drawn like.
pub fn latin_twin(character: char) -> Option<char> {
    const TWINS: [(char, char); 39] = [
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('у', 'y'),
        ('х', 'x'),
        ('ѕ', 's'),
        ('і', 'i'),
        ('ј', 'j'),
        ('ԁ', 'd'),
        ('һ', 'h'),
        ('ԛ', 'q'),
        ('ԝ', 'w'),
        ('ӏ', 'l'),
        ('А', 'A'),
        ('В', 'B'),
        ('Е', 'E'),
        ('К', 'K'),
        ('М', 'M'),
        ('Н', 'H'),
        ('О', 'O'),
        ('Р', 'P'),
        ('С', 'C'),
        ('Т', 'T'),
        ('Х', 'X'),
        ('Ѕ', 'S'),
        ('І', 'I'),
        ('Ј', 'J'),
        ('ο', 'o'),
        ('Α', 'A'),
        ('Β', 'B'),
        ('Ε', 'E'),
        ('Κ', 'K'),
        ('Μ', 'M'),
        ('Ν', 'N'),
        ('Ο', 'O'),
        ('Ρ', 'P'),
        ('Τ', 'T'),
    ];
    TWINS.iter().find(|(twin, _)| *twin == character).map(|(_, latin)| *latin)
}

/// A run of letters, digits and underscores.
#[derive(Default)]
struct Word {
    end: usize,
    has_latin: bool,
}

impl Word {
    fn at(text: &str, start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        Word { end: start + length, has_latin: word.contains(|character: char| character.is_ascii_alphabetic()) }
    }
}

fn name(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{00A0}' => "no-break space",
        '\u{00AD}' => "soft hyphen",
        '\u{061C}' => "Arabic letter mark",
        '\u{180E}' => "Mongolian vowel separator",
        '\u{200B}' => "zero width space",
        '\u{200C}' => "zero width non-joiner",
        '\u{200D}' => "zero width joiner",
        '\u{200E}' => "left-to-right mark",
        '\u{200F}' => "right-to-left mark",
        '\u{202A}' => "left-to-right embedding",
        '\u{202B}' => "right-to-left embedding",
        '\u{202C}' => "pop directional formatting",
        '\u{202D}' => "left-to-right override",
        '\u{202E}' => "right-to-left override",
        '\u{202F}' => "narrow no-break space",
        '\u{2060}' => "word joiner",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        '\u{3000}' => "ideographic space",
        '\u{FEFF}' => "byte order mark",
        '\u{E0000}'..='\u{E007F}' => "tag character",
        '\u{0400}'..='\u{052F}' => "a Cyrillic letter",
        '\u{0370}'..='\u{03FF}' => "a Greek letter",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let shown = |(at, character, deceit)| format!("{at} {} {deceit:?}", code_point(character));
        deceits(text).map(shown).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_deceives_a_reader_is_found() {
        assert_eq!(found("prod\u{202e} x"), "4 U+202E (right-to-left override) Reorders");
        assert_eq!(
            found("\u{200b}api\u{feff}"),
            "0 U+200B (zero width space) Invisible; 6 U+FEFF (byte order mark) Invisible"
        );
        assert_eq!(found("a\u{a0}b"), "1 U+00A0 (no-break space) LooksLikeSpace");
        assert_eq!(found("jоb"), "1 U+043E (a Cyrillic letter) LooksLike('o')");
        assert_eq!(found("a\u{200d}b"), "1 U+200D (zero width joiner) Invisible");
    }

    #[test]
    fn writing_of_other_languages_does_not() {
        for text in [
            "работа",
            "München",
            "日本語 テスト",
            "می\u{200c}خواهم",
            "👨\u{200d}👩\u{200d}👧",
            "μs Δt",
            "Ωmega",
            "café",
        ] {
            assert_eq!(found(text), "", "{text}");
        }
    }
}
