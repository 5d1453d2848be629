//! The pages of a repository and the ways to them.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::page::Problem;
use super::site::{Found, Published, Site};
use super::{Page, Policy};
use crate::source::{FileId, words};
use crate::workspace::paths::slashed;
use crate::workspace::{Filter, PageText, Workspace};

/// The pages of a repository: what they say, where they are published, which of them are about alerts.
#[derive(Debug, Default)]
pub struct Library {
    entries: Vec<Entry>,
    published: Vec<Published>,
    /// The pages by their names in lower case, without the ending.
    by_name: FxHashMap<String, Vec<usize>>,
    by_file: FxHashMap<FileId, usize>,
}

/// A page and its place in the repository.
#[derive(Debug)]
pub struct Entry {
    /// The page.
    pub page: Page,
    /// The path of its file from the folder of the configuration, with slashes.
    pub path: String,
    /// Whether the configuration counts it among the pages about alerts. The page of a folder is never one.
    pub is_about_alert: bool,
}

/// What an address leads to.
#[derive(Clone, Debug)]
pub enum Target<'l> {
    /// To somewhere of which nothing is known.
    Elsewhere,
    /// To a page.
    Page(&'l Entry),
    /// To a page, were it not for its capital letters: the address that the site has for it is the second one.
    OtherCase(&'l Entry, Option<String>),
    /// To where a page was before.
    Moved(&'l Entry, Option<String>),
    /// To nothing, on a site that is known: the path behind the site's prefix.
    Missing(&'l Site, String),
}

/// A page that an address leads to on another branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnOtherBranch {
    /// The branch of the address.
    pub branch: String,
    /// The branch of the site.
    pub published: String,
    /// The address on that branch.
    pub url: String,
}

impl Target<'_> {
    /// Whether only a server can say if there is a page. One of this repository is there, published already or not yet.
    pub fn is_asked(&self) -> bool {
        matches!(self, Target::Elsewhere | Target::Missing(..))
    }
}

impl Library {
    /// Reads the pages of a workspace, in parallel.
    pub fn of(workspace: &Workspace, policy: &Policy, filter: &Filter) -> Library {
        let read = |text: &PageText| {
            let mut page = Page::read(&text.file);
            page.problems.extend(text.problem.as_ref().map(|problem| Problem {
                span: problem.primary.span,
                message: problem.message.clone(),
                help: problem.help.clone().unwrap_or_default(),
            }));
            let path = filter.relative(std::path::Path::new(text.file.name()));
            let is_listed = policy.pages.is_empty() || policy.pages.matches(&path);
            // Of a folder that is guessed nobody has said what its pages are about.
            let is_about_alert =
                policy.guessed.is_empty() && is_listed && !policy.other_pages.matches(&path) && !is_index(&path);
            let path = slashed(&path);
            Entry { page, path, is_about_alert }
        };
        let entries: Vec<Entry> = workspace.pages().par_iter().map(read).collect();
        Library::with(entries, Site::all(policy))
    }

    fn with(entries: Vec<Entry>, sites: Vec<Site>) -> Library {
        let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, entry) in entries.iter().enumerate() {
            by_name.entry(entry.name().to_lowercase()).or_default().push(at);
        }
        let by_file = entries.iter().enumerate().map(|(at, entry)| (entry.page.file.id(), at)).collect();
        let of_site = |site: Site| {
            let pages = entries.iter().enumerate().map(|(at, entry)| (at, entry.path.as_str(), &entry.page));
            Published::of(site, pages)
        };
        let published = sites.into_iter().map(of_site).collect();
        Library { published, by_name, by_file, entries }
    }

    /// The pages, in the order of their names.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The sites on which pages are published, those with the longest prefix first.
    pub(super) fn sites(&self) -> impl Iterator<Item = &Site> {
        self.published.iter().map(|published| &published.site)
    }

    /// Whether there is no page.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The page with this file.
    pub fn entry_of(&self, file: FileId) -> Option<&Entry> {
        self.by_file.get(&file).and_then(|at| self.entries.get(*at))
    }

    /// The page at this path from the folder of the configuration.
    pub fn at_path(&self, path: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok();
        at.and_then(|at| self.entries.get(at)).or_else(|| self.entries.iter().find(|entry| entry.path == path))
    }

    /// The pages whose file has this name, whatever its capital letters, without the ending.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Entry> {
        let found = self.by_name.get(&name.to_lowercase());
        found.into_iter().flatten().filter_map(|at| self.entries.get(*at))
    }

    /// What an address leads to.
    pub fn target(&self, address: &str) -> Target<'_> {
        let on_site = |published: &'_ Published| published.site.path_of(address);
        let Some((published, path)) =
            self.published.iter().find_map(|published| Some((published, on_site(published)?)))
        else {
            return Target::Elsewhere;
        };
        let entry = |at: usize| self.entries.get(at);
        let url = |at: usize| entry(at).and_then(|entry| published.site.url_of(&entry.path, &entry.page));
        let found = match published.look_up(&path) {
            Found::Page(at) => entry(at).map(Target::Page),
            Found::OtherCase(at) => entry(at).map(|entry| Target::OtherCase(entry, url(at))),
            Found::Moved(at) => entry(at).map(|entry| Target::Moved(entry, url(at))),
            Found::Missing => None,
        };
        match found {
            Some(found) => found,
            None if published.site.can_hold(&path) => Target::Missing(&published.site, path),
            // No page can be there, whoever would write it.
            None => Target::Elsewhere,
        }
    }

    /// The page that an address leads to on another branch than the one of the site that has it. Commits and versions
    /// are no branches.
    pub fn on_other_branch(&self, address: &str) -> Option<OnOtherBranch> {
        self.published.iter().find_map(|published| {
            let (start, published_from, tail) = published.site.branch()?;
            let rest = address.strip_prefix(start)?;
            let (branch, path) = rest.split_once(&format!("/{tail}"))?;
            if branch == published_from || !is_branch(branch) {
                return None;
            }
            let url = format!("{}{path}", published.site.prefix);
            let is_page = matches!(self.target(&url), Target::Page(_));
            is_page.then(|| OnOtherBranch { branch: branch.to_owned(), published: published_from.to_owned(), url })
        })
    }

    /// The address of a page on the first site that has it.
    pub fn url_of(&self, entry: &Entry) -> Option<String> {
        self.published.iter().find_map(|published| published.site.url_of(&entry.path, &entry.page))
    }

    /// Whether a site that is known has an address that begins with one of these texts and is what `fits` wants; `None`
    /// where no site has.
    pub fn any_address(&self, start: &str, mut fits: impl FnMut(&str) -> bool) -> Option<bool> {
        let mut sites = self.published.iter().filter(|published| start.starts_with(&published.site.prefix)).peekable();
        sites.peek()?;
        let mut has = |published: &Published| {
            let mut addresses = published.paths().map(|(path, _)| format!("{}{path}", published.site.prefix));
            addresses.any(|address| fits(&address) || fits(&format!("{address}/")))
        };
        Some(sites.any(&mut has))
    }

    /// The page that was probably meant by an address that leads nowhere: one with the name of the alert elsewhere, or
    /// one with nearly that name.
    pub fn nearest(&self, path: &str, alert: &str) -> Option<&Entry> {
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let last = last.split('.').next().unwrap_or_default();
        let same = self.named(alert).chain(self.named(last)).next();
        same.or_else(|| {
            let names = self.by_name.keys().map(String::as_str);
            self.named(words::nearest(&last.to_lowercase(), names)?).next()
        })
    }
}

/// Whether the name of a state of a repository is one of work that goes on, as far as a name can say. Tags and branches of
/// releases stay.
fn is_branch(name: &str) -> bool {
    let is_commit = name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `2.x`, `chart-45.0.0`, `rules/v2`
    let bytes = name.as_bytes();
    let is_version = (name.starts_with(|c: char| c.is_ascii_digit()) && name.contains('.'))
        || bytes.windows(3).any(|three| matches!(three, [b'0'..=b'9', b'.', b'0'..=b'9']))
        || bytes.windows(2).any(|two| matches!(two, [b'v' | b'V', b'0'..=b'9']));
    let is_release = ["release", "stable"].iter().any(|word| name.starts_with(word));
    !name.is_empty() && name != "HEAD" && !is_commit && !is_version && !is_release
}

/// Whether a page is the one of its folder.
fn is_index(path: &std::path::Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    ["_index", "index", "readme"].iter().any(|name| stem.eq_ignore_ascii_case(name))
}

impl Entry {
    /// The name of its file without the ending.
    pub fn name(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The folder of its file, without a slash at the end.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

#[cfg(test)]
mod tests {
    use super::is_branch;

    #[test]
    fn tags_commits_and_branches_of_releases_are_no_work_that_goes_on() {
        for name in ["master", "new-runbooks", "fix/hostdown", "dev", "PROJ-12", "2026-runbooks", "v", "a.b"] {
            assert!(is_branch(name), "{name}");
        }
        for name in [
            "",
            "HEAD",
            "0a1b2c3",
            "1.2",
            "2.x",
            "v2",
            "V2",
            "v1.2.3",
            "rules/v1.2",
            "kube-prometheus-stack-45.0.0",
            "release",
            "release/next",
            "releases/2026",
            "stable",
            "stable-docs",
        ] {
            assert!(!is_branch(name), "{name}");
        }
    }
}
