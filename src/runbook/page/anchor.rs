//! The anchors of a page: what a link may have behind `#`.

use rustc_hash::FxHashSet;

use super::Page;
use crate::runbook::url::percent_decoded;

/// What programs make of the words of a heading.
#[derive(Clone, Copy)]
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
    if wanted.is_empty() || wanted == "top" || page.anchors.contains(&wanted) {
        return true;
    }
    let lower = wanted.to_lowercase();
    [Style::Github, Style::Gitlab, Style::Mkdocs].into_iter().any(|style| {
        let (slugs, separator) = (slugs(page, style), if matches!(style, Style::Mkdocs) { '_' } else { '-' });
        slugs.contains(&lower)
            || lower.rsplit_once(separator).is_some_and(|(slug, number)| {
                number.parse::<usize>().is_ok_and(|number| {
                    number > 0
                        && page.headings.iter().filter(|heading| slug_of(&heading.text, style) == slug).count() > number
                })
            })
    })
}

/// The anchors as GitHub makes them, and those set by hand.
pub(super) fn all(page: &Page) -> Vec<String> {
    let made = page.headings.iter().map(|heading| slug_of(&heading.text, Style::Github));
    made.chain(page.anchors.iter().cloned()).collect()
}

fn slugs(page: &Page, style: Style) -> FxHashSet<String> {
    page.headings.iter().map(|heading| slug_of(&heading.text, style)).collect()
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
