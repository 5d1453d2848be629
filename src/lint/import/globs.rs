//! From a regular expression for paths to path patterns.

/// So many patterns at most for one regular expression.
const MAX_PATTERNS: usize = 32;

/// So deep may groups nest.
const MAX_DEPTH: usize = 8;

/// A piece of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// This character.
    Is(char),
    /// Anything within a folder: `[^/]*`.
    Segment,
    /// Anything: `.*`.
    Deep,
}

/// Patterns that hold for the same paths as the regular expression does for whole ones; `None` where there are none that
/// are sure to. What every path matches has no pattern.
pub(super) fn globs(regex: &str) -> Option<Vec<String>> {
    let regex = regex.strip_prefix('^').unwrap_or(regex);
    let regex = regex.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).unwrap_or(regex);
    let mut reader = Reader { rest: regex.chars().collect::<Vec<_>>(), at: 0 };
    let ways = reader.alternatives(0)?;
    if reader.at < reader.rest.len() {
        return None;
    }
    if ways.iter().any(|way| way.as_slice() == [Piece::Deep]) {
        return Some(Vec::new());
    }
    let mut patterns = Vec::new();
    for way in ways {
        patterns.extend(patterns_of(&way)?);
    }
    (patterns.len() <= MAX_PATTERNS).then_some(patterns)
}

struct Reader {
    rest: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn eat(&mut self, text: &str) -> bool {
        let there = text.chars().enumerate().all(|(at, character)| self.rest.get(self.at + at) == Some(&character));
        if there {
            self.at += text.chars().count();
        }
        there
    }

    /// `a|b`: the ways to match, each a sequence of pieces.
    fn alternatives(&mut self, depth: usize) -> Option<Vec<Vec<Piece>>> {
        let mut ways = self.sequence(depth)?;
        while self.eat("|") {
            ways.extend(self.sequence(depth)?);
            if ways.len() > MAX_PATTERNS {
                return None;
            }
        }
        Some(ways)
    }

    fn sequence(&mut self, depth: usize) -> Option<Vec<Vec<Piece>>> {
        let mut ways = vec![Vec::new()];
        while let Some(character) = self.peek().filter(|character| !"|)".contains(*character)) {
            let mut next = self.item(character, depth)?;
            if self.eat("?") {
                next.push(Vec::new());
            }
            ways = ways.iter().flat_map(|way| next.iter().map(|more| [way.as_slice(), more].concat())).collect();
            if ways.len() > MAX_PATTERNS {
                return None;
            }
        }
        Some(ways)
    }

    fn item(&mut self, character: char, depth: usize) -> Option<Vec<Vec<Piece>>> {
        let one = |piece: Piece| Some(vec![vec![piece]]);
        if self.eat("[^/]*") || self.eat("[^/]+") {
            return one(Piece::Segment);
        }
        if self.eat("[.]") {
            return one(Piece::Is('.'));
        }
        if self.eat(".*") || self.eat(".+") {
            return one(Piece::Deep);
        }
        if character == '(' {
            self.at += 1;
            let ways = (depth < MAX_DEPTH).then(|| {
                let _ = self.eat("?:");
                self.alternatives(depth + 1)
            })??;
            return self.eat(")").then_some(ways);
        }
        let literal = match character {
            '\\' => self.rest.get(self.at + 1).copied().filter(|next| next.is_ascii_punctuation())?,
            '[' | ']' | '{' | '}' | '*' | '+' | '?' | '.' | '^' | '$' => return None,
            other => other,
        };
        self.at += if character == '\\' { 2 } else { 1 };
        // What is repeated is another matter.
        (!self.peek().is_some_and(|next| "*+{".contains(next))).then(|| vec![vec![Piece::Is(literal)]])
    }
}

/// The patterns of one way to match.
fn patterns_of(way: &[Piece]) -> Option<Vec<String>> {
    let mut patterns = vec![String::new()];
    for (at, piece) in way.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| way.get(at));
        let after = way.get(at + 1);
        let begins = before.is_none_or(|before| *before == Piece::Is('/'));
        let added: &[&str] = match piece {
            Piece::Is(character) => {
                let text = match character {
                    '*' | '?' | '[' | ']' => format!("[{character}]"),
                    _ => character.to_string(),
                };
                patterns.iter_mut().for_each(|pattern| pattern.push_str(&text));
                continue;
            }
            Piece::Segment => &["*"],
            Piece::Deep => match (begins, after) {
                (_, Some(Piece::Deep | Piece::Segment)) => return None,
                (true, None) => &["**"],
                (true, Some(Piece::Is('/'))) => &["*/**"],
                (true, Some(_)) => &["**/*"],
                (false, None) => &["*", "*/**"],
                (false, Some(Piece::Is('/'))) => &["*/**"],
                (false, Some(_)) => &["*", "*/**/*"],
            },
        };
        patterns =
            patterns.iter().flat_map(|pattern| added.iter().map(move |more| format!("{pattern}{more}"))).collect();
        if patterns.len() > MAX_PATTERNS {
            return None;
        }
    }
    // One without a slash would hold in every folder.
    patterns.iter().all(|pattern| pattern.contains('/')).then_some(patterns)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::promql::regex::AnchoredRegex;
    use crate::workspace::paths::Patterns;

    #[test]
    fn patterns_hold_for_what_the_expression_matches() {
        let paths = [
            "a.yml",
            "rules/a.yml",
            "rules/a.yaml",
            "rules/b/a.yml",
            "rules/b/c/a.yml",
            "rules/prod-a.yml",
            "old/rules/a.yml",
            "rules/prod-eu/a.yml",
            "rules/prod-eu/x/a.yml",
            "tmp/rules/x.yaml",
            "rules.yml",
            "rulesXyml",
            "rules/x.yamlx",
        ];
        for regex in [
            "rules/.*",
            "rules/.+\\.ya?ml",
            "rules/[^/]+[.]yml",
            "(rules|tmp/rules)/.*",
            "rules/prod-.*",
            ".*/a\\.yml",
            "rules/prod-.*/a\\.yml",
            "rules/p.*\\.yml",
            "^rules/.*$",
            ".+/.+\\.yaml",
            "(?:old/)?rules/.*\\.yml",
            ".*\\.yaml",
            "tmp/rules/(.*)",
        ] {
            let patterns = globs(regex).unwrap_or_else(|| panic!("{regex}"));
            let mut matcher = Patterns::default();
            patterns.iter().for_each(|pattern| matcher.add(pattern).unwrap());
            let expression = AnchoredRegex::new(regex).unwrap();
            for path in paths {
                assert_eq!(matcher.matches(Path::new(path)), expression.is_match(path), "{regex} {path} {patterns:?}");
            }
        }
        assert_eq!(globs(".*"), Some(vec![]));
        assert_eq!(globs("(.*)"), Some(vec![]));
    }

    #[test]
    fn what_has_no_patterns_is_given_up() {
        for regex in [
            "rules\\.yml",
            "rules/[a-c]+",
            "rules/a{2}",
            "rules/a+",
            "rules/\\d",
            "(",
            ")",
            "a/.*.*",
            "[",
            "\\",
            "a/.**",
        ] {
            assert_eq!(globs(regex), None, "{regex}");
        }
        assert_eq!(globs(&"(a|b)".repeat(100)), None);
        assert_eq!(globs(&"(".repeat(10_000)), None);
    }
}
