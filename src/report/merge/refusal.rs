//! Why reports cannot be joined.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use crate::report::parts::Parts;
use crate::unittest::coverage::{Coverage, FileCoverage};

/// Why two reports cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They are of different kinds; what each is.
    OtherKind {
        /// The first one.
        one: &'static str,
        /// The one that was to be added.
        other: &'static str,
    },
    /// Both have the same part of the suite.
    PartTwice {
        /// Which part, from 1.
        index: u32,
        /// How many there are.
        count: u32,
    },
    /// They are parts of different suites.
    OtherSuite {
        /// The first one.
        one: Parts,
        /// The one that was to be added.
        other: Parts,
    },
    /// Both have the same test group of the same file.
    GroupTwice {
        /// The file.
        file: String,
        /// The group's index in it, from 0.
        index: u64,
    },
    /// Their coverage is of different versions of a rule file.
    OtherRules {
        /// The rule file.
        file: String,
    },
}

/// What is wrong, in words that follow the name of the file that was to be added.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::OtherKind { one, other } => write!(f, "it is {other}, and others are {one}"),
            Refusal::PartTwice { index, count } => {
                write!(f, "part {index} of {count} is in another report too, and would be counted twice")
            }
            Refusal::OtherSuite { one, other } => {
                write!(f, "it is of another suite: it has {other} test groups, others have {one}")
            }
            Refusal::GroupTwice { file, index } => {
                write!(f, "test group {} of {file} is in another report too, and would be counted twice", index + 1)
            }
            Refusal::OtherRules { file } => {
                write!(f, "its coverage is of another version of {file}: the rules are others, or stand elsewhere")
            }
        }
    }
}

impl Refusal {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Refusal::OtherKind { .. } => "join the reports of one kind at a time",
            Refusal::PartTwice { .. } => "give each part once; a pattern may also match what was joined before",
            Refusal::OtherSuite { .. } => {
                "all parts must be of the same files, with the same filters and the same number of parts; reports of \
                 different suites can be joined when each is whole"
            }
            Refusal::GroupTwice { .. } => {
                "give each report once; for suites in different folders run `promproof test` from one folder, so that \
                 their files have different names"
            }
            Refusal::OtherRules { .. } => "join reports of one version of the rules",
        }
    }
}

/// Whether both are of the same rules, where they are of the same files.
///
/// # Errors
/// The first file of which they are not.
pub(super) fn coverage_fits(one: &Coverage, other: &Coverage) -> Result<(), Refusal> {
    let known: HashMap<&str, &FileCoverage> = one.files.iter().map(|file| (file.file.as_str(), file)).collect();
    let differs =
        |file: &&FileCoverage| known.get(file.file.as_str()).is_some_and(|known| places(known) != places(file));
    match other.files.iter().find(differs) {
        Some(file) => Err(Refusal::OtherRules { file: file.file.clone() }),
        None => Ok(()),
    }
}

/// What makes out the version of a rule file.
fn places(file: &FileCoverage) -> BTreeSet<(usize, usize, &str, &str)> {
    file.rules.iter().map(|rule| (rule.line, rule.column, rule.group.as_str(), rule.name.as_str())).collect()
}
