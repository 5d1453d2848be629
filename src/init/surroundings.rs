//! What lies around the rules: git and what runs there, charts, jsonnet, a configuration of Prometheus, pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::survey::{Survey, most_specific};
use crate::model::duration::parse_duration;
use crate::source::SourceFile;
use crate::workspace;
use crate::workspace::paths::slashed;
use crate::yaml::{self, Node};

/// So many entries of folders are looked at.
const MAX_ENTRIES: usize = 50_000;
/// Names of Prometheus' own configuration.
const SERVER_CONFIGURATIONS: [&str; 4] =
    ["prometheus.yml", "prometheus.yaml", "prometheus.yml.example", "prometheus-config.yml"];

/// What lies around the rules.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Whether the current folder is the root of a git repository.
    pub is_git_root: bool,
    /// Whether the repository is below a root that lies further up.
    pub is_below_git_root: bool,
    /// Why it is taken for a repository of GitHub; `None` where it is not.
    pub github: Option<&'static str>,
    /// The same of GitLab.
    pub gitlab: Option<&'static str>,
    /// The folders of Helm charts, sorted.
    pub charts: Vec<PathBuf>,
    /// A file of jsonnet that shows that rules are made with it.
    pub jsonnet: Option<PathBuf>,
    /// `global` of Prometheus' configuration, and which file that is.
    pub server: Option<(PathBuf, Server)>,
    /// The folder in which most pages lie that are called as alerts are, with a slash at its end, and how many these are.
    pub pages: Option<(String, usize)>,
    /// Folders of other people's files.
    pub vendored: BTreeSet<String>,
}

/// What `global` says, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Server {
    pub scrape_interval: Option<String>,
    pub evaluation_interval: Option<String>,
}

impl Surroundings {
    /// Looks at the current folder and at `folders`, the ones in which rules were looked for.
    pub(super) fn of(folders: &[PathBuf], survey: &Survey) -> Surroundings {
        let mut found = Surroundings { is_git_root: Path::new(".git").exists(), ..Surroundings::default() };
        let above = std::env::current_dir().unwrap_or_default();
        found.is_below_git_root = !found.is_git_root && above.ancestors().any(|folder| folder.join(".git").exists());
        let host = origin_host(&std::fs::read_to_string(".git/config").unwrap_or_default()).unwrap_or_default();
        found.github = match () {
            () if Path::new(".github").is_dir() => Some("there is a .github folder"),
            () if is_github(&host) => Some("a git remote is on github.com"),
            () => None,
        };
        found.gitlab = match () {
            () if Path::new(".gitlab-ci.yml").exists() => Some("there is a .gitlab-ci.yml"),
            () if host.contains("gitlab") => Some("a git remote is on GitLab"),
            () => None,
        };
        found.look_into(folders, survey);
        found
    }

    fn look_into(&mut self, folders: &[PathBuf], survey: &Survey) {
        let mut left = MAX_ENTRIES;
        let (mut pages, mut all_pages) = (BTreeMap::<String, usize>::new(), 0);
        let mut servers: Vec<PathBuf> = Vec::new();
        for folder in folders {
            // What cannot be read is told by whoever looks for rules there.
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for name in entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return;
                }
                let path = || folder.strip_prefix(".").unwrap_or(folder).join(&name);
                match name.as_str() {
                    "Chart.yaml" => self.charts.push(folder.strip_prefix(".").unwrap_or(folder).to_owned()),
                    "vendor" | "node_modules" if path().is_dir() => drop(self.vendored.insert(name)),
                    "jsonnetfile.json" | "mixin.libsonnet" => self.jsonnet = Some(path()),
                    name if SERVER_CONFIGURATIONS.contains(&name) => servers.push(path()),
                    _ if name.ends_with(".libsonnet") || name.ends_with(".jsonnet") => {
                        self.jsonnet.get_or_insert_with(path);
                    }
                    _ => {
                        let stem = name.strip_suffix(".md").map(str::to_lowercase);
                        if stem.is_some_and(|stem| survey.alert_names.contains(&stem)) {
                            all_pages += 1;
                            for folder in folder.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
                                *pages.entry(format!("{}/", shown(folder))).or_default() += 1;
                            }
                        }
                    }
                }
            }
        }
        self.charts.sort();
        // The nearest one speaks for the repository.
        servers.sort_by_key(|path| (path.components().count(), path.clone()));
        self.server = servers.into_iter().find_map(|path| server(&path).map(|server| (path, server)));
        self.pages = most_specific(&pages, all_pages).map(|(folder, count)| (folder.to_owned(), count));
    }
}

/// The host of the remote `origin` in a configuration of git, in lower case.
fn origin_host(config: &str) -> Option<String> {
    let url = workspace::origin_url(config)?;
    let authority = match url.split_once("://") {
        Some((_, rest)) => rest.split('/').next()?,
        // As ssh writes it: `git@host:path`. With a slash before the colon it is a folder.
        None => url.split_once(':').map(|(authority, _)| authority).filter(|authority| !authority.contains('/'))?,
    };
    let host = authority.rsplit('@').next()?.split(':').next()?;
    Some(host.to_ascii_lowercase())
}

/// GitHub's host, with `ssh.` before it, or with the name of an account behind it, as configurations of ssh have it.
fn is_github(host: &str) -> bool {
    host == "github.com" || host.ends_with(".github.com") || host.starts_with("github.com-")
}

/// A folder as patterns of the configuration name it.
fn shown(folder: &Path) -> String {
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    if folder.as_os_str().is_empty() { ".".to_owned() } else { slashed(folder) }
}

/// `global` of a configuration of Prometheus, if it says anything.
fn server(path: &Path) -> Option<Server> {
    let read = workspace::read(path).ok()?;
    server_of(&read.file)
}

fn server_of(file: &Arc<SourceFile>) -> Option<Server> {
    let parsed = yaml::parse(file);
    let root = parsed.documents.first()?.root.as_ref()?.as_mapping()?;
    // Another file of that name, a Kubernetes object for example, says nothing.
    let global = root.get("global")?.value.as_mapping()?;
    let duration = |name: &str| {
        let text = global.get(name).map(|entry| &entry.value).and_then(Node::as_scalar)?.value().to_string();
        parse_duration(&text).is_ok_and(|ms| ms > 0).then_some(text)
    };
    let server =
        Server { scrape_interval: duration("scrape_interval"), evaluation_interval: duration("evaluation_interval") };
    (server != Server::default()).then_some(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn global_is_read_as_it_is_written() {
        let server = |text: &str| server_of(&Arc::new(SourceFile::new("prometheus.yml", text)));
        let both = server("global:\n  scrape_interval: 15s\n  evaluation_interval: 1m\n").unwrap();
        assert_eq!((both.scrape_interval.as_deref(), both.evaluation_interval.as_deref()), (Some("15s"), Some("1m")));
        assert_eq!(server("global: {scrape_interval: soon}\n"), None);
        assert_eq!(server("kind: Prometheus\nspec: {}\n"), None);
        assert_eq!(server("{{ if }}"), None);
    }

    #[test]
    fn the_host_of_origin_says_where_ci_runs() {
        let host = |url: &str| {
            origin_host(&format!(
                "[remote \"upstream\"]\n\turl = https://other.example/a\n[remote \"origin\"]\n\turl = {url}\n"
            ))
        };
        for (url, wanted) in [
            ("https://github.com/acme/gitlab-alerts.git", Some("github.com")),
            ("https://token@GitLab.example.com:8443/acme/github.com.git", Some("gitlab.example.com")),
            ("git@github.com:acme/gitlab-alerts.git", Some("github.com")),
            ("ssh://git@ssh.github.com:443/acme/rules.git", Some("ssh.github.com")),
            ("../gitlab.com:rules", None),
            ("/srv/gitlab/rules.git", None),
        ] {
            assert_eq!(host(url).as_deref(), wanted, "{url}");
        }
        assert_eq!(origin_host("[remote \"fork\"]\n\turl = https://gitlab.com/a/b\n"), None);
        assert!(is_github("github.com") && is_github("ssh.github.com") && is_github("github.com-work"));
        assert!(!is_github("notgithub.com") && !is_github("gitlab.com"));
    }
}
