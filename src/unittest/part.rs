//! A part `K/N` of a suite: which test groups belong to it.

use std::str::FromStr;

use rustc_hash::FxHashSet;

use crate::testfile::{TestFile, TestGroup};

/// One of several parts of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Which one, from 1 to `count`.
    pub index: u32,
    /// How many there are; at least 1.
    pub count: u32,
}

/// A part, and what it is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartOf {
    /// Which part.
    pub partition: Partition,
    /// How many test groups are selected in all parts together.
    pub groups: usize,
}

/// What belongs to a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which part it is.
    pub of: PartOf,
    /// Files by name, and the first bytes of test groups in them. `None` for a file as such: one with mistakes of its
    /// own, or without tests.
    pub(super) units: FxHashSet<(String, Option<usize>)>,
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected K/N with K from 1 to N, such as 2/5".to_owned();
        let (index, count) = text.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| wrong());
        let partition = Partition { index: number(index)?, count: number(count)? };
        if (1..=partition.count).contains(&partition.index) { Ok(partition) } else { Err(wrong()) }
    }
}

impl Part {
    /// One test group alone.
    pub(super) fn of_group(test: &TestFile, group: &TestGroup) -> Part {
        let of = PartOf { partition: Partition { index: 1, count: 1 }, groups: 1 };
        Part { of, units: [(test.file.name().to_owned(), Some(group.span.start()))].into_iter().collect() }
    }

    /// Whether the test group belongs to it.
    pub(super) fn has(&self, test: &TestFile, group: &TestGroup) -> bool {
        self.units.contains(&(test.file.name().to_owned(), Some(group.span.start())))
    }

    /// Whether the file, or any of its test groups, belongs to it.
    pub fn has_any(&self, test: &TestFile) -> bool {
        self.units.contains(&(test.file.name().to_owned(), None))
            || test.groups.iter().any(|group| self.has(test, group))
    }
}
