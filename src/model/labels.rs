//! Label sets.
//!
//! A label set is one immutable, shared buffer: each name and each value with its length before it, sorted by name.
//! Cloning is one atomic increment, equality is one comparison of bytes, and the hash is computed once. That buys
//! what a table of interned symbols would, without a table to pass around or to outlive.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The label that holds a series' name.
pub const METRIC_NAME: &str = "__name__";

/// A set of labels, sorted bytewise by name, each name once. Values may be empty only where a caller put them so:
/// [`LabelsBuilder`] drops them, as Prometheus does.
#[derive(Clone)]
pub struct Labels {
    hash: u64,
    packed: Arc<[u8]>,
}

impl Labels {
    /// The empty set, `{}`.
    pub fn empty() -> Self {
        Labels::from_sorted(std::iter::empty())
    }

    /// From pairs in any order; a name given twice keeps its last value, and is dropped where that is empty.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs: Vec<(N, V)> = pairs.into_iter().collect();
        let mut sorted: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        // Stable: of equal names, the one that was given last stays last.
        sorted.sort_by_key(|(name, _)| *name);
        let last_of_name = sorted.chunk_by(|(a, _), (b, _)| a == b).filter_map(|same| same.last().copied());
        Labels::from_sorted(last_of_name.filter(|(_, value)| !value.is_empty()))
    }

    fn from_sorted<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut packed = Vec::new();
        for (name, value) in pairs {
            push_text(&mut packed, name);
            push_text(&mut packed, value);
        }
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write(&packed);
        Labels { hash: hasher.finish(), packed: packed.into() }
    }

    /// The value of the label `name`; `None` where the set does not have it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// The series' name, `__name__`.
    pub fn metric_name(&self) -> Option<&str> {
        self.get(METRIC_NAME)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> Iter<'_> {
        Iter { rest: &self.packed }
    }

    /// Number of labels.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// A hash of the whole set, computed when it was built. Equal sets have equal hashes within one process.
    pub fn hash_value(&self) -> u64 {
        self.hash
    }

    /// The names and values, each with its length before it (one byte; from 255 on, the byte 255 and three bytes,
    /// little-endian): the encoding that Prometheus' `stringlabels` uses and hashes in `limit_ratio`.
    pub fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// The set without the labels for which `drop` says true.
    #[must_use]
    pub fn without(&self, drop: impl Fn(&str) -> bool) -> Labels {
        Labels::from_sorted(self.iter().filter(|(name, _)| !drop(name)))
    }

    /// The set with only the labels for which `keep` says true.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Labels {
        Labels::from_sorted(self.iter().filter(|(name, _)| keep(name)))
    }

    /// A builder that begins with this set.
    pub fn builder(&self) -> LabelsBuilder {
        LabelsBuilder { pairs: self.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect() }
    }
}

fn push_text(packed: &mut Vec<u8>, text: &str) {
    // A length of 16 MiB and more does not fit: such a text is cut at a character boundary. Nothing that Prometheus
    // accepts comes near (its own limit for a label is far lower).
    let mut len = text.len().min(0x00ff_ffff);
    while !text.is_char_boundary(len) {
        len -= 1;
    }
    if len < 255 {
        packed.push(len as u8);
    } else {
        packed.push(255);
        packed.extend_from_slice(&(len as u32).to_le_bytes()[..3]);
    }
    packed.extend_from_slice(&text.as_bytes()[..len]);
}

fn pop_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (first, mut tail) = rest.split_first()?;
    let mut len = *first as usize;
    if len == 255 {
        let (bytes, after) = tail.split_at_checked(3)?;
        len = bytes.iter().rev().fold(0, |sum, byte| sum << 8 | *byte as usize);
        tail = after;
    }
    let (text, after) = tail.split_at_checked(len)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

/// Names and values, by name.
#[derive(Clone)]
pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let name = pop_text(&mut self.rest)?;
        let value = pop_text(&mut self.rest)?;
        Some((name, value))
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.packed, &other.packed) || (self.hash == other.hash && self.packed == other.packed)
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As Prometheus: pair by pair, bytewise by name and then by value; a prefix comes first.
impl Ord for Labels {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.packed == other.packed {
            return Ordering::Equal;
        }
        self.iter().cmp(other.iter())
    }
}

impl Default for Labels {
    fn default() -> Self {
        Labels::empty()
    }
}

/// As Prometheus prints a label set: `{__name__="up", job="a"}`, names that are not legacy names in quotes.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            if is_legacy_label_name(name) {
                f.write_str(name)?;
            } else {
                f.write_str(&super::gofmt::quote(name.as_bytes()))?;
            }
            f.write_str("=")?;
            f.write_str(&super::gofmt::quote(value.as_bytes()))?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether `name` can be written as a label name without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
pub fn is_legacy_label_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().enumerate().all(|(i, b)| b == b'_' || b.is_ascii_alphabetic() || (i > 0 && b.is_ascii_digit()))
}

/// Whether `name` can be written as a metric name without quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub fn is_legacy_metric_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .enumerate()
            .all(|(i, b)| b == b'_' || b == b':' || b.is_ascii_alphabetic() || (i > 0 && b.is_ascii_digit()))
}

/// Builds a label set.
#[derive(Clone, Debug, Default)]
pub struct LabelsBuilder {
    pairs: BTreeMap<String, String>,
}

impl LabelsBuilder {
    /// Sets `name` to `value`; an empty value deletes the label.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        if value.is_empty() {
            return self.delete(name);
        }
        self.pairs.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Removes `name` if it is there.
    pub fn delete(&mut self, name: &str) -> &mut Self {
        self.pairs.remove(name);
        self
    }

    /// The value of `name` so far.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(String::as_str)
    }

    /// The finished set.
    pub fn build(&self) -> Labels {
        Labels::from_sorted(self.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn from_pairs_is_as_if_each_label_were_set_in_turn(
            pairs in proptest::collection::vec(("[a-c]{1,2}", "[x-z]{0,2}"), 0..12),
        ) {
            let mut builder = LabelsBuilder::default();
            for (name, value) in &pairs {
                builder.set(name, value);
            }
            let in_turn = builder.build();
            let labels = Labels::from_pairs(pairs.iter().map(|(name, value)| (name, value)));
            proptest::prop_assert_eq!(labels.packed(), in_turn.packed());
        }
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        let labels = Labels::from_pairs([("b", "1"), ("a", "1"), ("b", "2"), ("c", "1"), ("c", "")]);
        insta::assert_snapshot!(labels, @r#"{a="1", b="2"}"#);
    }
}
