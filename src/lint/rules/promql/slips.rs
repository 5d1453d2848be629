//! Names that are one slip of the pen away from each other.

use rustc_hash::{FxHashMap, FxHashSet};

/// Shorter names are too much alike.
pub(super) const MIN_LETTERS: usize = 5;

/// So many comparisons cost less than what a few names leave when a letter is left out.
const FEW_COMPARISONS: usize = 10_000;

/// Names that are spelt right, among which that is to be found which another one may be a slip of.
pub(super) enum Names<'a> {
    /// Few, which are compared with each.
    Few(Vec<&'a str>),
    /// By what is left of them when one letter is left out: those that are near each other have one such text in common, so
    /// that looking for one costs its length and not the number of names.
    ByRest(FxHashMap<String, Vec<&'a str>>),
}

impl<'a> Names<'a> {
    /// Those of `names` that are worth a comparison, for so many others.
    pub(super) fn of(names: impl Iterator<Item = &'a str>, others: usize) -> Self {
        let names: Vec<&str> = names.filter(|name| name.len() <= MAX_LETTERS).collect();
        if names.len().saturating_mul(others) <= FEW_COMPARISONS {
            return Names::Few(names);
        }
        let mut by_rest: FxHashMap<String, Vec<&str>> = FxHashMap::default();
        for name in names {
            for rest in rests(name) {
                by_rest.entry(rest).or_default().push(name);
            }
        }
        Names::ByRest(by_rest)
    }

    /// The first one in the alphabet that `name` is a slip of; where it is one, they are at most one letter apart.
    pub(super) fn near(&self, name: &str, is_slip: impl Fn(&str, &str) -> bool) -> Option<&'a str> {
        if name.len() > MAX_LETTERS + 1 {
            return None;
        }
        let first = name.chars().next();
        let mut near: Vec<&str> = match self {
            Names::Few(names) => {
                // As a slip is: the first letter is the same, and another one takes at most four bytes.
                let may_be_near =
                    |known: &&&str| known.chars().next() == first && known.len().abs_diff(name.len()) <= 4;
                names.iter().filter(may_be_near).copied().collect()
            }
            Names::ByRest(by_rest) => {
                rests(name).iter().filter_map(|rest| by_rest.get(rest)).flatten().copied().collect()
            }
        };
        near.retain(|known| is_slip(known, name));
        near.sort_unstable();
        near.first().copied()
    }
}

/// Longer names are not compared.
const MAX_LETTERS: usize = 96;

/// The name, and what is left of it without one of its letters.
fn rests(name: &str) -> FxHashSet<String> {
    let without = |at: usize, letter: char| {
        let mut rest = String::with_capacity(name.len());
        rest.push_str(name.get(..at).unwrap_or_default());
        rest.push_str(name.get(at + letter.len_utf8()..).unwrap_or_default());
        rest
    };
    name.char_indices().map(|(at, letter)| without(at, letter)).chain([name.to_owned()]).collect()
}

/// Whether one letter is missing, doubled, changed or in the wrong place; a number or a plural is another name.
pub(super) fn is_slip(known: &str, name: &str) -> bool {
    let plural = |a: &str, b: &str| a.strip_suffix('s') == Some(b);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    strsim::osa_distance(known, name) == 1
        && !plural(known, name)
        && !plural(name, known)
        && digits(known) == digits(name)
        && known.chars().next() == name.chars().next()
}

#[cfg(test)]
mod tests {
    use super::{Names, is_slip};

    #[test]
    fn slips_of_the_pen() {
        // Compared with each, and by what is left of them.
        for rare in [1, usize::MAX] {
            let frequent = Names::of(["instance", "namespace", "cluster", "größe"].into_iter(), rare);
            assert_eq!(frequent.near("instace", is_slip), Some("instance"));
            assert_eq!(frequent.near("instancee", is_slip), Some("instance"));
            assert_eq!(frequent.near("namepsace", is_slip), Some("namespace"));
            assert_eq!(frequent.near("clustre", is_slip), Some("cluster"));
            assert_eq!(frequent.near("größ😀", is_slip), Some("größe"));
            assert_eq!(frequent.near("clusters", is_slip), None);
            assert_eq!(frequent.near("cluster1", is_slip), None);
            assert_eq!(frequent.near("name", is_slip), None);
        }
    }
}
