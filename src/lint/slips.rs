//! Names that are one slip of the pen away from each other, such as one that occurs once in all files from a frequent one.

use std::cmp::Ordering;

use rustc_hash::{FxHashMap, FxHashSet};

/// What occurs as often is spelt right.
const FREQUENT: usize = 30;
/// Shorter names are too much alike.
pub(super) const MIN_LETTERS: usize = 5;

/// Names, how often each occurs, and where first.
pub(super) struct Names<'a, P> {
    used: FxHashMap<&'a str, (usize, P)>,
}

/// A name that looks misspelt.
pub(super) struct Misspelt<'a, P> {
    pub(super) name: &'a str,
    /// The frequent one that was probably meant.
    pub(super) meant: &'a str,
    /// Where it stands.
    pub(super) place: P,
}

impl<'a, P> Names<'a, P> {
    pub(super) fn new() -> Self {
        Names { used: FxHashMap::default() }
    }

    /// Counts a name; `place` says where it stands.
    pub(super) fn see(&mut self, name: &'a str, place: impl FnOnce() -> P) {
        self.used.entry(name).or_insert_with(|| (0, place())).0 += 1;
    }

    /// Those that look misspelt, in no order.
    pub(super) fn misspelt(self) -> Vec<Misspelt<'a, P>> {
        let is_rare = |name: &str, count: usize| count == 1 && name.len() >= MIN_LETTERS;
        let rare = self.used.iter().filter(|(name, (count, _))| is_rare(name, *count)).count();
        let is_frequent = |name: &str, count: usize| count >= FREQUENT && name.len() >= MIN_LETTERS;
        let frequent = self.used.iter().filter(|(name, (count, _))| is_frequent(name, *count)).map(|(name, _)| *name);
        let frequent = Spelt::of(frequent, rare);
        let misspelt = |(name, (count, place)): (&'a str, (usize, P))| {
            let meant = is_rare(name, count).then(|| frequent.near(name, is_slip))??;
            Some(Misspelt { name, meant, place })
        };
        self.used.into_iter().filter_map(misspelt).collect()
    }
}

/// So many comparisons cost less than what a few names leave when a letter is left out.
const FEW_COMPARISONS: usize = 10_000;

/// Names that are spelt right, among which that is to be found which another one may be a slip of.
pub(super) enum Spelt<'a> {
    /// Few, which are compared with each.
    Few(Vec<&'a str>),
    /// By what is left of them when one letter is left out: those that are near each other have one such text in common, so
    /// that looking for one costs its length and not the number of names.
    ByRest(FxHashMap<String, Vec<&'a str>>),
}

impl<'a> Spelt<'a> {
    /// Those of `names` that are worth a comparison, for so many others.
    pub(super) fn of(names: impl Iterator<Item = &'a str>, others: usize) -> Self {
        let names: Vec<&str> = names.filter(|name| name.len() <= MAX_LETTERS).collect();
        if names.len().saturating_mul(others) <= FEW_COMPARISONS {
            return Spelt::Few(names);
        }
        let mut by_rest: FxHashMap<String, Vec<&str>> = FxHashMap::default();
        for name in names {
            for rest in rests(name) {
                by_rest.entry(rest).or_default().push(name);
            }
        }
        Spelt::ByRest(by_rest)
    }

    /// The first one in the alphabet that `name` is a slip of; where it is one, they are at most one letter apart.
    pub(super) fn near(&self, name: &str, is_slip: impl Fn(&str, &str) -> bool) -> Option<&'a str> {
        if name.len() > MAX_LETTERS + 1 {
            return None;
        }
        let first = name.chars().next();
        let mut near: Vec<&str> = match self {
            Spelt::Few(names) => {
                // As a slip is: the first letter is the same, and another one takes at most four bytes.
                let may_be_near =
                    |known: &&&str| known.chars().next() == first && known.len().abs_diff(name.len()) <= 4;
                names.iter().filter(may_be_near).copied().collect()
            }
            Spelt::ByRest(by_rest) => {
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
    // What is cheap comes first.
    known.chars().next() == name.chars().next()
        && known.len().abs_diff(name.len()) <= 4
        && !plural(known, name)
        && !plural(name, known)
        && digits(known) == digits(name)
        && strsim::osa_distance(known, name) == 1
}

/// Whether two letters of a name have changed places, one is doubled, or one is missing inside of it; a changed letter, one
/// that is added, and one at the end may make another word: `state` and `stage`, `phase` and `phrase`, `route` and `router`.
pub(super) fn is_true_slip(known: &str, name: &str) -> bool {
    let (known_letters, letters): (Vec<char>, Vec<char>) = (known.chars().collect(), name.chars().collect());
    let start = known_letters.iter().zip(&letters).take_while(|(known, letter)| known == letter).count();
    let is_inside = match known_letters.len().cmp(&letters.len()) {
        Ordering::Equal => {
            known_letters.get(start) == letters.get(start + 1) && known_letters.get(start + 1) == letters.get(start)
        }
        Ordering::Greater => known_letters.last() == letters.last(),
        // What is added repeats the letter before it.
        Ordering::Less => start > 0 && letters.get(start) == letters.get(start - 1),
    };
    is_inside && is_slip(known, name)
}

#[cfg(test)]
mod tests {
    use super::{Spelt, is_slip, is_true_slip};

    #[test]
    fn slips_of_the_pen() {
        // Compared with each, and by what is left of them.
        for rare in [1, usize::MAX] {
            let frequent = Spelt::of(["instance", "namespace", "cluster", "größe"].into_iter(), rare);
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

    #[test]
    fn slips_that_make_no_other_word() {
        for name in ["instnace", "insttance", "instancee", "intance", "instanec"] {
            assert!(is_true_slip("instance", name), "{name}");
        }
        for (known, name) in
            [("stage", "state"), ("phase", "phrase"), ("route", "router"), ("zonea", "zoneb"), ("a", "aa")]
        {
            assert_eq!(is_true_slip(known, name), known == "a", "{name}");
        }
        assert!(!is_true_slip("instance", "instanc") && !is_true_slip("instance", "instance"));
    }
}
