//! The addresses that the link of an alert can have: templates in it are expanded as far as the values are known.

use crate::source::words;

/// More addresses of one link are not told apart.
const MAX_ADDRESSES: usize = 50;

/// What a link can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// One of these.
    Known(Vec<String>),
    /// What it can be depends on something that nobody knows: the pieces between it, and in words what it is.
    Unknown {
        /// The texts around what is not known, at least two.
        pieces: Vec<String>,
        /// What is not known: an action of a template.
        what: String,
    },
}

/// The addresses that the text of a link can have. `values` gives the values that a label of the alert's series can have,
/// where they are known.
pub fn addresses(link: &str, values: impl Fn(&str) -> Option<Vec<String>>) -> Addresses {
    let mut rest = link.trim();
    let mut known = vec![String::new()];
    let mut pieces: Vec<String> = Vec::new();
    let mut what = String::new();
    while let Some((before, action)) = words::split_at_braces(rest) {
        let Some((action, after)) = action.split_once("}}") else { break };
        known.iter_mut().for_each(|text| text.push_str(before));
        let expanded = label_of(action).and_then(|(label, lower)| {
            let values = values(label)?;
            let values = values.into_iter().map(|value| if lower { value.to_lowercase() } else { value });
            Some(values.collect::<Vec<_>>())
        });
        match expanded.filter(|values| !values.is_empty() && values.len() * known.len() <= MAX_ADDRESSES) {
            Some(values) => {
                let with = |text: &String| values.iter().map(|value| format!("{text}{value}")).collect::<Vec<_>>();
                known = known.iter().flat_map(with).collect();
            }
            None => {
                if what.is_empty() {
                    what = format!("{{{{{action}}}}}");
                }
                // From here on only the texts between what is not known count.
                pieces.push(common_start(&known));
                known = vec![String::new()];
            }
        }
        rest = after;
    }
    known.iter_mut().for_each(|text| text.push_str(rest));
    if pieces.is_empty() {
        return Addresses::Known(known);
    }
    pieces.push(if known.len() == 1 { known.pop().unwrap_or_default() } else { String::new() });
    Addresses::Unknown { pieces, what }
}

/// The label that an action prints, and whether in lower case: `$labels.team`, `.Labels.team | toLower`.
fn label_of(action: &str) -> Option<(&str, bool)> {
    let action = action.trim().trim_start_matches("- ").trim_end_matches(" -").trim();
    let (operand, lower) = match action.split_once('|') {
        Some((operand, function)) if matches!(function.trim(), "toLower" | "lower") => (operand.trim(), true),
        Some(_) => return None,
        None => (action, false),
    };
    let label = operand.strip_prefix("$labels.").or_else(|| operand.strip_prefix(".Labels."))?;
    label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some((label, lower))
}

fn common_start(texts: &[String]) -> String {
    let Some((first, others)) = texts.split_first() else { return String::new() };
    let length = |other: &String| first.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let common = others.iter().map(length).min().unwrap_or(usize::MAX);
    first.chars().take(common).collect()
}

impl Addresses {
    /// The same without what stands behind `?` and `#`.
    #[must_use]
    pub fn without_anchor(&self) -> Addresses {
        let cut = |text: &String| text.split(['?', '#']).next().unwrap_or_default().to_owned();
        match self {
            Addresses::Known(known) => Addresses::Known(known.iter().map(cut).collect()),
            Addresses::Unknown { pieces, what } => {
                let end = pieces.iter().position(|piece| piece.contains(['?', '#'])).map_or(pieces.len(), |at| at + 1);
                let mut pieces: Vec<String> = pieces.iter().take(end).map(cut).collect();
                if pieces.len() == 1 {
                    pieces.push(String::new());
                }
                Addresses::Unknown { pieces, what: what.clone() }
            }
        }
    }

    /// Whether an address may be one of these.
    pub fn admits(&self, address: &str) -> bool {
        match self {
            Addresses::Known(known) => known.iter().any(|known| known == address),
            Addresses::Unknown { pieces, .. } => fits(pieces, address),
        }
    }
}

/// Whether the text is made of the pieces with anything between them.
fn fits(pieces: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = pieces else { return false };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(link: &str) -> Addresses {
        addresses(link, |label| match label {
            "team" => Some(vec!["Red".to_owned(), "blue".to_owned()]),
            "one" => Some(vec!["1".to_owned()]),
            _ => None,
        })
    }

    #[test]
    fn a_template_is_expanded_for_every_value_that_is_known() {
        let known = |link: &str| match of(link) {
            Addresses::Known(known) => known.join(" "),
            Addresses::Unknown { pieces, what } => format!("{what}: {}", pieces.join(" * ")),
        };
        assert_eq!(known(" https://x/a "), "https://x/a");
        assert_eq!(known("https://x/{{ $labels.team }}/b"), "https://x/Red/b https://x/blue/b");
        assert_eq!(known("https://x/{{- .Labels.team | toLower -}}"), "https://x/red https://x/blue");
        assert_eq!(known("https://x/{{$labels.one}}{{$labels.team}}"), "https://x/1Red https://x/1blue");
        assert_eq!(known("https://x/{{ $labels.job }}/{{ $labels.one }}"), "{{ $labels.job }}: https://x/ * /1");
        assert_eq!(known("https://x/{{ $value }}"), "{{ $value }}: https://x/ * ");
        assert_eq!(known("https://x/{{ $labels.one"), "https://x/{{ $labels.one");
        assert!(of("https://x/{{ $labels.job }}/b").admits("https://x/node/b"));
        assert!(!of("https://x/{{ $labels.job }}/b").admits("https://x/node/c"));
    }
}
