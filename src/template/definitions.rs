//! The bodies of `define` and `block`, by name.

use rustc_hash::FxHashMap;

use super::ast::Definition;

/// Definitions in the order of the text. Each name is there once.
#[derive(Clone, Debug, Default)]
pub(super) struct Definitions {
    list: Vec<Definition>,
    /// Where in the list a name is.
    places: FxHashMap<String, usize>,
}

impl Definitions {
    pub(super) fn as_slice(&self) -> &[Definition] {
        &self.list
    }

    pub(super) fn get(&self, name: &str) -> Option<&Definition> {
        self.places.get(name).and_then(|place| self.list.get(*place))
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Definition> {
        self.places.get(name).and_then(|place| self.list.get_mut(*place))
    }

    /// Adds one whose name is not there.
    pub(super) fn push(&mut self, definition: Definition) {
        self.places.insert(definition.name.value.clone(), self.list.len());
        self.list.push(definition);
    }
}
