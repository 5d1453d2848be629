//! Names that pages had before, and the addresses that they had under them.

use std::collections::hash_map::Entry as Slot;
use std::fmt;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::library::{Entry, Library};
use super::site::Site;

/// A file that has another name than before; both from the folder of the configuration, with slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// What it was called.
    pub old: String,
    /// What it was called from then on.
    pub new: String,
}

/// How files were called before, found out once somebody asks: it takes a look at the history of the repository, and most
/// runs need none.
pub struct History {
    ask: Box<dyn Fn() -> Vec<Renamed> + Send + Sync>,
    known: OnceLock<FxHashMap<String, String>>,
}

impl History {
    /// One that `ask` tells when it is wanted: what was renamed, the latest first.
    pub fn new(ask: impl Fn() -> Vec<Renamed> + Send + Sync + 'static) -> History {
        History { ask: Box::new(ask), known: OnceLock::new() }
    }

    /// The names that files had, each with the one that the file has now.
    fn names(&self) -> &FxHashMap<String, String> {
        self.known.get_or_init(|| {
            let mut names: FxHashMap<String, String> = FxHashMap::default();
            for Renamed { old, new } in (self.ask)() {
                // It may have been renamed again.
                let now = names.get(&new).cloned().unwrap_or(new);
                // A name can have been that of several files; the last one counts.
                if let Slot::Vacant(slot) = names.entry(old) {
                    slot.insert(now);
                }
            }
            names
        })
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("known", &self.known.get()).finish_non_exhaustive()
    }
}

/// The pages by the addresses that they had under former names, in lower case.
#[derive(Debug, Default)]
pub struct FormerAddresses<'l>(FxHashMap<String, &'l Entry>);

impl<'l> FormerAddresses<'l> {
    /// The former addresses of the pages of a library.
    pub fn of(library: &'l Library, history: &History) -> FormerAddresses<'l> {
        let mut former = FxHashMap::default();
        for (old, now) in history.names() {
            let Some(entry) = library.at_path(now) else { continue };
            for site in library.sites() {
                // What its front matter says of addresses it has always said, as far as anybody knows.
                if let Some(path) = site.published(old, &entry.page) {
                    former.insert(key(site, &path), entry);
                }
            }
        }
        FormerAddresses(former)
    }

    /// The page that had the address with this path behind the prefix of a site.
    pub fn page(&self, site: &Site, path: &str) -> Option<&'l Entry> {
        self.0.get(&key(site, &site.normal(path))).copied()
    }
}

fn key(site: &Site, path: &str) -> String {
    format!("{}{}", site.prefix, path.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_followed_to_the_last_one() {
        let renamed = |old: &str, new: &str| Renamed { old: old.to_owned(), new: new.to_owned() };
        let history =
            History::new(move || vec![renamed("b", "c"), renamed("x", "y"), renamed("a", "b"), renamed("x", "z")]);
        let now = |old: &str| history.names().get(old).map(String::as_str);
        assert_eq!([now("a"), now("b"), now("c"), now("x")], [Some("c"), Some("c"), None, Some("y")]);
    }
}
