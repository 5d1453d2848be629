//! How the files of a workspace are read.

use std::path::Path;

use super::Filter;
use super::home::Home;
use super::paths::Patterns;
use crate::promql::ParseOptions;
use crate::rules::{Dialect, LoadOptions};

/// How the files of a workspace are read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Which PromQL is accepted, in rules and in tests.
    pub parse: ParseOptions,
    /// Whether fields that nobody knows are accepted, as with promtool's `--ignore-unknown-fields`.
    pub ignore_unknown_fields: bool,
    /// Whose rules the files hold.
    pub dialects: Dialects,
    /// What may be read and shown of the files that tests name.
    pub home: Home,
}

impl Settings {
    /// How the file called `name` is read as a rule file.
    pub(super) fn load_options(&self, name: &str) -> LoadOptions {
        LoadOptions {
            parse: self.parse,
            ignore_unknown_fields: self.ignore_unknown_fields,
            dialect: self.dialects.of(name),
            is_named: false,
        }
    }
}

/// Whose rules the files hold: for all of them, and for some.
#[derive(Clone, Debug, Default)]
pub struct Dialects {
    /// For files of which nothing else is said; `None`: each file shows it.
    pub general: Option<Dialect>,
    /// For the files at some paths; the last one that holds for a file decides.
    pub special: Vec<(Patterns, Dialect)>,
    /// What the patterns are relative to.
    pub filter: Filter,
}

impl Dialects {
    /// The program whose rules the file called `name` holds; `None` where the file itself shows it.
    pub fn of(&self, name: &str) -> Option<Dialect> {
        if self.special.is_empty() {
            return self.general;
        }
        let path = self.filter.relative(Path::new(name));
        let special = self.special.iter().rev().find(|(paths, _)| paths.matches(&path));
        special.map(|(_, dialect)| *dialect).or(self.general)
    }
}
