//! Runbook pages: links to them, whether a link can be one, and what a page says.

mod address;
mod draft;
mod drift;
mod guess;
mod history;
mod library;
pub mod page;
mod policy;
mod site;
mod sync;
pub mod url;
mod words;

pub use address::{Addresses, addresses};
pub use draft::{Draft, TEMPLATE, UnknownWord};
pub use drift::{Difference, Drift};
pub use guess::{Guess, Hints};
pub use history::{FormerAddresses, History, Moved};
pub use library::{Entry, Library, OnOtherBranch, Target};
pub use page::Page;
pub use policy::{Generator, Policy};
pub use site::Site;
pub use sync::{print_rule, refreshed, refreshed_together};

use crate::rules::{Field, Rule};

/// The annotations of a rule that hold a link to a runbook: those whose name is one of `keys`, in the order of the file.
pub fn links<'r>(rule: &'r Rule, keys: &'r [String]) -> impl Iterator<Item = (&'r Field, &'r Field)> {
    rule.annotations
        .iter()
        .filter(|(name, _)| keys.iter().any(|key| key == name.text()))
        .map(|(name, value)| (name, value))
}
