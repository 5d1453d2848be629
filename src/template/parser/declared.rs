//! What is declared where the parser is: looked up for each use, of which there may be as many as there are declarations.

use rustc_hash::FxHashMap;

/// The variables that may be used.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// The few that are there from the beginning.
    given: &'static [&'static str],
    /// Those that the template declares.
    stack: Vec<String>,
    /// How many of the stack have a name.
    counts: FxHashMap<String, usize>,
}

impl Declared {
    pub(super) fn new(given: &'static [&'static str]) -> Self {
        Declared { given, ..Declared::default() }
    }

    pub(super) fn declare(&mut self, name: String) {
        *self.counts.entry(name.clone()).or_default() += 1;
        self.stack.push(name);
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.given.contains(&name) || self.counts.get(name).is_some_and(|count| *count > 0)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.given.iter().copied().chain(self.stack.iter().map(String::as_str))
    }

    /// A mark to [`return to`](Self::return_to) where the present block ends.
    pub(super) fn mark(&self) -> usize {
        self.stack.len()
    }

    /// Forgets what was declared since the mark.
    pub(super) fn return_to(&mut self, mark: usize) {
        for name in self.stack.drain(mark.min(self.stack.len())..) {
            if let Some(count) = self.counts.get_mut(&name) {
                *count -= 1;
            }
        }
    }
}
