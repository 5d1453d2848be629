//! What a pattern looks like to a reader: things that only its text shows.

use super::parser;
use super::syntax::Node;

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
