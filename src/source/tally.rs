//! How often files are read and parsed, for the test that each is once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// The bytes of a file are read.
    Read,
    /// A file is parsed as YAML.
    Parse,
}

static TALLY: Mutex<BTreeMap<(Work, String), usize>> = Mutex::new(BTreeMap::new());

/// Counts `work` on the file called `name`.
pub(crate) fn note(work: Work, name: &str) {
    *TALLY.lock().unwrap_or_else(PoisonError::into_inner).entry((work, name.to_owned())).or_default() += 1;
}

/// How often there was `work` on each file below `folder`, since this was last asked, by the rest of its name.
pub(crate) fn take(work: Work, folder: &str) -> BTreeMap<String, usize> {
    let mut tally = TALLY.lock().unwrap_or_else(PoisonError::into_inner);
    let mut taken = BTreeMap::new();
    tally.retain(|(kind, name), count| match name.strip_prefix(folder).filter(|_| *kind == work) {
        Some(rest) => taken.insert(rest.to_owned(), *count).is_some(),
        None => true,
    });
    taken
}
