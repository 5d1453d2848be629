//! Where pages are published, guessed from what lies in a repository, for where the configuration says nothing.
//!
//! A guess is only as good as the links that it explains: whoever asks drops those by which few links lead to pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::page::{FrontMatter, Page, Syntax};
use super::policy::Generator;
use crate::source::SourceFile;
use crate::workspace::{Home, origin_url};

/// Larger files are not read for a guess.
const MAX_BYTES: u64 = 256 << 10;
/// The folders in which a site may have its configuration, from the root.
const SITE_FOLDERS: [&str; 4] = ["", "docs", "site", "website"];
/// More pieces of addresses are not taken for branches or folders.
const MAX_PIECES: usize = 50;

/// A site that is guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// What the addresses of its pages begin with, with a slash at the end.
    pub url: String,
    /// The folder of its pages, from the root.
    pub place: String,
    /// The folders below it in which pages are looked for.
    pub folders: Vec<String>,
    /// What makes it.
    pub generator: Generator,
    /// What it is guessed from: a file, in words.
    pub source: String,
}

/// What lies in a repository that says where pages are published.
pub struct Hints<'a> {
    reader: Reader<'a>,
    /// The sites whose configuration is there, with their pages.
    sites: Vec<Guess>,
    own: Option<OwnFiles>,
}

impl<'a> Hints<'a> {
    /// Looks at the repository with this root.
    pub fn of(root: &'a Path, home: &'a Home) -> Hints<'a> {
        let reader = Reader { root, home };
        let mut sites = Vec::new();
        for folder in SITE_FOLDERS.into_iter().filter(|folder| folder.is_empty() || reader.is_folder(folder)) {
            sites.extend(hugo(&reader, folder));
            sites.extend(mkdocs(&reader, folder));
            sites.extend(docusaurus(&reader, folder));
        }
        sites.extend(operator(&reader));
        sites.retain(|site| reader.is_folder(&site.place));
        let own = OwnFiles::of(&reader);
        Hints { reader, sites, own }
    }

    /// Whether there is no guess, whatever the links are.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.own.is_none()
    }

    /// The sites that could have one of `links`.
    pub fn guesses(self, links: &BTreeSet<String>) -> Vec<Guess> {
        let mut guesses = self.sites;
        guesses.extend(self.own.iter().flat_map(|own| own.guesses(&self.reader, links)));
        guesses.retain(|guess| links.iter().any(|link| link.starts_with(&guess.url)));
        // What says it first says it best.
        let mut seen = BTreeSet::new();
        guesses.retain(|guess| seen.insert(guess.url.clone()));
        guesses
    }
}

/// Reads files below a root, and never what links lead to outside.
struct Reader<'a> {
    root: &'a Path,
    home: &'a Home,
}

impl Reader<'_> {
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let path = self.root.join(path);
        // Of what is looked for, hardly anything is there.
        fs::symlink_metadata(&path).ok()?;
        let root = self.root.canonicalize().ok()?;
        let canonical = path.canonicalize().ok()?;
        (canonical.starts_with(&root) && self.home.admits(&canonical)).then_some(canonical)
    }

    fn is_folder(&self, path: &str) -> bool {
        self.inside(path).is_some_and(|path| path.is_dir())
    }

    fn text(&self, path: &str) -> Option<String> {
        read(&self.inside(path)?)
    }
}

fn read(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    let is_small = metadata.is_file() && metadata.len() <= MAX_BYTES;
    if is_small { fs::read_to_string(path).ok() } else { None }
}

/// The keys of a file of YAML or TOML.
fn keys(text: &str, syntax: Syntax) -> Option<FrontMatter> {
    // The reader of front matter is one of keys and texts, which is all that is wanted.
    let fence = if syntax == Syntax::Yaml { "---" } else { "+++" };
    let text = text.trim_start_matches('\u{feff}').trim_start_matches("---\n");
    Page::read(&Arc::new(SourceFile::new("", format!("{fence}\n{text}\n{fence}\n")))).front_matter
}

fn joined(folder: &str, path: &str) -> String {
    let path = path.trim_start_matches("./").trim_matches('/');
    match (folder, path) {
        ("", path) | (path, "") => path.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// The address with a slash at the end, if it is one.
fn prefix(url: &str) -> Option<String> {
    let url = url.trim().trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    (!host.is_empty() && !host.contains(['{', '$', '@', ' '])).then(|| format!("{url}/"))
}

fn guess(url: &str, place: String, generator: Generator, source: String) -> Option<Guess> {
    Some(Guess { url: prefix(url)?, folders: vec![place.clone()], place, generator, source })
}

/// `baseURL` and `contentDir` of Hugo, which knows no capital letters in keys.
fn hugo(reader: &Reader<'_>, folder: &str) -> Option<Guess> {
    const NAMES: [(&str, Syntax); 6] = [
        ("hugo.toml", Syntax::Toml),
        ("hugo.yaml", Syntax::Yaml),
        ("hugo.yml", Syntax::Yaml),
        ("config.toml", Syntax::Toml),
        ("config.yaml", Syntax::Yaml),
        ("config.yml", Syntax::Yaml),
    ];
    NAMES.iter().find_map(|(name, syntax)| {
        let path = joined(folder, name);
        let keys = keys(&reader.text(&path)?, *syntax)?;
        let url = ["baseURL", "baseUrl", "baseurl"].iter().find_map(|key| keys.text(key))?;
        let content = ["contentDir", "contentdir"].iter().find_map(|key| keys.text(key)).unwrap_or("content");
        guess(url, joined(folder, content), Generator::Hugo, format!("`baseURL` in `{path}`"))
    })
}

/// `site_url` and `docs_dir` of MkDocs.
fn mkdocs(reader: &Reader<'_>, folder: &str) -> Option<Guess> {
    ["mkdocs.yml", "mkdocs.yaml"].iter().find_map(|name| {
        let path = joined(folder, name);
        let keys = keys(&reader.text(&path)?, Syntax::Yaml)?;
        let docs = keys.text("docs_dir").unwrap_or("docs");
        guess(keys.text("site_url")?, joined(folder, docs), Generator::Mkdocs, format!("`site_url` in `{path}`"))
    })
}

/// `url`, `baseUrl` and `routeBasePath` of Docusaurus, which are code: only texts that stand there once count.
fn docusaurus(reader: &Reader<'_>, folder: &str) -> Option<Guess> {
    ["js", "ts", "mjs", "cjs"].iter().find_map(|ending| {
        let path = joined(folder, &format!("docusaurus.config.{ending}"));
        let text = reader.text(&path)?;
        let base = literal(&text, "baseUrl")?;
        let route = if text.contains("routeBasePath") { literal(&text, "routeBasePath")? } else { "docs" };
        let site = [literal(&text, "url")?, base, route].map(|part| part.trim_matches('/'));
        let url = site.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
        guess(&url, joined(folder, "docs"), Generator::Docusaurus, format!("`url` in `{path}`"))
    })
}

/// The text that a property is set to in code, if that is a plain one and the only one.
fn literal<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let values = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix(':')?;
        Some(rest.trim())
    });
    let mut values = values.take(2);
    let (value, None) = (values.next()?, values.next()) else { return None };
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (inside, behind) = value.get(1..)?.split_once(quote)?;
    (!inside.contains('\\') && matches!(behind.trim(), "" | ",")).then_some(inside)
}

/// The pages of the Prometheus operator's runbooks, where they lie in this repository.
fn operator(reader: &Reader<'_>) -> Vec<Guess> {
    let beside = joined("runbooks", "content");
    let places = ["content", beside.as_str()];
    let place = places.into_iter().find(|place| reader.is_folder(&joined(place, "runbooks")));
    let known = |place: &str| {
        let (url, source) = ("https://runbooks.prometheus-operator.dev/", format!("the folder `{place}/runbooks`"));
        guess(url, place.to_owned(), Generator::Hugo, source)
    };
    place.and_then(known).into_iter().collect()
}

/// Files of the own repository, as GitHub and GitLab show them on a branch that is deployed.
struct OwnFiles {
    /// What their addresses begin with, up to the branch.
    starts: Vec<String>,
    /// The main branch, where git has noted it.
    head: Option<String>,
}

impl OwnFiles {
    fn of(reader: &Reader<'_>) -> Option<OwnFiles> {
        let (remote, head) = remote(reader)?;
        let (host, repository) = host_and_path(&remote)?;
        let own = format!("https://{host}/{repository}");
        let mut starts = ["blob", "raw", "-/blob", "-/raw"].map(|way| format!("{own}/{way}/")).to_vec();
        if host == "github.com" {
            starts.push(format!("https://raw.githubusercontent.com/{repository}/"));
        }
        Some(OwnFiles { starts, head })
    }

    fn is_deployed(&self, branch: &str) -> bool {
        match &self.head {
            Some(head) => branch == head,
            None => matches!(branch, "main" | "master"),
        }
    }

    fn guesses(&self, reader: &Reader<'_>, links: &BTreeSet<String>) -> Vec<Guess> {
        let mut guesses: Vec<Guess> = Vec::new();
        let own = links.iter().flat_map(|link| {
            self.starts.iter().filter_map(move |start| Some((start, link.strip_prefix(start.as_str())?)))
        });
        for (start, rest) in own {
            let Some((branch, path)) = rest.split_once('/').filter(|(branch, _)| self.is_deployed(branch)) else {
                continue;
            };
            let path = path.split(['?', '#']).next().unwrap_or_default();
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let url = format!("{start}{branch}/");
            let known = guesses.iter().position(|guess| guess.url == url);
            match known.and_then(|at| guesses.get_mut(at)) {
                Some(guess) if guess.folders.contains(&folder) || guess.folders.len() >= MAX_PIECES => {}
                Some(guess) => guess.folders.push(folder),
                None => guesses.push(Guess {
                    url,
                    place: String::new(),
                    folders: vec![folder],
                    generator: Generator::Files,
                    source: "the remote in `.git/config`".to_owned(),
                }),
            }
        }
        for guess in &mut guesses {
            guess.folders.retain(|folder| reader.is_folder(folder));
        }
        guesses
    }
}

/// The address of the remote `origin`, and the branch that is its main one, where git has noted that.
fn remote(reader: &Reader<'_>) -> Option<(String, Option<String>)> {
    let folder = git_folder(reader)?;
    let config = read(&folder.join("config"))?;
    let url = origin_url(&config)?.to_owned();
    let head = read(&folder.join("refs/remotes/origin/HEAD"));
    let head = head.and_then(|head| Some(head.trim().strip_prefix("ref: refs/remotes/origin/")?.to_owned()));
    Some((url, head))
}

/// The folder in which git keeps the configuration: that of a worktree lies in the folder of the repository it is one of.
fn git_folder(reader: &Reader<'_>) -> Option<PathBuf> {
    let own = reader.inside(".git")?;
    if own.is_dir() {
        return Some(own);
    }
    let named = PathBuf::from(read(&own)?.trim().strip_prefix("gitdir:")?.trim());
    let folder = reader.root.join(named).canonicalize().ok()?;
    let folder = match folder.parent() {
        Some(parent) if parent.ends_with(".git/worktrees") => parent.parent()?.to_owned(),
        _ if folder.ancestors().any(|above| above.ends_with(".git/modules")) => folder,
        // What git would not have written is not followed.
        _ => return None,
    };
    reader.home.admits(&folder).then_some(folder)
}

/// `github.com` and `owner/name` of an address of a remote.
fn host_and_path(remote: &str) -> Option<(String, String)> {
    let rest = match remote.split_once("://") {
        Some(("https" | "http" | "ssh" | "git", rest)) => rest.to_owned(),
        Some(_) => return None,
        None => remote.replacen(':', "/", 1),
    };
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_./~".contains(c));
    (is_plain(host) && host.contains('.') && is_plain(path) && path.contains('/'))
        .then(|| (host.to_owned(), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(files: &[(&str, &str)], links: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let links = links.iter().map(|link| (*link).to_owned()).collect();
        let found = Hints::of(folder.path(), &Home::default()).guesses(&links);
        let shown = found.iter().map(|guess| {
            format!(
                "{} is {:?} {:?} {}: {}",
                guess.url,
                guess.place,
                guess.folders,
                guess.generator.word(),
                guess.source
            )
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn sites_are_guessed_from_their_configurations() {
        let hugo = ("hugo.toml", "baseURL = \"https://x.dev/a\"\ncontentDir = \"pages\"\n[params]\nbaseURL = \"y\"\n");
        let old = ("docs/config.yaml", "# c\nbaseurl: https://y.dev/\n");
        let mkdocs = ("mkdocs.yml", "site_url: https://z.dev\nplugins: !ENV [A, b]\n");
        let code =
            "const x = {\n  url: 'https://d.dev',\n  baseUrl: \"/b/\",\n  docs: {\n    routeBasePath: '/',\n  },\n};";
        let files = [
            hugo,
            old,
            mkdocs,
            ("website/docusaurus.config.js", code),
            ("website/docs/a.md", ""),
            ("pages/a.md", ""),
            ("docs/content/a.md", ""),
            ("runbooks/content/runbooks/node/a.md", ""),
        ];
        let links = [
            "https://x.dev/a/b",
            "https://y.dev/b",
            "https://z.dev/b",
            "https://d.dev/b/docs/c",
            "https://runbooks.prometheus-operator.dev/runbooks/node/a",
        ];
        insta::assert_snapshot!(guessed(&files, &links), @r#"
        https://x.dev/a/ is "pages" ["pages"] hugo: `baseURL` in `hugo.toml`
        https://z.dev/ is "docs" ["docs"] mkdocs: `site_url` in `mkdocs.yml`
        https://y.dev/ is "docs/content" ["docs/content"] hugo: `baseURL` in `docs/config.yaml`
        https://d.dev/b/ is "website/docs" ["website/docs"] docusaurus: `url` in `website/docusaurus.config.js`
        https://runbooks.prometheus-operator.dev/ is "runbooks/content" ["runbooks/content"] hugo: the folder `runbooks/content/runbooks`
        "#);
        assert_eq!(guessed(&files, &["https://elsewhere.dev/"]), "");
        // What code works out is known to nobody.
        for code in [
            "url: process.env.URL,\nbaseUrl: '/'",
            "url: 'https://d.dev',\nurl: 'https://e.dev',\nbaseUrl: '/',",
            "url: 'https://d.dev' + x,\nbaseUrl: '/',",
        ] {
            assert_eq!(guessed(&[("docusaurus.config.ts", code), ("docs/a.md", "")], &["https://d.dev/docs/c"]), "");
        }
    }

    #[test]
    fn files_of_the_own_repository_are_guessed_from_its_remote() {
        let config = |url: &str| {
            format!(
                "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = https://github.com/f/r\n[remote \"origin\"]\n\turl = {url}\n"
            )
        };
        let links = [
            "https://github.com/o/r/blob/main/docs/a.md#x",
            "https://github.com/o/r/blob/main/docs/b.md",
            "https://github.com/o/r/blob/v1/docs/a.md",
            "https://github.com/f/r/blob/main/docs/a.md",
            "https://raw.githubusercontent.com/o/r/main/gone/a.md",
        ];
        for url in [
            "git@github.com:o/r.git",
            "https://github.com/o/r",
            "ssh://git@github.com:22/o/r.git",
            "https://user:secret@github.com/o/r.git/",
        ] {
            let config = config(url);
            let found = guessed(&[(".git/config", &config), ("docs/a.md", "")], &links);
            assert_eq!(
                found,
                "https://github.com/o/r/blob/main/ is \"\" [\"docs\"] files: the remote in `.git/config`\n\
                 https://raw.githubusercontent.com/o/r/main/ is \"\" [] files: the remote in `.git/config`",
                "{url}"
            );
        }
        let head = (".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/v1\n");
        let text = config("git@github.com:o/r.git");
        assert!(
            guessed(&[(".git/config", &text), head, ("docs/a.md", "")], &links)
                .starts_with("https://github.com/o/r/blob/v1/ ")
        );
        let gitlab = config("https://git.example.com/a/b/c.git");
        let found = guessed(
            &[(".git/config", &gitlab), ("d/a.md", "")],
            &["https://git.example.com/a/b/c/-/blob/master/d/a.md"],
        );
        assert!(found.starts_with("https://git.example.com/a/b/c/-/blob/master/ is \"\" [\"d\"]"), "{found}");
        for bad in ["file:///o/r", "/o/r", "host:o/r", "https://github.com/", "https://${HOST}/o/r"] {
            assert_eq!(guessed(&[(".git/config", &config(bad))], &links), "", "{bad}");
        }
        assert_eq!(guessed(&[(".git", "gitdir: /etc\n")], &links), "");
    }

    #[test]
    fn worktrees_have_the_remote_of_their_repository() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for path in ["main/.git/worktrees/w", "w/docs"] {
            fs::create_dir_all(at(path)).unwrap();
        }
        fs::write(at("main/.git/config"), "[remote \"origin\"]\nurl = git@github.com:o/r.git\n").unwrap();
        fs::write(at("w/.git"), format!("gitdir: {}\n", at("main/.git/worktrees/w").display())).unwrap();
        let links = BTreeSet::from(["https://github.com/o/r/blob/main/docs/a.md".to_owned()]);
        assert_eq!(Hints::of(&at("w"), &Home::default()).guesses(&links).len(), 1);
        let closed = Home::closed(&at("w").canonicalize().unwrap());
        assert!(Hints::of(&at("w"), &closed).is_empty());
    }
}
