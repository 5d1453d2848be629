//! Files that would be rules or tests, and of which nothing can be said.

use crate::rules::{FileShape, Foreign, Templating};

/// A file that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// What messages call the file.
    pub path: String,
    /// Why nothing can be said of it.
    pub reason: Reason,
}

/// Why nothing can be said of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is a template: what Prometheus reads is rendered from it.
    Template(Templating),
    /// It is for another program.
    Foreign(Foreign),
    /// A `.gitignore` or `.ignore` names it.
    Ignored,
    /// It is a symbolic link below a folder, and the file that it leads to is not read either.
    Linked,
}

impl PassedOver {
    /// The file called `path`, if one of this shape is passed over with a word.
    pub fn of(path: &str, shape: FileShape) -> Option<PassedOver> {
        let reason = match shape {
            FileShape::Templated(templating) => Reason::Template(templating),
            FileShape::Foreign(foreign) => Reason::Foreign(foreign),
            FileShape::Rules | FileShape::Tests | FileShape::Other => return None,
        };
        Some(PassedOver { path: path.to_owned(), reason })
    }
}
