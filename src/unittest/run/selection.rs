//! Which tests of a suite run.

use std::sync::Arc;

use crate::promql::regex::SearchRegex;
use crate::rules::Field;
use crate::testfile::checked::Checked;
use crate::testfile::{TestFile, TestGroup};
use crate::unittest::part::Part;

/// Which tests run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// promtool's `--run`: a group runs if one of them matches somewhere in its name; a group without a name has the
    /// empty name. None: all groups run.
    pub groups: Option<Arc<SearchRegex>>,
    /// An assertion is checked if one of these words, in lower case, is part of the name of its file, of its group or
    /// of its alert, or of its expression, case aside. None: all assertions are checked.
    pub words: Vec<String>,
    /// The part of the suite that runs. None: all of it.
    pub part: Option<Arc<Part>>,
}

impl Selection {
    /// Whether anything of `group` is checked.
    pub fn selects(&self, test: &TestFile, group: &TestGroup) -> bool {
        if self.groups.as_ref().is_some_and(|regex| !regex.is_match(group.name())) {
            return false;
        }
        if self.part.as_ref().is_some_and(|part| !part.has(test, group)) {
            return false;
        }
        self.takes_all(test, group) || Checked::all(group).any(|checked| self.contains(checked.subject()))
    }

    /// The assertions of `group` that are checked, in the order of a report.
    pub(in crate::unittest) fn checked<'a>(&self, test: &TestFile, group: &'a TestGroup) -> Vec<Checked<'a>> {
        let takes_all = self.takes_all(test, group);
        Checked::all(group).filter(|checked| takes_all || self.contains(checked.subject())).collect()
    }

    /// Whether the words say nothing of single assertions of `group`.
    fn takes_all(&self, test: &TestFile, group: &TestGroup) -> bool {
        self.words.is_empty() || self.names(test, group)
    }

    fn names(&self, test: &TestFile, group: &TestGroup) -> bool {
        self.found_in(test.file.name()) || self.found_in(group.name())
    }

    fn contains(&self, subject: &Field) -> bool {
        self.found_in(subject.text())
    }

    fn found_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.words.iter().any(|word| text.contains(word.as_str()))
    }
}
