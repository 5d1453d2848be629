//! Regular expressions as Prometheus reads them: Go's RE2 syntax, run by the `regex` crate.
//!
//! The two dialects differ in what they accept (`{`, `\Q…\E`, `a**`, `(?x)`) and in what the same text means (`\d`,
//! `[a&&b]`, `[[a]]`). So a pattern is parsed as Go's `regexp/syntax` does, refused with Go's words, and printed again
//! with the same meaning in the other dialect.

mod alternatives;
mod class;
mod compiled;
mod emit;
mod error;
mod expand;
pub mod language;
mod parser;
mod shape;
mod syntax;

pub use compiled::{AnchoredRegex, ReplaceGroups, ReplaceRegex, SearchRegex};
pub use error::RegexError;
pub use shape::{End, Simpler, anchored_at_one_end, glob_star, has_inner_wildcard, is_pattern_as_text, simpler};

use super::ast::{MatchOp, Matcher};
use super::error::ParseError;

/// The pattern for the `regex` crate that means what `re2` means in Go. Not anchored; `.` does not match a line break.
///
/// # Errors
/// Where Go refuses the pattern, with Go's text.
pub fn translate(re2: &str) -> Result<String, RegexError> {
    parser::parse(re2, false).map(|node| emit::emit(&node))
}

/// Whether the matcher's regular expression is one.
pub(super) fn check_matcher(matcher: &Matcher) -> Result<(), ParseError> {
    if !matcher.op.is_regex() || is_plainly_sound(&matcher.value.value) {
        return Ok(());
    }
    pattern(matcher).and_then(|pattern| parser::parse(pattern, true)).map(|_| ()).map_err(|error| {
        let inner = matcher.value.span;
        let mut problem = ParseError::new(matcher.span, error.message);
        problem.help = error.help;
        // Without escapes the pattern stands in the expression as it is.
        if inner.len() == matcher.value.value.len() + 2 {
            problem = problem.with_related(error.span.shifted(inner.start() + 1), "here");
        }
        problem
    })
}

/// Whether a pattern has nothing in it that could be wrong: words, alternatives, and `.*` or `.+`. Nearly all have no more,
/// and are not parsed before somebody wants to know what they match.
fn is_plainly_sound(pattern: &[u8]) -> bool {
    let mut before = None;
    pattern.iter().all(|byte| {
        let after = before.replace(*byte);
        match byte {
            b'*' | b'+' => after == Some(b'.'),
            _ => byte.is_ascii_alphanumeric() || b"_-./:| ".contains(byte),
        }
    })
}

fn pattern(matcher: &Matcher) -> Result<&str, RegexError> {
    std::str::from_utf8(&matcher.value.value).map_err(|error| RegexError::invalid_utf8(error.valid_up_to()))
}

/// Whether the matcher accepts `value`; a pattern that is none accepts nothing. Compiles the pattern.
pub fn accepts(matcher: &Matcher, value: &str) -> bool {
    let matches = || pattern(matcher).and_then(AnchoredRegex::new).map(|regex| regex.is_match(value));
    match matcher.op {
        MatchOp::Equal => matcher.value.value == value.as_bytes(),
        MatchOp::NotEqual => matcher.value.value != value.as_bytes(),
        MatchOp::Regex => matches().unwrap_or(false),
        MatchOp::NotRegex => matches().is_ok_and(|matches| !matches),
    }
}

/// Whether the matcher matches the empty text, that is, a label that is not there.
pub fn matches_empty(matcher: &Matcher) -> bool {
    let nullable =
        || pattern(matcher).and_then(|pattern| parser::parse(pattern, true)).is_ok_and(|node| node.is_nullable());
    match matcher.op {
        MatchOp::Equal => matcher.value.value.is_empty(),
        MatchOp::NotEqual => !matcher.value.value.is_empty(),
        MatchOp::Regex => nullable(),
        MatchOp::NotRegex => !nullable(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ReplaceGroups, ReplaceRegex, is_plainly_sound, parser};

    #[test]
    fn what_nearly_all_patterns_are() {
        for pattern in ["5..", "api|web", ".*-canary", "a.+b", "", "a:b/c"] {
            assert!(is_plainly_sound(pattern.as_bytes()), "{pattern}");
        }
        for pattern in ["*", "a*", ".**", ".+*", "(a)", "[ab]", "a\\", "a{2}", "é"] {
            assert!(!is_plainly_sound(pattern.as_bytes()), "{pattern}");
        }
    }

    #[test]
    fn anchors_at_both_ends_say_nothing_new() {
        let literals = |pattern: &str| parser::parse(pattern, true).unwrap().literals();
        let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(literals("^$"), texts(&[""]));
        assert_eq!(literals(r"^\Aa(?m:$)$"), None);
        assert_eq!(literals("^a$|b$"), texts(&["a", "b"]));
        assert_eq!(literals("^(a|(b))$"), None);
        assert_eq!(literals("^(a|b)$"), texts(&["a", "b"]));
        assert_eq!(literals("a^"), None);
        assert_eq!(literals("$a"), None);
    }

    #[test]
    fn a_pattern_may_be_too_large_though_nobody_runs_it() {
        let pattern = r"\pL{1000}";
        assert!(parser::parse(pattern, true).is_ok() && ReplaceRegex::new(pattern).is_err());
        assert!(ReplaceGroups::of(pattern).is_err());
        // The largest that are not compiled: classes of thousands of characters.
        for (before, class) in [("", r"\pL"), ("(?i)", r"\pL"), ("", r"\PL"), ("", "[^a]"), ("", r"\pC|")] {
            let pattern = format!("{before}{}", class.repeat((100 - before.len()) / class.len()));
            assert!(ReplaceRegex::new(&pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn a_group_that_is_never_there_is_one() {
        assert_eq!(ReplaceGroups::of("(a){0}").map(|groups| groups.count()).ok(), Some(1));
    }

    proptest! {
        #[test]
        fn groups_are_known_without_compiling(pattern in r"([a-c.|*+?()]|\(\?P<[ab]>|\[|\]|\\|\{2\}){0,9}") {
            let (groups, compiled) = (ReplaceGroups::of(&pattern), ReplaceRegex::new(&pattern));
            prop_assert_eq!(groups.as_ref().map_err(|error| &error.message).err(), compiled.as_ref().err().map(|error| &error.message));
            if let (Ok(groups), Ok(compiled)) = (groups, compiled) {
                prop_assert_eq!(groups.count() + 1, compiled.captures_len());
            }
        }

        #[test]
        fn what_is_plainly_sound_is_parsed(pattern in r"[a-c0_|./:*+ -]{0,12}") {
            if is_plainly_sound(pattern.as_bytes()) {
                prop_assert!(parser::parse(&pattern, true).is_ok());
            }
        }
    }
}
