//! Patterns that need no engine: alternatives of plain texts with a wildcard before, behind or between them.

use super::syntax::Node;

/// One of the alternatives of a pattern such as `default|kube-.*|.+-system`; the whole text has to match it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Alternative {
    /// `text`
    Text(String),
    /// `before.*after`, `before.+after`; both texts may be empty.
    Around {
        before: String,
        after: String,
        /// Whether there is at least one character between them.
        something: bool,
    },
    /// `.*text.*`
    Containing(String),
}

impl Alternative {
    pub(super) fn is_match(&self, text: &str) -> bool {
        match self {
            Alternative::Text(one) => one == text,
            Alternative::Around { before, after, something } => {
                let rest = text.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                rest.is_some_and(|between| !(*something && between.is_empty()))
            }
            Alternative::Containing(inner) => text.contains(inner.as_str()),
        }
    }

    fn of(node: &Node) -> Option<Self> {
        let parts = match node {
            Node::Group { inner, .. } => return Alternative::of(inner),
            Node::Concat(parts) => parts.as_slice(),
            Node::Empty => return Some(Alternative::Text(String::new())),
            single => std::slice::from_ref(single),
        };
        let Some(first) = parts.iter().position(|part| wildcard(part).is_some()) else {
            return text(parts).map(Alternative::Text);
        };
        let (before, rest) = parts.split_at_checked(first)?;
        let (gap, rest) = rest.split_first()?;
        let something = wildcard(gap)?;
        match rest.split_last() {
            Some((last, inner)) if wildcard(last) == Some(false) && !something && before.is_empty() => {
                text(inner).map(Alternative::Containing)
            }
            _ => Some(Alternative::Around { before: text(before)?, after: text(rest)?, something }),
        }
    }
}

/// The alternatives of a pattern, if it has only such; `None` where it takes an engine.
pub(super) fn of(node: &Node) -> Option<Vec<Alternative>> {
    match node {
        Node::Group { inner, .. } => of(inner),
        Node::Alternate(parts) => parts.iter().map(Alternative::of).collect(),
        single => Alternative::of(single).map(|one| vec![one]),
    }
}

/// `.*` (false) or `.+` (true), over any characters.
fn wildcard(node: &Node) -> Option<bool> {
    match node {
        Node::Repeat { min: min @ (0 | 1), max: None, inner, .. }
            if matches!(inner.as_ref(), Node::Any { newline: true }) =>
        {
            Some(*min == 1)
        }
        _ => None,
    }
}

fn text(parts: &[Node]) -> Option<String> {
    let chars = parts.iter().map(|part| match part {
        Node::Char { c, fold: false } => Some(*c),
        _ => None,
    });
    chars.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::promql::regex::parser;

    #[test]
    fn what_takes_no_engine() {
        for pattern in
            ["", "a", "a|b", "(a|b)", "a.*", ".*a", "a.+b", ".*a.*", "(openshift-.*|kube-.*|default)", "(a.*)|b", ".*"]
        {
            assert!(of(&parser::parse(pattern, true).unwrap()).is_some(), "{pattern}");
        }
        for pattern in ["[ab]", "a.b", "(?i)a", "a.*b.*c", ".+a.*", "a(b|c)", "a?", "^a", "(?-s:a.*)"] {
            assert_eq!(of(&parser::parse(pattern, true).unwrap()), None, "{pattern}");
        }
    }

    proptest! {
        /// The engine says the same of everything.
        #[test]
        fn the_engine_agrees(pattern in "([ab](\\.\\*|\\.\\+)?|\\.\\*[ab]{0,2}(\\.\\*)?|\\|){1,4}", text in "[ab\n]{0,4}") {
            let node = parser::parse(&pattern, true).unwrap();
            let engine = ::regex::Regex::new(&format!(r"\A(?s:{pattern})\z")).unwrap();
            if let Some(alternatives) = of(&node) {
                let ours = alternatives.iter().any(|one| one.is_match(&text));
                prop_assert_eq!(ours, engine.is_match(&text));
            }
        }
    }
}
