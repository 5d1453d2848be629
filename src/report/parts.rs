//! Which parts of a suite a report is of: `--partition` writes it into each report, so that joining them can tell
//! whether one is missing or there twice.
//!
//! JSON has it under `partition`, JUnit as a property of the whole, lcov in the name of the test.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};

use crate::unittest::PartOf;

/// The property of a JUnit report.
pub const JUNIT_PROPERTY: &str = "promproof.partition";
/// How the test's name begins in a tracefile of lcov, which knows letters, digits and `_` only.
const LCOV_PREFIX: &str = "partition_";
/// So many missing parts are named.
const MAX_NAMED: usize = 10;

/// Some parts of one suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Which ones, each from 1 to `count`.
    pub held: BTreeSet<u32>,
    /// How many parts there are.
    pub count: u32,
    /// How many test groups all parts have together.
    pub groups: u64,
}

impl From<PartOf> for Parts {
    fn from(part: PartOf) -> Parts {
        let groups = u64::try_from(part.groups).unwrap_or(u64::MAX);
        Parts { held: BTreeSet::from([part.partition.index]), count: part.partition.count, groups }
    }
}

impl Parts {
    /// `None` where these are no parts.
    fn new(held: BTreeSet<u32>, count: u32, groups: u64) -> Option<Parts> {
        let are_parts = !held.is_empty() && held.iter().all(|index| (1..=count).contains(index));
        are_parts.then_some(Parts { held, count, groups })
    }

    /// Whether no part is missing.
    pub fn is_whole(&self) -> bool {
        u32::try_from(self.held.len()) == Ok(self.count)
    }

    /// Whether one part is missing and no more.
    pub fn is_one_missing(&self) -> bool {
        u32::try_from(self.held.len()).is_ok_and(|held| held.checked_add(1) == Some(self.count))
    }

    /// The parts that are missing, in words: `part 2 of 4`, `parts 2 and 3 of 4`.
    pub fn missing(&self) -> String {
        let missing = self.count.saturating_sub(u32::try_from(self.held.len()).unwrap_or(u32::MAX));
        let absent = (1..=self.count).filter(|index| !self.held.contains(index)).take(MAX_NAMED);
        let mut names: Vec<String> = absent.map(|index| index.to_string()).collect();
        let more = missing.saturating_sub(u32::try_from(names.len()).unwrap_or(u32::MAX));
        if more > 0 {
            names.push(format!("{more} more"));
        }
        in_words(&names, self.count)
    }

    /// What [`Parts`] are written as, `2/4 of 118` or `1,2/4 of 118`; `None` for anything else.
    pub fn read(text: &str) -> Option<Parts> {
        let (held, rest) = text.split_once('/')?;
        let (count, groups) = rest.split_once(" of ")?;
        let held: Option<BTreeSet<u32>> = held.split(',').map(|index| index.parse().ok()).collect();
        Parts::new(held?, count.parse().ok()?, groups.parse().ok()?)
    }

    /// The test's name in a tracefile: `partition_2_of_4_of_118`.
    pub fn lcov_name(&self) -> String {
        let held: Vec<String> = self.held.iter().map(u32::to_string).collect();
        format!("{LCOV_PREFIX}{}_of_{}_of_{}", held.join("_"), self.count, self.groups)
    }

    /// What [`Parts::lcov_name`] says; `None` for any other name.
    pub fn from_lcov_name(name: &str) -> Option<Parts> {
        let mut fields = name.strip_prefix(LCOV_PREFIX)?.split("_of_");
        let held: Option<BTreeSet<u32>> = fields.next()?.split('_').map(|index| index.parse().ok()).collect();
        Parts::new(held?, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?)
    }

    /// What stands in JSON under `partition`: `{"parts": [2], "count": 4, "groups": 118}`.
    pub fn json(&self) -> Value {
        json!({ "parts": self.held, "count": self.count, "groups": self.groups })
    }

    /// What [`Parts::json`] says; `None` for anything else.
    pub fn from_json(value: &Value) -> Option<Parts> {
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
        let held: Option<BTreeSet<u32>> = value.get("parts")?.as_array()?.iter().map(number).collect();
        Parts::new(held?, number(value.get("count")?)?, value.get("groups")?.as_u64()?)
    }
}

/// `part 2 of 4`, `parts 1, 2 and 3 of 4`
fn in_words(indices: &[String], count: u32) -> String {
    match indices {
        [] => format!("no part of {count}"),
        [one] => format!("part {one} of {count}"),
        [first @ .., last] => format!("parts {} and {last} of {count}", first.join(", ")),
    }
}

/// The parts, how many there are, and how many test groups: `1,2/4 of 118`.
impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held: Vec<String> = self.held.iter().map(u32::to_string).collect();
        write!(f, "{}/{} of {}", held.join(","), self.count, self.groups)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Parts;

    fn parts(held: impl IntoIterator<Item = u32>, count: u32) -> Parts {
        Parts { held: held.into_iter().collect(), count, groups: 118 }
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(parts([1, 2], 2).is_whole());
        let missing = [parts([1, 3, 4], 4), parts([2], 4), parts([7], u32::MAX)].map(|parts| parts.missing());
        insta::assert_snapshot!(missing.join("\n"), @r"
        part 2 of 4
        parts 1, 3 and 4 of 4
        parts 1, 2, 3, 4, 5, 6, 8, 9, 10, 11 and 4294967284 more of 4294967295
        ");
    }

    #[test]
    fn nonsense_is_no_part() {
        for text in ["", "2", "2/4", "0/4 of 1", "5/4 of 1", "1,/4 of 1", "1/0 of 1"] {
            assert_eq!(Parts::read(text), None, "{text}");
        }
        for name in ["", "unit_tests", "partition_", "partition_1_of_0_of_1", "partition_1_of_2"] {
            assert_eq!(Parts::from_lcov_name(name), None, "{name}");
        }
        assert_eq!(Parts::from_json(&serde_json::json!({"parts": [], "count": 1, "groups": 1})), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(held in prop::collection::btree_set(1_u32..50, 1..6), more in 0_u32..9, groups in 0_u64..1000) {
            let count = held.iter().max().copied().unwrap_or(1) + more;
            let parts = Parts { held, count, groups };
            prop_assert_eq!(Parts::read(&parts.to_string()), Some(parts.clone()));
            prop_assert_eq!(Parts::from_lcov_name(&parts.lcov_name()), Some(parts.clone()));
            prop_assert_eq!(Parts::from_json(&parts.json()), Some(parts));
        }
    }
}
