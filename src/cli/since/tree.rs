//! The files of a commit in a folder of their own, where they are read as they would have been then.
//!
//! It is the long way: all files are read and linted twice. [`super::shared`] says where it is needed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::root;
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
    pub(super) fn new(
        repository: &'a Repository,
        entries: Vec<Entry>,
        changed: &[Changed],
        config: &Config,
        current_dir: &'a Path,
    ) -> Result<Self, Error> {
        let root = root(config, current_dir);
        let anchor = if repository.root.starts_with(&root) { root.clone() } else { repository.root.clone() };
        let tree = Tree { repository, scratch: Scratch::new()?, root, anchor, current_dir };
        // What marks the root of a repository.
        let top = tree.place(&repository.root).unwrap_or_else(|| tree.scratch.path().to_owned());
        std::fs::create_dir_all(top.join(".git"))?;
        let changed: FxHashSet<&str> = changed
            .iter()
            .flat_map(|changed| [Some(changed.path.as_str()), changed.old.as_deref()])
            .flatten()
            .collect();
        let wanted: Vec<Entry> =
            entries.into_iter().filter(|entry| tree.matters(&entry.path, &changed, config)).collect();
        repository.contents(&wanted, &mut |entry, bytes| {
            let path = top.join(&entry.path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::File::create_new(&path)?.write_all(&bytes)
        })?;
        Ok(tree)
    }

    /// Whether a file may be one of rules or tests, or decides which are looked at. What has no ending of theirs counts
    /// where it has changed.
    fn matters(&self, path: &str, changed: &FxHashSet<&str>, config: &Config) -> bool {
        let whole = self.repository.root.join(path);
        let is_ignore_file = matches!(whole.file_name().and_then(|name| name.to_str()), Some(".gitignore" | ".ignore"));
        workspace::has_extension(&whole)
            || workspace::is_markdown(&whole)
            || is_ignore_file
            || changed.contains(path)
            || config.files().includes(&whole)
    }

    /// What stands for a path in the tree.
    fn place(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.anchor).ok().map(|path| self.scratch.path().join(path))
    }

    /// The files that have changed, as they were.
    pub(super) fn read_changed(&self, changed: &[Changed], config: &Config, files: &FilesArgs) -> Workspace {
        let names = changed.iter().map(|changed| changed.old.as_ref().unwrap_or(&changed.path));
        let placed = names.filter_map(|name| self.place(&self.repository.root.join(name)));
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
