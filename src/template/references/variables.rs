//! The variables that are visible at a place of a template.

use rustc_hash::FxHashMap;

use super::kind::Kind;

/// Variables with the kinds of their values. A later one of the same name hides an earlier one.
#[derive(Debug, Default)]
pub(super) struct Variables<'a> {
    /// The few that are there from the beginning.
    given: Vec<(&'a str, Kind<'a>)>,
    /// Those that the template declares.
    stack: Vec<(&'a str, Kind<'a>)>,
    /// Where in the stack those of a name are, the visible one last.
    places: FxHashMap<&'a str, Vec<usize>>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(given: &[(&'a str, Kind<'a>)]) -> Self {
        Variables { given: given.to_vec(), ..Variables::default() }
    }

    pub(super) fn declare(&mut self, name: &'a str, kind: Kind<'a>) {
        self.places.entry(name).or_default().push(self.stack.len());
        self.stack.push((name, kind));
    }

    /// Gives the visible variable of that name another value.
    pub(super) fn assign(&mut self, name: &str, kind: Kind<'a>) {
        let slot = match self.places.get(name).and_then(|places| places.last()) {
            Some(place) => self.stack.get_mut(*place),
            None => self.given.iter_mut().find(|(given, _)| *given == name),
        };
        if let Some(slot) = slot {
            slot.1 = kind;
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Kind<'a>> {
        let (_, kind) = match self.places.get(name).and_then(|places| places.last()) {
            Some(place) => self.stack.get(*place)?,
            None => self.given.iter().find(|(given, _)| *given == name)?,
        };
        Some(*kind)
    }

    /// A mark to [`return to`](Self::return_to) where the present block ends.
    pub(super) fn mark(&self) -> usize {
        self.stack.len()
    }

    /// Forgets what was declared since the mark.
    pub(super) fn return_to(&mut self, mark: usize) {
        for (name, _) in self.stack.drain(mark.min(self.stack.len())..) {
            if let Some(places) = self.places.get_mut(name) {
                places.pop();
            }
        }
    }
}
