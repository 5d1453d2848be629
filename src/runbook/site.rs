//! From an address to a page: where pages are published, and under which names.

use std::path::{Component, Path};

use rustc_hash::FxHashMap;

use super::Page;
use super::policy::{Generator, Policy, from_here};
use super::url::percent_decoded;
use crate::workspace::{Filter, Workspace};

/// A site: pages of a folder that are published below an address.
#[derive(Clone, Debug)]
pub struct Site {
    /// What the addresses of its pages begin with; it ends with `/`, or with what stands before `{path}`.
    pub prefix: String,
    /// The folder of the pages, from the folder of the configuration, without a slash at its ends.
    folder: String,
    /// What stands around the path of a page in the address and in the path of its file, where that is configured.
    pattern: Option<Pattern>,
    /// What makes it; `None` where nobody says.
    generator: Option<Generator>,
    /// What it is guessed from, in words.
    pub guessed_from: Option<String>,
}

/// `https://example.com/{path}.html` for `docs/{path}.md`.
#[derive(Clone, Debug)]
struct Pattern {
    behind_url: String,
    before_file: String,
    behind_file: String,
}

/// What an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A page, by its place in the list of pages.
    Page(usize),
    /// A page whose address has other capital letters, which makes a difference to the site.
    OtherCase(usize),
    /// A page that says of itself that it was there before (`aliases`).
    Moved(usize),
    /// Nothing.
    Missing,
}

/// The addresses of the pages of a site.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) site: Site,
    /// By the path behind the prefix, as the site writes it.
    exact: FxHashMap<String, usize>,
    /// In lower case.
    folded: FxHashMap<String, usize>,
    /// Addresses that pages had before, in lower case.
    moved: FxHashMap<String, usize>,
}

impl Site {
    /// The sites of the configuration, those with the longest prefix first.
    pub(super) fn all(policy: &Policy) -> Vec<Site> {
        let mut sites: Vec<Site> =
            policy.sites.iter().map(|(url, place)| Site::new(url, place, policy.generator)).collect();
        sites.extend(policy.guessed.iter().map(|guess| Site {
            guessed_from: Some(guess.source.clone()),
            ..Site::new(&guess.url, &guess.place, Some(guess.generator))
        }));
        sites.sort_by_key(|site| (std::cmp::Reverse(site.prefix.len()), site.prefix.clone()));
        sites
    }

    fn new(url: &str, place: &str, generator: Option<Generator>) -> Site {
        const HOLE: &str = "{path}";
        let place = from_here(place);
        // One key for several sites: those of files show themselves.
        let generator = if Site::shows_files(url) { Some(Generator::Files) } else { generator };
        let guessed_from = None;
        match (url.split_once(HOLE), place.split_once(HOLE)) {
            (Some((prefix, behind_url)), Some((before_file, behind_file))) => {
                let folder = before_file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                let [behind_url, before_file, behind_file] = [behind_url, before_file, behind_file].map(str::to_owned);
                let pattern = Some(Pattern { behind_url, before_file, behind_file });
                Site { prefix: prefix.to_owned(), folder, pattern, generator, guessed_from }
            }
            _ => {
                let prefix = format!("{}/", url.trim_end_matches('/'));
                let folder = place.trim_matches('/').to_owned();
                Site { prefix, folder, pattern: None, generator, guessed_from }
            }
        }
    }

    /// Whether an address is one of those under which GitHub, GitLab and the like show files as they are.
    fn shows_files(url: &str) -> bool {
        ["/blob/", "/raw/", "/src/branch/", "//raw.githubusercontent.com/"].iter().any(|part| url.contains(part))
    }

    /// What stands behind the prefix in an address of this site: without query and anchor, decoded.
    pub(super) fn path_of(&self, url: &str) -> Option<String> {
        let url = url.split(['?', '#']).next().unwrap_or_default();
        // The site itself has an address, too.
        let rest = url
            .strip_prefix(&self.prefix)
            .or((url.len() + 1 == self.prefix.len() && self.prefix.starts_with(url)).then_some(""))?;
        let rest = percent_decoded(rest);
        match &self.pattern {
            Some(pattern) => rest.strip_suffix(&pattern.behind_url).map(str::to_owned),
            None => Some(rest),
        }
    }

    /// Whether the path of an address can be the one of a file of this site: it stays below the site's folder, on every
    /// system, and out of what belongs to Git.
    pub(super) fn can_hold(&self, path: &str) -> bool {
        let path = if self.pattern.is_some() { path } else { path.trim_matches('/') };
        let is_plain = |part: Component<'_>| match part {
            Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
            _ => false,
        };
        !path.contains(['\\', '\0']) && Path::new(path).components().all(is_plain)
    }

    /// Whether the path of an address is the one of a file or a folder that is no page, which sites of files show, too.
    pub fn shows_file(&self, workspace: &Workspace, path: &str, filter: &Filter) -> bool {
        let shows_all = self.generator == Some(Generator::Files) && self.pattern.is_none();
        shows_all && workspace.has_path(&filter.shown(&self.folder().join(path)))
    }

    /// Of a site that shows files of a branch: what its prefix begins with, the branch, and what follows it and a slash.
    pub(super) fn branch(&self) -> Option<(&str, &str, &str)> {
        if self.generator != Some(Generator::Files) || self.pattern.is_some() {
            return None;
        }
        let raw = || {
            let rest = self.prefix.strip_prefix("https://raw.githubusercontent.com/")?;
            let (owner, rest) = rest.split_once('/')?;
            let (name, _) = rest.split_once('/')?;
            Some("https://raw.githubusercontent.com/".len() + owner.len() + name.len() + 2)
        };
        let marked =
            ["/blob/", "/raw/", "/src/branch/"].iter().find_map(|mark| Some(self.prefix.find(mark)? + mark.len()));
        let (start, rest) = self.prefix.split_at_checked(marked.or_else(raw)?)?;
        let (branch, tail) = rest.split_once('/')?;
        Some((start, branch, tail))
    }

    /// The folder of the pages, from the folder of the configuration.
    pub fn folder(&self) -> &Path {
        Path::new(&self.folder)
    }

    /// The file that would be the page of an address, as somebody would create it.
    pub fn file_for(&self, path: &str, alert: &str) -> String {
        if let Some(pattern) = &self.pattern {
            return format!("{}{path}{}", pattern.before_file, pattern.behind_file);
        }
        let path = path.trim_matches('/');
        let name = path.rsplit('/').next().unwrap_or_default();
        let path = match self.generator {
            Some(Generator::Files) => path.to_owned(),
            // The address may be in lower case; the file has the alert's name.
            _ if name.eq_ignore_ascii_case(alert) => {
                format!("{}{alert}.md", path.get(..path.len() - name.len()).unwrap_or_default())
            }
            _ => format!("{}.md", path.strip_suffix(".md").unwrap_or(path)),
        };
        if self.folder.is_empty() { path } else { format!("{}/{path}", self.folder) }
    }

    /// The address of the page with this file, from the folder of the configuration; `None` where it is no page of this
    /// site.
    pub fn url_of(&self, file: &str, page: &Page) -> Option<String> {
        let path = self.published(file, page)?;
        let end = match (&self.pattern, self.generator) {
            (Some(pattern), _) => pattern.behind_url.as_str(),
            (None, Some(Generator::Hugo | Generator::Mkdocs)) if !path.is_empty() => "/",
            _ => "",
        };
        Some(format!("{}{path}{end}", self.prefix))
    }

    /// The path behind the prefix under which a page is published.
    pub(super) fn published(&self, file: &str, page: &Page) -> Option<String> {
        if let Some(pattern) = &self.pattern {
            return Some(file.strip_prefix(&pattern.before_file)?.strip_suffix(&pattern.behind_file)?.to_owned());
        }
        let inside = match self.folder.as_str() {
            "" => file,
            folder => file.strip_prefix(folder)?.strip_prefix('/')?,
        };
        let generator = match self.generator {
            Some(Generator::Files) => return Some(inside.to_owned()),
            Some(generator) => generator,
            None => Generator::Mkdocs,
        };
        let own = |key: &str| page.front_matter.as_ref().and_then(|front_matter| front_matter.text(key));
        let stem = inside.rsplit_once('.').map_or(inside, |(stem, _)| stem);
        let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
        let joined = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        Some(match generator {
            Generator::Hugo => {
                let path = match (own("url"), own("slug")) {
                    (Some(url), _) => url.trim_matches('/').to_owned(),
                    (None, Some(slug)) if !is_index(name) => joined(slug),
                    _ if is_index(name) => folder.to_owned(),
                    _ => stem.to_owned(),
                };
                hugo_path(&path)
            }
            Generator::Docusaurus => {
                let plain = |part: &str| without_number(part).to_owned();
                let folders: Vec<String> = folder.split('/').filter(|part| !part.is_empty()).map(plain).collect();
                let slug = own("slug").or(own("id"));
                let last = slug.map_or_else(|| plain(name), str::to_owned);
                let is_index = slug.is_none() && (is_index(name) || folders.last() == Some(&last));
                match last.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None if is_index => folders.join("/"),
                    None => folders.into_iter().chain([last]).collect::<Vec<_>>().join("/"),
                }
            }
            Generator::Mkdocs | Generator::Files if is_index(name) => folder.to_owned(),
            Generator::Mkdocs | Generator::Files => stem.to_owned(),
        })
    }

    /// The path of an address, as the pages of the site are looked up.
    pub(super) fn normal(&self, path: &str) -> String {
        if self.pattern.is_some() || self.generator == Some(Generator::Files) {
            return path.trim_end_matches('/').to_owned();
        }
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".html").unwrap_or(path);
        let path = path.strip_suffix("/index").or(Some(path).filter(|path| *path != "index")).unwrap_or_default();
        // Nobody says what makes the site: it may show files.
        let path = if self.generator.is_none() { path.strip_suffix(".md").unwrap_or(path) } else { path };
        path.to_owned()
    }

    /// Whether the site knows capital letters from small ones.
    fn knows_case(&self) -> bool {
        self.generator.is_some() || self.pattern.is_some()
    }
}

/// The name of the page of a folder.
fn is_index(name: &str) -> bool {
    matches!(name, "_index" | "index" | "README" | "readme")
}

/// A path as Hugo writes it.
fn hugo_path(path: &str) -> String {
    path.chars().map(|c| if c.is_whitespace() { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

/// `install` of `01-install`, `2.install`, `3_install`.
fn without_number(part: &str) -> &str {
    let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['-', '.', '_']) {
        Some(name) if rest.len() < part.len() && !name.is_empty() => name,
        _ => part,
    }
}

impl Published {
    /// The addresses of those of `pages` (with their files) that are of this site.
    pub(super) fn of<'p>(site: Site, pages: impl Iterator<Item = (usize, &'p str, &'p Page)>) -> Published {
        let mut published =
            Published { site, exact: FxHashMap::default(), folded: FxHashMap::default(), moved: FxHashMap::default() };
        for (at, file, page) in pages {
            let Some(path) = published.site.published(file, page) else { continue };
            published.folded.entry(path.to_lowercase()).or_insert(at);
            published.exact.entry(path).or_insert(at);
            let aliases = page.front_matter.iter().flat_map(|front_matter| front_matter.texts("aliases"));
            for alias in aliases {
                published.moved.entry(alias.trim_matches('/').to_lowercase()).or_insert(at);
            }
        }
        published
    }

    /// What the path of an address leads to.
    pub(super) fn look_up(&self, path: &str) -> Found {
        let path = self.site.normal(path);
        if let Some(page) = self.exact.get(&path) {
            return Found::Page(*page);
        }
        let folded = path.to_lowercase();
        match (self.folded.get(&folded), self.moved.get(&folded)) {
            (Some(page), _) if self.site.knows_case() => Found::OtherCase(*page),
            (Some(page), _) => Found::Page(*page),
            (None, Some(page)) => Found::Moved(*page),
            // GitHub shows the README of a folder.
            (None, None) if self.site.generator == Some(Generator::Files) => {
                self.exact.get(&format!("{path}/README.md")).map_or(Found::Missing, |page| Found::Page(*page))
            }
            (None, None) => Found::Missing,
        }
    }

    /// The paths under which pages are published.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, usize)> {
        self.exact.iter().map(|(path, page)| (path.as_str(), *page))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;

    const FILES: [(&str, &str); 8] = [
        ("content/_index.md", ""),
        ("content/runbooks/node/HostDown.md", ""),
        ("content/runbooks/node/Disk Full.md", "---\naliases: [/old/disk/]\n---\n"),
        ("content/runbooks/node/_index.md", ""),
        ("content/runbooks/slug.md", "---\nslug: other\n---\n"),
        ("content/runbooks/url.md", "---\nurl: /elsewhere/\n---\n"),
        ("content/01-guide/02-Start.md", ""),
        ("other/README.md", ""),
    ];

    fn found(url: &str, place: &str, generator: Option<Generator>, links: &[&str]) -> String {
        let pages: Vec<(&str, Page)> =
            FILES.iter().map(|(name, text)| (*name, Page::read(&Arc::new(SourceFile::new(*name, *text))))).collect();
        let site = Site::new(url, place, generator);
        let published = Published::of(site, pages.iter().enumerate().map(|(at, (file, page))| (at, *file, page)));
        let name = |page: usize| FILES[page].0;
        let line = |link: &&str| {
            let what = match published.site.path_of(link).map(|path| published.look_up(&path)) {
                None => "elsewhere".to_owned(),
                Some(Found::Page(page)) => name(page).to_owned(),
                Some(Found::OtherCase(page)) => format!("case of {}", name(page)),
                Some(Found::Moved(page)) => format!("moved to {}", name(page)),
                Some(Found::Missing) => "missing".to_owned(),
            };
            format!("{link}: {what}")
        };
        links.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn addresses_lead_to_pages() {
        let hugo = found(
            "https://x.dev/a",
            "content",
            Some(Generator::Hugo),
            &[
                "https://x.dev/a",
                "https://x.dev/a/runbooks/node/hostdown",
                "https://x.dev/a/runbooks/node/hostdown/?x=1#y",
                "https://x.dev/a/runbooks/node/hostdown.html",
                "https://x.dev/a/runbooks/node/HostDown/",
                "https://x.dev/a/runbooks/node/disk-full",
                "https://x.dev/a/runbooks/node/",
                "https://x.dev/a/runbooks/other/",
                "https://x.dev/a/elsewhere",
                "https://x.dev/a/old/disk",
                "https://x.dev/a/runbooks/slug",
                "https://x.dev/ab/runbooks",
            ],
        );
        insta::assert_snapshot!(hugo, @r"
        https://x.dev/a: content/_index.md
        https://x.dev/a/runbooks/node/hostdown: content/runbooks/node/HostDown.md
        https://x.dev/a/runbooks/node/hostdown/?x=1#y: content/runbooks/node/HostDown.md
        https://x.dev/a/runbooks/node/hostdown.html: content/runbooks/node/HostDown.md
        https://x.dev/a/runbooks/node/HostDown/: case of content/runbooks/node/HostDown.md
        https://x.dev/a/runbooks/node/disk-full: content/runbooks/node/Disk Full.md
        https://x.dev/a/runbooks/node/: content/runbooks/node/_index.md
        https://x.dev/a/runbooks/other/: content/runbooks/slug.md
        https://x.dev/a/elsewhere: content/runbooks/url.md
        https://x.dev/a/old/disk: moved to content/runbooks/node/Disk Full.md
        https://x.dev/a/runbooks/slug: missing
        https://x.dev/ab/runbooks: elsewhere
        ");
        let mkdocs = [
            "https://x.dev/runbooks/node/HostDown/",
            "https://x.dev/runbooks/node/hostdown/",
            "https://x.dev/runbooks/node/Disk%20Full/",
        ];
        insta::assert_snapshot!(found("https://x.dev/", "content/", Some(Generator::Mkdocs), &mkdocs), @r"
        https://x.dev/runbooks/node/HostDown/: content/runbooks/node/HostDown.md
        https://x.dev/runbooks/node/hostdown/: case of content/runbooks/node/HostDown.md
        https://x.dev/runbooks/node/Disk%20Full/: content/runbooks/node/Disk Full.md
        ");
        insta::assert_snapshot!(found("https://x.dev/", "./content", None, &mkdocs), @r"
        https://x.dev/runbooks/node/HostDown/: content/runbooks/node/HostDown.md
        https://x.dev/runbooks/node/hostdown/: content/runbooks/node/HostDown.md
        https://x.dev/runbooks/node/Disk%20Full/: content/runbooks/node/Disk Full.md
        ");
        let docusaurus =
            ["https://x.dev/guide/Start", "https://x.dev/01-guide/02-Start", "https://x.dev/runbooks/other"];
        insta::assert_snapshot!(found("https://x.dev/", "content", Some(Generator::Docusaurus), &docusaurus), @r"
        https://x.dev/guide/Start: content/01-guide/02-Start.md
        https://x.dev/01-guide/02-Start: missing
        https://x.dev/runbooks/other: content/runbooks/slug.md
        ");
        let blob = [
            "https://github.com/o/r/blob/main/content/runbooks/node/HostDown.md#x",
            "https://github.com/o/r/blob/main/content/runbooks/node/HostDown",
            "https://github.com/o/r/blob/main/content/runbooks/node/hostdown.md",
            "https://github.com/o/r/blob/main/content/runbooks/node/Disk%20Full.md?plain=1",
            "https://github.com/o/r/blob/main/other",
            "https://github.com/o/r/blob/dev/other",
        ];
        insta::assert_snapshot!(found("https://github.com/o/r/blob/main/", "", None, &blob), @r"
        https://github.com/o/r/blob/main/content/runbooks/node/HostDown.md#x: content/runbooks/node/HostDown.md
        https://github.com/o/r/blob/main/content/runbooks/node/HostDown: missing
        https://github.com/o/r/blob/main/content/runbooks/node/hostdown.md: case of content/runbooks/node/HostDown.md
        https://github.com/o/r/blob/main/content/runbooks/node/Disk%20Full.md?plain=1: content/runbooks/node/Disk Full.md
        https://github.com/o/r/blob/main/other: other/README.md
        https://github.com/o/r/blob/dev/other: elsewhere
        ");
        let pattern = [
            "https://x.dev/p?id=1",
            "https://x.dev/p/runbooks/node/HostDown.htm",
            "https://x.dev/p/runbooks/HostDown.htm",
        ];
        insta::assert_snapshot!(found("https://x.dev/p/{path}.htm", "content/{path}.md", None, &pattern), @r"
        https://x.dev/p?id=1: elsewhere
        https://x.dev/p/runbooks/node/HostDown.htm: content/runbooks/node/HostDown.md
        https://x.dev/p/runbooks/HostDown.htm: missing
        ");
    }
}
