//! `[runbook]` of the configuration: where pages are, where they are published, and what they have to have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Guess;
use crate::workspace::is_markdown;
use crate::workspace::paths::Patterns;

/// What is configured of links and pages.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `keys`: the annotations that hold a link to a page, the preferred one first.
    pub keys: Vec<String>,
    /// `required`: whether each alerting rule must have one.
    pub required: bool,
    /// `pages`: the pages that are about alerts, by their paths; none: all below the folders of `sites`.
    pub pages: Patterns,
    /// `other-pages`: those among them that no alert has to lead to.
    pub other_pages: Patterns,
    /// `page-per`: the labels of which alerts with one page must have the same value; `alertname` is the alert's name.
    pub page_per: Vec<String>,
    /// `shared-pages`: the pages for which that need not be so, by their paths, or by their addresses if they lie elsewhere.
    pub shared_pages: Patterns,
    /// `sites`: for the beginning of an address, the folder of the pages that are published there.
    pub sites: BTreeMap<String, String>,
    /// `generator`: what makes the site of the pages.
    pub generator: Option<Generator>,
    /// `sections`: the headings that every page about an alert has to have.
    pub sections: Vec<String>,
    /// `front-matter`: the keys that every page about an alert has to have.
    pub front_matter: Vec<String>,
    /// `shortcodes`: the names of the shortcodes that show a rule: a file and an alert are their arguments.
    pub shortcodes: Vec<String>,
    /// The sites that are guessed, where the configuration names none.
    pub guessed: Vec<Guess>,
    /// `private-hosts`: hosts that are asked over the network though they are of none that is public. With `--sandbox`
    /// they are not asked.
    pub private_hosts: Vec<String>,
}

/// What makes a site of pages, which decides how the addresses of pages look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generator {
    /// Hugo: `a/B c.md` is `/a/b-c/`.
    Hugo,
    /// MkDocs: `a/B.md` is `/a/B/`.
    Mkdocs,
    /// Docusaurus: `1-a/B.md` is `/a/B`.
    Docusaurus,
    /// GitHub, GitLab and others that show files under their paths: `a/B.md` is `/a/B.md`.
    Files,
}

impl Generator {
    /// All by their names in the configuration.
    pub const WORDS: [&str; 4] = ["docusaurus", "files", "hugo", "mkdocs"];

    /// The one with this name.
    pub fn from_word(word: &str) -> Option<Generator> {
        Some(match word {
            "docusaurus" => Generator::Docusaurus,
            "files" => Generator::Files,
            "hugo" => Generator::Hugo,
            "mkdocs" => Generator::Mkdocs,
            _ => return None,
        })
    }

    /// Its name in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Generator::Docusaurus => "docusaurus",
            Generator::Files => "files",
            Generator::Hugo => "hugo",
            Generator::Mkdocs => "mkdocs",
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Policy {
            keys: names(&["runbook_url", "runbook", "playbook"]),
            required: false,
            pages: Patterns::default(),
            other_pages: Patterns::default(),
            page_per: Vec::new(),
            shared_pages: Patterns::default(),
            sites: BTreeMap::new(),
            generator: None,
            sections: Vec::new(),
            front_matter: Vec::new(),
            shortcodes: names(&["rule"]),
            guessed: Vec::new(),
            private_hosts: Vec::new(),
        }
    }
}

impl Policy {
    /// Whether it says that there are pages, or they are guessed.
    pub fn has_pages(&self) -> bool {
        !self.pages.is_empty() || !self.sites.is_empty() || !self.guessed.is_empty()
    }

    /// The folders in which pages are, from the folder of the configuration: those of `sites`, and those at the beginning
    /// of the patterns of `pages`.
    pub fn folders(&self) -> Vec<PathBuf> {
        let of_sites = self.sites.values().map(|place| folder_before(place, &['{']));
        let of_patterns = self.pages.texts().map(|pattern| folder_before(pattern, &['*', '?', '[']));
        let guessed = self.guessed.iter().flat_map(|guess| &guess.folders).map(String::as_str);
        let mut folders: Vec<PathBuf> = of_sites.chain(of_patterns).chain(guessed).map(PathBuf::from).collect();
        folders.sort_unstable();
        folders.dedup();
        // One below another is walked with it.
        let all = folders.clone();
        folders.retain(|folder| !all.iter().any(|other| other != folder && folder.starts_with(other)));
        if all.iter().any(|folder| folder.as_os_str().is_empty()) { vec![PathBuf::new()] } else { folders }
    }
}

/// A path without what says that it begins at the folder itself: `docs` of `./docs`, nothing of `.`.
pub(super) fn from_here(path: &str) -> &str {
    let path = path.trim_start_matches("./");
    if path == "." { "" } else { path }
}

/// The folder that a path names, or that stands before the part of it in which one of `marks` is: `content` of
/// `content/run*.md`.
fn folder_before<'p>(path: &'p str, marks: &[char]) -> &'p str {
    let cut_off = |text: &'p str| text.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = from_here(path);
    match path.find(marks) {
        Some(at) => cut_off(path.get(..at).unwrap_or_default()),
        None if is_markdown(Path::new(path)) => cut_off(path),
        None => path.trim_end_matches('/'),
    }
}
