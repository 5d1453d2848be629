//! The name that was probably meant.

/// Longer names, in bytes, are not compared: that takes time with the square of their length.
const COMPARABLE: usize = 200;

/// The name that is most like `wanted`, if one is like it at all.
pub(in crate::unittest) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = 1 + wanted.chars().count() / 4;
    let comparable = |name: &&str| wanted.len().max(name.len()) <= COMPARABLE;
    let distances = names.filter(comparable).map(|name| (strsim::damerau_levenshtein(wanted, name), name));
    distances.filter(|(distance, _)| *distance <= limit).min().map(|(_, name)| name)
}
