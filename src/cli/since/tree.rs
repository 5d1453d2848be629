//! The files of a commit in a folder of their own, where they are read as they would have been then.
//!
//! It is the long way: all files are read and linted twice. [`super::shared`] says where it is needed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::{IGNORE_FILES, Then, root};
use crate::cli::Error;
use crate::cli::config::FilesArgs;
use crate::cli::git::{Changed, Entry, Repository};
use crate::cli::inputs::Inputs;
use crate::cli::scratch::Scratch;
use crate::lint::{self, Config};
use crate::workspace::{self, Home, Lookup, Purpose, Workspace};

/// The files of a commit in a folder of their own.
pub(super) struct Tree<'a> {
    repository: &'a Repository,
    pub scratch: Scratch,
    /// The folder to which names of findings are relative.
    root: PathBuf,
    /// What the scratch folder stands for: the root of the repository, or what is above it.
    anchor: PathBuf,
    current_dir: &'a Path,
}

impl<'a> Tree<'a> {
    pub(super) fn new(repository: &'a Repository, config: &Config, current_dir: &'a Path) -> Result<Self, Error> {
        let root = root(config, current_dir);
        let anchor = if repository.root.starts_with(&root) { root.clone() } else { repository.root.clone() };
        let tree = Tree { repository, scratch: Scratch::new()?, root, anchor, current_dir };
        // What marks the root of a repository.
        std::fs::create_dir_all(tree.top().join(".git"))?;
        Ok(tree)
    }

    /// Writes what a run may read of how the files were. `now` is the workspace of the files as they are.
    pub(super) fn write(&self, then: &Then, now: &Workspace, config: &Config) -> Result<(), Error> {
        let top = self.top();
        let read = now.paths_read();
        let changed = then.changed.iter().flat_map(Changed::paths);
        let changed: FxHashSet<&str> = changed.chain(then.unstaged.iter().map(String::as_str)).collect();
        let matters = |entry: &&Entry| {
            changed.contains(entry.path.as_str())
                || self.matters(&self.repository.root.join(&entry.path), &read, config)
        };
        let wanted: Vec<Entry> = then.entries.iter().filter(matters).cloned().collect();
        self.repository.contents(&wanted, &mut |entry, bytes| {
            let path = top.join(&entry.path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::File::create_new(&path)?.write_all(&bytes)
        })?;
        self.copy_ignored(then, &read);
        self.write_links(&then.links)
    }

    /// Whether a file that has not changed may be one of rules or tests, or decides which are looked at.
    fn matters(&self, path: &Path, read: &FxHashSet<PathBuf>, config: &Config) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| IGNORE_FILES.contains(&name))
            || workspace::is_markdown(path)
            || config.files().includes(path)
            || read.contains(path)
            || workspace::is_worth_reading(path)
    }

    /// Copies what the run reads and git has nothing to do with: it was what it is.
    fn copy_ignored(&self, then: &Then, read: &FxHashSet<PathBuf>) {
        let known: FxHashSet<&Path> = then.entries.iter().map(|entry| Path::new(&entry.path)).collect();
        let absent: FxHashSet<&Path> = then.absent().into_iter().map(Path::new).collect();
        let below = read.iter().filter_map(|path| Some((path, path.strip_prefix(&self.repository.root).ok()?)));
        let ignored =
            below.filter(|(_, path)| !known.contains(path) && !path.ancestors().any(|path| absent.contains(path)));
        for (from, path) in ignored {
            let to = self.top().join(path);
            // Where a file was in the place of its folder, it was not there.
            if to.parent().is_some_and(|folder| std::fs::create_dir_all(folder).is_ok()) {
                let _ = std::fs::copy(from, to);
            }
        }
    }

    /// Writes the links that stay in the repository. Each leads straight to where it ends, so that however they
    /// are chained nothing outside of the tree is reached.
    fn write_links(&self, links: &[Entry]) -> Result<(), Error> {
        let (root, top) = (&self.repository.root, self.top());
        let place = |(path, target): (String, String)| {
            let end = workspace::paths::normalize(&root.join(&path).parent()?.join(target));
            Some((top.join(path), top.join(end.strip_prefix(root).ok()?)))
        };
        let links: Vec<(PathBuf, PathBuf)> = self.repository.targets(links)?.into_iter().filter_map(place).collect();
        // All folders first: none is made through a link.
        for folder in links.iter().filter_map(|(path, _)| path.parent()) {
            std::fs::create_dir_all(folder)?;
        }
        for (path, end) in &links {
            link(end, path)?;
        }
        Ok(())
    }

    /// What stands for the root of the repository.
    fn top(&self) -> PathBuf {
        self.place(&self.repository.root).unwrap_or_else(|| self.scratch.path().to_owned())
    }

    /// What stands for a path in the tree.
    fn place(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.anchor).ok().map(|path| self.scratch.path().join(path))
    }

    /// The files that have changed, as they were.
    pub(super) fn read_changed(&self, changed: &[Changed], config: &Config, files: &FilesArgs) -> Workspace {
        let placed =
            changed.iter().map(Changed::old_path).filter_map(|name| self.place(&self.repository.root.join(name)));
        let placed: Vec<PathBuf> = placed.filter(|old| workspace::has_extension(old) && old.exists()).collect();
        let lookup = self.lookup(config, files);
        Inputs::read(Purpose::Check, &placed, "", &lookup, config.settings()).workspace
    }

    /// Where this process's own folder is in the tree.
    fn current_dir(&self) -> PathBuf {
        self.place(self.current_dir).unwrap_or_else(|| self.scratch.path().to_owned())
    }

    /// How files are looked for in the tree. `config` is the one that holds there.
    fn lookup(&self, config: &Config, files: &FilesArgs) -> Lookup {
        let home = Home::closed(&self.current_dir());
        Lookup { filter: config.files().clone(), no_ignore: files.no_ignore, home }
    }

    /// The files below `paths`, as they were, and the configuration for them.
    pub(super) fn read(
        &self,
        paths: &[PathBuf],
        changed: &[Changed],
        config: &Config,
        files: &FilesArgs,
    ) -> Result<(Workspace, Config), Error> {
        let mut placed = Vec::new();
        for path in paths {
            let absolute = workspace::paths::normalize(&self.current_dir.join(path));
            // What was not there has no findings.
            placed.extend(self.place(&absolute).filter(|place| place.exists()));
            // What has come here from elsewhere had them there.
            let renamed =
                changed.iter().filter(|changed| self.repository.root.join(&changed.path).starts_with(&absolute));
            let old = renamed.filter_map(|changed| self.place(&self.repository.root.join(changed.old.as_ref()?)));
            placed.extend(old.filter(|old| workspace::has_extension(old) && old.exists()));
        }
        let root = self.place(&self.root).unwrap_or_else(|| self.scratch.path().to_owned());
        std::fs::create_dir_all(self.current_dir())?;
        // Paths from this process's own folder would lead to the files as they are now: of a folder in which nothing lies
        // none is said to be inside, so that all are whole.
        let nowhere = self.scratch.path().join(".git").join("nowhere");
        let mut config = config.clone().located(root, nowhere);
        if let Some(owners) = config.owners() {
            let place = self.place(&self.current_dir.join(owners.file.name()));
            let owners = place.map(|place| owners.called(&place.to_string_lossy()));
            config.set_owners(owners);
        }
        let lookup = self.lookup(&config, files);
        let mut inputs = Inputs::read(Purpose::Check, &placed, "", &lookup, config.settings());
        // What cannot be read of them was no finding.
        lint::find_pages(&mut inputs.workspace, &mut config, &lookup);
        Ok((inputs.workspace, config))
    }
}

#[cfg(unix)]
fn link(end: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(end, path)
}

/// Where links need a privilege, git writes none either.
#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}
