//! Names that pages had before, and the addresses that they had under them.

use std::fmt;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::library::{Entry, Library};
use super::site::Site;

/// What has become of a file; paths are from the folder of the configuration, with slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It has another name since.
    Renamed {
        /// What it was called.
        old: String,
        /// What it was called from then on.
        new: String,
    },
    /// It was written, or removed: a file that had the name before is another one.
    CameOrWent(String),
}

/// How files were called before, found out once somebody asks: it takes a look at the history of the repository, and most
/// runs need none.
pub struct History {
    ask: Box<dyn Fn() -> Vec<Moved> + Send + Sync>,
    known: OnceLock<Vec<(String, String)>>,
}

impl History {
    /// One that `ask` tells when it is wanted what has become of files, the latest first.
    pub fn new(ask: impl Fn() -> Vec<Moved> + Send + Sync + 'static) -> History {
        History { ask: Box::new(ask), known: OnceLock::new() }
    }

    /// The names that files had, each once, with the one that the file has now; the latest first.
    fn names(&self) -> &[(String, String)] {
        self.known.get_or_init(|| {
            let mut names = Vec::new();
            let mut seen = FxHashSet::default();
            // What files are called now that had these names at the time that is looked at; `None` for those that are gone.
            let mut now: FxHashMap<String, Option<String>> = FxHashMap::default();
            for moved in (self.ask)() {
                let (old, new) = match moved {
                    Moved::Renamed { old, new } => (old, new),
                    Moved::CameOrWent(name) => {
                        now.insert(name, None);
                        continue;
                    }
                };
                // It may have been renamed again, or removed.
                let last = now.insert(new.clone(), None).unwrap_or(Some(new));
                // A name can have been that of several files; the last one counts.
                if seen.insert(old.clone())
                    && let Some(last) = &last
                {
                    names.push((old.clone(), last.clone()));
                }
                now.insert(old, last);
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
                    former.entry(key(site, &path)).or_insert(entry);
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
        let renamed = |old: &str, new: &str| Moved::Renamed { old: old.to_owned(), new: new.to_owned() };
        let history =
            History::new(move || vec![renamed("b", "c"), renamed("x", "y"), renamed("a", "b"), renamed("x", "z")]);
        assert_eq!(names(&history), [("b", "c"), ("x", "y"), ("a", "c")]);
    }

    #[test]
    fn a_name_that_was_given_again_is_that_of_another_file() {
        let renamed = |old: &str, new: &str| Moved::Renamed { old: old.to_owned(), new: new.to_owned() };
        let went = |name: &str| Moved::CameOrWent(name.to_owned());
        // `a` became `b` and was removed; another `b` was written and became `other`.
        let history = History::new(move || vec![renamed("b", "other"), went("b"), went("b"), renamed("a", "b")]);
        assert_eq!(names(&history), [("b", "other")]);
    }

    fn names(history: &History) -> Vec<(&str, &str)> {
        history.names().iter().map(|(old, now)| (old.as_str(), now.as_str())).collect()
    }
}
