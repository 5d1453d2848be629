//! Anchors of a page in HTML: whether a link may end in `#anchor`.

use rustc_hash::FxHashSet;

/// Whether a page has an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// It has.
    There,
    /// It has not, and has others.
    Missing,
    /// A script may make it when the page is shown.
    Unclear,
}

/// Of a page with more of them nothing is known: no author has written that.
const MAX_NAMES: usize = 50_000;

/// What GitHub writes before the anchors that authors chose.
const PREFIX: &str = "user-content-";

/// The anchors of a page.
pub(super) struct Anchors {
    /// In lower case, without [`PREFIX`].
    names: FxHashSet<String>,
    /// What links of the page lead to and what texts in data of scripts are, in lower case: a script may make these.
    mentioned: FxHashSet<String>,
    /// Whether one of the headings has an anchor of its own, so that those of the others are no script's either.
    are_written: bool,
}

impl Anchors {
    /// Reads the page in one pass. Anything that looks like an anchor counts, also in a text that a script shows.
    pub(super) fn of(page: &str) -> Anchors {
        let mut names = FxHashSet::default();
        let mut has_prefix = false;
        for (at, _) in page.match_indices('=') {
            let before = page.get(..at).unwrap_or_default().trim_end_matches([' ', '\n', '\t', '\r']);
            let is_anchor = ["id", "name", "ID", "NAME", "Id", "Name"].iter().any(|key| before.ends_with(key));
            if !is_anchor || names.len() > MAX_NAMES {
                continue;
            }
            let value = decoded(value(page.get(at + 1..).unwrap_or_default())).to_lowercase();
            match value.strip_prefix(PREFIX) {
                Some(own) => {
                    has_prefix = true;
                    names.insert(own.to_owned());
                }
                None => drop(names.insert(value)),
            }
        }
        let behind = |mark: &'static str| {
            let found = page.match_indices(mark);
            found.map(move |(at, _)| page.get(at + mark.len()..).unwrap_or_default())
        };
        let links = behind("#").map(|rest| value(rest).split(['"', '\'', '\\', '<', '&']).next().unwrap_or_default());
        let texts = behind("\":").map(value);
        let mentioned = links.chain(texts).map(|text| decoded(text).to_lowercase());
        let mentioned: FxHashSet<String> = mentioned.take(MAX_NAMES + 1).collect();
        let is_bounded = names.len() <= MAX_NAMES && mentioned.len() <= MAX_NAMES;
        let are_written = is_bounded && (has_prefix || has_heading_with_anchor(page));
        Anchors { mentioned, are_written, names }
    }

    /// Whether a link may end in `#anchor`.
    pub(super) fn has(&self, anchor: &str) -> Anchor {
        let wanted = crate::runbook::url::percent_decoded(anchor).to_lowercase();
        let wanted = wanted.strip_prefix(PREFIX).unwrap_or(&wanted);
        if wanted.is_empty() || wanted == "top" || self.names.contains(wanted) {
            return Anchor::There;
        }
        if self.are_written && !self.mentioned.contains(wanted) { Anchor::Missing } else { Anchor::Unclear }
    }
}

/// Whether what stands behind `#` is a place of a page: not lines of a file, not what a script reads.
pub(super) fn is_place(anchor: &str) -> bool {
    let is_line = anchor.strip_prefix('L').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    !anchor.is_empty() && !is_line && !anchor.starts_with(['/', '!', ':']) && !anchor.contains(['=', '&'])
}

/// The value of an attribute, in quotes or without, also in a text in which quotes are escaped.
fn value(text: &str) -> &str {
    const LONGEST: usize = 512;
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default().trim_start();
    let text = text.trim_start_matches('\\');
    for quote in ["\"", "'", "u0022", "&quot;"] {
        if let Some(inside) = text.strip_prefix(quote) {
            let value = inside.split(quote).next().unwrap_or_default();
            return value.trim_end_matches('\\');
        }
    }
    text.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default()
}

/// The value with its entities and encodings turned into what they stand for.
fn decoded(value: &str) -> String {
    let value = match value.contains('&') {
        true => value.replace("&amp;", "&").replace("&#39;", "'").replace("&quot;", "\""),
        false => value.to_owned(),
    };
    crate::runbook::url::percent_decoded(&value)
}

fn has_heading_with_anchor(page: &str) -> bool {
    const NEAR: usize = 400;
    page.match_indices("<h").chain(page.match_indices("<H")).any(|(at, _)| {
        let tag = page.as_bytes().get(at + 2..(at + NEAR).min(page.len())).unwrap_or_default();
        let is_heading = matches!(tag, [b'1'..=b'6', b' ' | b'>' | b'\n' | b'\t', ..]);
        let end = tag.windows(3).position(|part| part.eq_ignore_ascii_case(b"</h")).unwrap_or(tag.len());
        let heading = tag.get(..end).unwrap_or_default();
        is_heading
            && [" id=".as_bytes(), b" name="].iter().any(|key| heading.windows(key.len()).any(|part| part == *key))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_found_in_all_forms() {
        let page = "<h1 id=\"Meaning\">x</h1><a name='old'></a><p id = plain><h2><a id=\"user-content-to-do\"></a></h2>\
                    {\"richText\":\"<h2 id=\\\"in-json\\\">\\u003ch2 id=\\\\u0022coded\\\\u0022\"}<i id=\"a&amp;b\"><i id=\"caf%C3%A9\">\
                    <a href=\"#made\">";
        let anchors = Anchors::of(page);
        for there in [
            "Meaning",
            "meaning",
            "old",
            "plain",
            "to-do",
            "user-content-to-do",
            "in-json",
            "coded",
            "a&b",
            "caf%c3%a9",
            "café",
            "",
            "top",
        ] {
            assert_eq!(anchors.has(there), Anchor::There, "{there}");
        }
        assert_eq!(anchors.has("mitigation"), Anchor::Missing);
        assert_eq!(anchors.has("made"), Anchor::Unclear);
    }

    #[test]
    fn of_pages_that_scripts_make_nothing_is_known() {
        for page in ["", "<div id=root></div><script></script>", "<h2 class=\"sr-only\">Menu</h2><div id=\"x\">"] {
            assert_eq!(Anchors::of(page).has("meaning"), Anchor::Unclear, "{page}");
        }
        assert!(is_place("meaning") && is_place("Lag"));
        for none in ["", "L12", "/a", "!a", ":~:text=x", "heading=h.1"] {
            assert!(!is_place(none), "{none}");
        }
    }
}
