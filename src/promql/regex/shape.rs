//! What a pattern looks like to a reader: things that only its text shows.

use super::parser;
use super::syntax::Node;
use crate::promql::ast::Matcher;

/// What could be written more simply in a pattern that has to match the whole of a label's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Simpler {
    /// The pattern is a plain text; compare with this instead.
    Text(String),
    /// The same pattern without the anchors that a matcher has anyway.
    WithoutAnchors(String),
    /// Anchors inside of the pattern that a matcher has anyway, as in `(a|^b)$`.
    InnerAnchors,
}

/// How the pattern could be written more simply with the same meaning; `None` where it could not, or is no pattern.
pub fn simpler(pattern: &str) -> Option<Simpler> {
    let node = parser::parse(pattern, true).ok()?;
    if let Some([text]) = node.literals().as_deref() {
        return Some(Simpler::Text(text.clone()));
    }
    let stripped = pattern.strip_prefix('^').unwrap_or(pattern);
    let stripped = match stripped.strip_suffix('$') {
        // An escaped dollar is a character.
        Some(without) if !ends_in_escape(without) => without,
        _ => stripped,
    };
    // `^a|b$` is `^a` or `b$`; with the anchors of the matcher around it they mean nothing more.
    let is_plain =
        stripped.len() < pattern.len() && parser::parse(stripped, true).is_ok_and(|rest| !is_anchored(&rest));
    if !is_plain {
        return (starts_anchored(&node) || ends_anchored(&node)).then_some(Simpler::InnerAnchors);
    }
    match parser::parse(stripped, true).ok()?.literals().as_deref() {
        Some([text]) => Some(Simpler::Text(text.clone())),
        _ => Some(Simpler::WithoutAnchors(stripped.to_owned())),
    }
}

/// The plain text of a pattern with an anchor at one end of it, and at which: whoever writes `^5` has probably not known that
/// a matcher's pattern has to match the whole value.
pub fn anchored_at_one_end(pattern: &str) -> Option<(String, End)> {
    let (text, end) = match (pattern.strip_prefix('^'), pattern.strip_suffix('$')) {
        (Some(rest), None) => (rest, End::Start),
        (None, Some(rest)) => (rest, End::End),
        _ => return None,
    };
    match parser::parse(text, true).ok()? {
        node if is_anchored(&node) => None,
        node => match node.literals()?.as_slice() {
            [literal] if !literal.is_empty() => Some((literal.clone(), end)),
            _ => None,
        },
    }
}

/// An end of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where it begins: `^`.
    Start,
    /// Where it ends: `$`.
    End,
}

fn ends_in_escape(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn is_anchored(node: &Node) -> bool {
    match node {
        Node::TextStart | Node::TextEnd | Node::LineStart | Node::LineEnd => true,
        Node::Group { inner, .. } | Node::Repeat { inner, .. } => is_anchored(inner),
        Node::Concat(parts) | Node::Alternate(parts) => parts.iter().any(is_anchored),
        _ => false,
    }
}

/// Whether a branch of the pattern begins with an anchor.
fn starts_anchored(node: &Node) -> bool {
    match node {
        Node::TextStart => true,
        Node::Group { inner, .. } => starts_anchored(inner),
        Node::Concat(parts) => parts.first().is_some_and(starts_anchored),
        Node::Alternate(parts) => parts.iter().any(starts_anchored),
        _ => false,
    }
}

/// Whether a branch of the pattern ends in an anchor.
fn ends_anchored(node: &Node) -> bool {
    match node {
        Node::TextEnd => true,
        Node::Group { inner, .. } => ends_anchored(inner),
        Node::Concat(parts) => parts.last().is_some_and(ends_anchored),
        Node::Alternate(parts) => parts.iter().any(ends_anchored),
        _ => false,
    }
}

/// Whether the pattern looks for a text inside of a value (`.*dev.*`), or has a wildcard between two texts
/// (`service_.*_prod`).
pub fn has_inner_wildcard(pattern: &str) -> bool {
    let Ok(Node::Concat(parts)) = parser::parse(pattern, true) else { return false };
    let is_wildcard =
        |part: &Node| matches!(part, Node::Repeat { max: None, inner, .. } if matches!(**inner, Node::Any { .. }));
    let texts = parts.split(is_wildcard).map(|texts| texts.iter().any(|part| matches!(part, Node::Char { .. })));
    let texts: Vec<bool> = texts.collect();
    // Texts and wildcards take turns: more than one wildcard around a text, or a text on both sides of one.
    texts.len() > 2 && texts.iter().any(|has_text| *has_text) || matches!(texts.as_slice(), [true, true])
}

/// The letter in front of a `*` that ends the pattern or one of its alternatives and was probably meant as a shell's
/// wildcard: the `x` of `dex*`. `None` where there is none.
///
/// Only where everything before the `*` is plain text: whoever writes `[a-z]b*` knows what the star means.
pub fn glob_star(pattern: &str) -> Option<char> {
    glob_in(&parser::parse(pattern, true).ok()?)
}

fn glob_in(node: &Node) -> Option<char> {
    match node {
        Node::Group { inner, .. } => glob_in(inner),
        Node::Alternate(parts) => parts.iter().find_map(glob_in),
        Node::Concat(parts) => {
            let parts: &[Node] = match parts.as_slice() {
                [rest @ .., Node::TextEnd] => rest,
                all => all,
            };
            let parts = parts.strip_prefix(&[Node::TextStart]).unwrap_or(parts);
            let (last, before) = parts.split_last()?;
            if before.is_empty() {
                return glob_in(last);
            }
            let starred = match last {
                Node::Repeat { min: 0, max: None, inner, .. } => match inner.as_ref() {
                    Node::Char { c, .. } if c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | ':') => *c,
                    _ => return None,
                },
                _ => return None,
            };
            let is_text = before.len() >= 2 && before.iter().all(|part| matches!(part, Node::Char { .. }));
            is_text.then_some(starred)
        }
        _ => None,
    }
}

/// Words in the names of labels whose values may be patterns or queries themselves, or paths and subjects with wildcards.
const PATTERN_LABELS: [&str; 24] = [
    "class",
    "endpoint",
    "expr",
    "expression",
    "filter",
    "glob",
    "handler",
    "key",
    "le",
    "logger",
    "mask",
    "package",
    "path",
    "pattern",
    "query",
    "regex",
    "regexp",
    "route",
    "rule",
    "sql",
    "subject",
    "topic",
    "uri",
    "url",
];

/// Labels whose values may have such signs: `version="1.2.*"`, `event="user.*"`, `domain="*.a.*"`.
const SIGN_LABELS: [&str; 24] = [
    "bucket",
    "cipher",
    "cn",
    "domain",
    "event",
    "exchange",
    "host",
    "hostname",
    "index",
    "item",
    "method",
    "name",
    "object",
    "permission",
    "principal",
    "queue",
    "range",
    "san",
    "server",
    "server_name",
    "table",
    "tag",
    "version",
    "vhost",
];

/// Labels whose values never have such signs, so that `a|b` lists two of them.
const PLAIN_LABELS: [&str; 15] = [
    "cluster",
    "code",
    "container",
    "device",
    "env",
    "fstype",
    "instance",
    "job",
    "mountpoint",
    "namespace",
    "pod",
    "region",
    "status",
    "status_code",
    "zone",
];

/// Whether a matcher compares with a text that was probably meant as a pattern: `{env="prod|stage.*"}`.
pub fn is_pattern_as_text(matcher: &Matcher) -> bool {
    // A cheap look before anything is taken apart.
    let has_sign = |value: &[u8]| value.iter().any(|byte| matches!(byte, b'*' | b'+' | b'|' | b'.' | b'$'));
    if matcher.op.is_regex() || !has_sign(&matcher.value.value) {
        return false;
    }
    let Ok(value) = std::str::from_utf8(&matcher.value.value) else { return false };
    let label = matcher.name.value.as_str();
    looks_like_pattern(label, value)
        && !label.split('_').any(|word| PATTERN_LABELS.contains(&word))
        && !SIGN_LABELS.contains(&label)
        && parser::parse(value, true).is_ok()
}

fn looks_like_pattern(label: &str, text: &str) -> bool {
    // Paths, patterns of nginx, addresses, sentences, times of cron.
    if text.starts_with(['/', '~']) || text.contains("://") || text.contains(char::is_whitespace) {
        return false;
    }
    let is_plain = PLAIN_LABELS.contains(&label);
    let is_class = matches!(text.as_bytes(), [b'0'..=b'9', b'.', b'.']) && (is_plain || label.ends_with("_code"));
    let is_any = matches!(text, ".*" | ".+") && is_plain;
    is_class || is_any || has_wildcard(text) || has_anchors(text) || is_plain && is_choice(text)
}

/// A wildcard at an end or between words, and letters: `devnet.*`, `a.+b`. `requests.*.count` may be a name with a star in it.
fn has_wildcard(text: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let is_wildcard = |(at, _): (usize, &str)| {
        let (Some(before), Some(behind)) = (text.get(..at), text.get(at + 2..)) else { return false };
        let (before, behind) = (before.chars().next_back(), behind.chars().next());
        before.is_none_or(|c| matches!(c, '^' | '(' | '|'))
            || behind.is_none_or(|c| matches!(c, '$' | ')' | '|'))
            || before.is_some_and(is_word) && behind.is_some_and(is_word)
    };
    text.contains(char::is_alphabetic) && text.match_indices(".*").chain(text.match_indices(".+")).any(is_wildcard)
}

/// Both anchors, or one beside other signs: an account of Windows ends in `$`, an index of the stock exchange begins with `^`.
fn has_anchors(text: &str) -> bool {
    let (starts, ends) = (text.starts_with('^'), text.ends_with('$'));
    starts && ends && text.len() > 2 || (starts || ends) && text.contains(['[', '(', '|'])
}

/// Alternatives of plain words: `prod|stage`. Envoy calls its clusters `outbound|80||host`.
fn is_choice(text: &str) -> bool {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    let is_word = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
    };
    let mut words = inner.split('|');
    words.next().is_some_and(|first| is_word(first) && !matches!(first, "inbound" | "outbound"))
        && inner.contains('|')
        && words.all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_and_needless_anchors() {
        let text = |of: &str| Some(Simpler::Text(of.to_owned()));
        let without = |of: &str| Some(Simpler::WithoutAnchors(of.to_owned()));
        assert_eq!(simpler("bar"), text("bar"));
        assert_eq!(simpler(""), text(""));
        assert_eq!(simpler("a\\.b"), text("a.b"));
        assert_eq!(simpler("^bar$"), text("bar"));
        assert_eq!(simpler("(^bar)$"), text("bar"));
        assert_eq!(simpler(r"\Abar\z"), text("bar"));
        assert_eq!(simpler("(?m)^bar$"), text("bar"));
        assert_eq!(simpler("bar^"), None);
        assert_eq!(simpler("^.+$"), without(".+"));
        assert_eq!(simpler("^(a|b)$"), without("(a|b)"));
        assert_eq!(simpler("a.+\\$"), None);
        assert_eq!(simpler("a|b"), None);
        assert_eq!(simpler("(^a|b.)$"), Some(Simpler::InnerAnchors));
        assert_eq!(simpler("(foo|^.+)$"), Some(Simpler::InnerAnchors));
        assert_eq!(simpler("(?i)bar"), None);
        assert_eq!(simpler("("), None);
    }

    #[test]
    fn anchors_at_one_end_of_a_text() {
        let at = |of: &str, end| Some((of.to_owned(), end));
        assert_eq!(anchored_at_one_end("^5"), at("5", End::Start));
        assert_eq!(anchored_at_one_end("prod$"), at("prod", End::End));
        assert_eq!(anchored_at_one_end(r"^a\.b"), at("a.b", End::Start));
        for other in ["^a$", "^", "$", "a", "^4..", "^(a|b)", "^a|b", r"5\$", "(^a)", "^^a", "^a*", "^("] {
            assert_eq!(anchored_at_one_end(other), None, "{other}");
        }
    }

    #[test]
    fn texts_that_look_like_patterns() {
        for pattern in
            ["mainnet|devnet.*", "prod.*", "canary-.+-a", ".*prod", "^a$", "^(a|b)", "[ab]c|d$", "integrations/.*"]
        {
            assert!(looks_like_pattern("a", pattern), "{pattern}");
        }
        for (label, value) in
            [("code", "500|503"), ("job", "(a|b)"), ("response_code", "5.."), ("pod", ".+"), ("zone", "a:1|b")]
        {
            assert!(looks_like_pattern(label, value), "{value}");
        }
        for text in [
            "",
            "a",
            "a | b",
            "*/5 * * * *",
            "/api/.*",
            "http://.*",
            "outbound|80||host",
            "inbound|80|http|host",
            "a||b",
            "|",
            "^GSPC",
            "C$",
            r"CORP\HOST$",
            "^$",
            "1.2.3",
            "a+b",
            "...",
            "a|b/c",
            "a|b",
            "5..",
            ".+",
            "1.2.*",
            "requests.*.count",
            "~^www.*$",
        ] {
            assert!(!looks_like_pattern("a", text), "{text}");
        }
    }

    #[test]
    fn wildcards_inside_of_names() {
        for found in ["service_.*_prod", ".*dev.*", "a.+b.+c"] {
            assert!(has_inner_wildcard(found), "{found}");
        }
        for fine in [".+", ".*", "edge.*", ".*staging", "a|b", "(a.*b)", "a[0-9]+b", "("] {
            assert!(!has_inner_wildcard(fine), "{fine}");
        }
    }

    #[test]
    fn stars_of_shells() {
        assert_eq!(glob_star("dex*"), Some('x'));
        assert_eq!(glob_star("teleport-*"), Some('-'));
        assert_eq!(glob_star("a|LinksUpdate*"), Some('e'));
        assert_eq!(glob_star("^(dex*)$"), Some('x'));
        for meant in ["dex.*", "https*://.*", "a*", "[a-z]+b*", "(ab)*", "0*", "x.y*", "dex\\*"] {
            assert_eq!(glob_star(meant), None, "{meant}");
        }
    }
}
