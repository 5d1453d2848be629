//! The anchors of a page: what a link may have behind `#`.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Page;
use crate::runbook::url::percent_decoded;

/// What programs make of the words of a heading.
#[derive(Clone, Copy, Debug)]
enum Style {
    /// GitHub, Hugo, Docusaurus: letters, digits, `-` and `_` stay, a blank becomes `-`.
    Github,
    /// GitLab: the same, and one `-` for several.
    Gitlab,
    /// MkDocs: the same for letters without their accents, and none at the ends.
    Mkdocs,
}

/// Whether the page has the anchor, for one of these programs.
pub(super) fn exists(page: &Page, anchor: &str) -> bool {
    let wanted = percent_decoded(anchor);
    // Every page has these.
    if wanted.is_empty() || wanted == "top" {
        return true;
    }
    let lower = wanted.to_lowercase();
    let slugs = page.slugs.get_or_init(|| Slugs::of(page));
    slugs.by_hand.contains(&wanted) || slugs.have(&lower)
}

/// What each program makes of the headings of a page, and how often.
#[derive(Debug)]
pub(super) struct Slugs {
    of_style: [(Style, FxHashMap<String, usize>); 3],
    by_hand: FxHashSet<String>,
}

impl Slugs {
    fn of(page: &Page) -> Slugs {
        let of_style = [Style::Github, Style::Gitlab, Style::Mkdocs].map(|style| {
            let mut counts: FxHashMap<String, usize> = FxHashMap::default();
            for heading in &page.headings {
                *counts.entry(slug_of(&heading.text, style)).or_default() += 1;
            }
            (style, counts)
        });
        Slugs { of_style, by_hand: page.anchors.iter().cloned().collect() }
    }

    /// Whether a program makes this anchor of a heading; of one that comes again, with a number.
    fn have(&self, anchor: &str) -> bool {
        self.of_style.iter().any(|(style, counts)| {
            let separator = if matches!(style, Style::Mkdocs) { '_' } else { '-' };
            let again = || {
                let (slug, number) = anchor.rsplit_once(separator)?;
                let number = number.parse::<usize>().ok().filter(|number| *number > 0)?;
                counts.get(slug).filter(|count| **count > number)
            };
            counts.contains_key(anchor) || again().is_some()
        })
    }
}

/// The anchors as GitHub makes them, and those set by hand.
pub(super) fn all(page: &Page) -> Vec<String> {
    let made = page.headings.iter().map(|heading| slug_of(&heading.text, Style::Github));
    made.chain(page.anchors.iter().cloned()).collect()
}

fn slug_of(heading: &str, style: Style) -> String {
    let kept = heading.trim().chars().filter_map(|character| match character {
        '-' | '_' => Some(character),
        _ if character.is_whitespace() => Some('-'),
        _ if character.is_alphanumeric() && (character.is_ascii() || !matches!(style, Style::Mkdocs)) => {
            Some(character)
        }
        _ => None,
    });
    let slug: String = kept.flat_map(char::to_lowercase).collect();
    if matches!(style, Style::Github) {
        return slug;
    }
    let parts: Vec<&str> = slug.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}
