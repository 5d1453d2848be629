//! `promproof check --since` and `--staged`: only what a change has to do with.
//!
//! The files as they were are written to a folder of their own and checked there as they would have been then; what is
//! told is the difference, and what lies in rules and tests that the change has touched or affected.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rustc_hash::{FxHashMap, FxHashSet};

use super::check::CheckArgs;
use super::config::FilesArgs;
use super::git::{Changed, Commit, Entry, Repository};
use super::inputs::Inputs;
use super::scratch::Scratch;
use super::{Error, Session};
use crate::lint::{self, Config, Gone, Identity, Renamed, Side};
use crate::source::{Diagnostic, FileId, SourceFile};
use crate::workspace::{self, Home, Lookup, Purpose, Workspace};

/// What pre-commit sets to the commit before those that are to be looked at: with --from-ref, and before a push.
const FROM_REF: &str = "PRE_COMMIT_FROM_REF";

/// Options about changes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Changes")]
pub(super) struct SinceArgs {
    /// Tell only findings that the changes since REF have brought, touched or affected
    ///
    /// What has changed is found out from the commit on at which HEAD has left REF, a branch or a commit. Files that git does
    /// not know yet count as changed. Settings of a group concern its rules, a recorded series those who read it, and a rule
    /// the test files that load it.
    #[arg(long, value_name = "REF", conflicts_with = "staged")]
    pub since: Option<String>,

    /// The same for what is staged to be committed
    #[arg(long)]
    pub staged: bool,

    /// As a hook of pre-commit: what is staged, or --since the commit that pre-commit names; where nothing is, everything
    ///
    /// With --fix, only files that are part of the change are fixed.
    #[arg(long, conflicts_with_all = ["since", "staged"])]
    pub hook: bool,
}

/// What has changed.
enum Change {
    /// Whatever has since this commit.
    Since(String),
    /// What is staged.
    Staged,
}

/// How the files were, checked.
pub(super) struct Before {
    workspace: Workspace,
    config: Config,
    identities: Vec<Identity>,
    renamed: Renamed,
    /// What was recorded, and is not any more.
    pub gone: Gone,
    /// Files that are not part of the change, by their canonical paths.
    left_out: FxHashSet<PathBuf>,
    /// Its files are read again where tests name rules.
    _tree: Scratch,
}

impl SinceArgs {
    /// The change of which alone is told, if any.
    fn change(&self) -> Result<Option<Change>, Error> {
        Ok(match self {
            SinceArgs { since: Some(reference), .. } => Some(Change::Since(reference.clone())),
            SinceArgs { staged: true, .. } => Some(Change::Staged),
            SinceArgs { hook: true, .. } => match std::env::var(FROM_REF).ok().filter(|name| !name.is_empty()) {
                Some(reference) => Some(Change::Since(reference)),
                // With --all-files nothing need be staged.
                None => Repository::here()?.has_staged()?.then_some(Change::Staged),
            },
            SinceArgs { .. } => None,
        })
    }

    /// The files that are part of the change, by their whole paths; `None` stands for all files.
    ///
    /// # Errors
    /// Where git cannot tell.
    pub(super) fn files(&self) -> Result<Option<FxHashSet<PathBuf>>, Error> {
        let Some(change) = self.change()? else { return Ok(None) };
        let repository = Repository::here()?;
        let changed = change.files(&repository, &change.commit(&repository)?)?;
        Ok(Some(changed.into_iter().map(|changed| repository.root.join(changed.path)).collect()))
    }

    /// Looks at what else is asked for.
    ///
    /// # Errors
    /// Where it makes no sense for a change.
    pub(super) fn forbid(&self, args: &CheckArgs) -> Result<(), Error> {
        let option = match self {
            SinceArgs { hook: true, .. } => "--hook",
            SinceArgs { staged: true, .. } => "--staged",
            SinceArgs { since: Some(_), .. } => "--since",
            SinceArgs { .. } => return Ok(()),
        };
        if args.paths.iter().any(|path| path == Path::new("-")) {
            return Err(
                Error::new(format!("{option} knows nothing of standard input")).help("name files of the repository")
            );
        }
        for (is_given, other) in [
            (args.baseline.update_baseline, "--update-baseline"),
            (args.fix && !self.hook, "--fix"),
            (args.diff, "--diff"),
            (args.add_ignores.is_some(), "--add-ignores"),
        ] {
            if is_given {
                return Err(Error::new(format!("{other} is for all findings, and {option} leaves most of them out"))
                    .help("give one of the two"));
            }
        }
        Ok(())
    }

    /// Checks the files as they were, where only changes are wanted. `inputs` become those that are staged.
    ///
    /// # Errors
    /// Where git cannot tell, or a path lies outside of the repository.
    pub(super) fn before(
        &self,
        inputs: &mut Inputs,
        paths: &[PathBuf],
        config: &Config,
        files: &FilesArgs,
        session: &Session,
    ) -> Result<Option<Before>, Error> {
        let Some(change) = self.change()? else { return Ok(None) };
        let is_staged = matches!(change, Change::Staged);
        let current_dir = std::env::current_dir()?.canonicalize()?;
        let repository = Repository::around(&current_dir)?;
        let commit = change.commit(&repository)?;
        let changed = change.files(&repository, &commit)?;
        let mut left_out = FxHashSet::default();
        if is_staged {
            left_out.extend(repository.untracked()?.into_iter().map(|path| repository.root.join(path)));
            stage(inputs, &repository)?;
        }
        let progress = session.progress("looking at how it was");
        let tree = Tree::new(&repository, &commit, &changed, config, &current_dir)?;
        let (workspace, old_config) = tree.read(paths, &changed, config, files)?;
        let diagnostics = lint::run(&workspace, &old_config);
        let identities = lint::identify(&workspace, &old_config, &diagnostics);
        drop(progress);
        let renamed = changed.iter().filter_map(|changed| {
            let name = |path: &str| {
                let path = tree.repository.root.join(path);
                path.strip_prefix(&tree.root).unwrap_or(&path).to_string_lossy().into_owned()
            };
            Some((name(&changed.path), name(changed.old.as_ref()?)))
        });
        let renamed = renamed.collect();
        // What a file records that is not named, rules that are may read.
        let elsewhere = tree.read_changed(&changed, &old_config, files);
        let mut gone = Gone::between([&workspace, &elsewhere], &inputs.workspace);
        if !gone.is_empty() {
            // It may have moved to a file that the run leaves out.
            let everything = [repository.root.clone()];
            let lookup = files.lookup(config, &everything);
            let mut whole = Inputs::read(Purpose::Check, &everything, "", &lookup, config.settings());
            if is_staged {
                stage(&mut whole, &repository)?;
            }
            gone.leave_out(&whole.workspace);
        }
        Ok(Some(Before { workspace, config: old_config, identities, renamed, gone, left_out, _tree: tree.scratch }))
    }
}

impl Change {
    /// The commit with which the files are compared.
    fn commit(&self, repository: &Repository) -> Result<Commit, Error> {
        match self {
            Change::Since(reference) => repository.fork_point(reference),
            Change::Staged => repository.head(),
        }
    }

    /// The files that differ from this commit.
    fn files(&self, repository: &Repository, commit: &Commit) -> Result<Vec<Changed>, Error> {
        repository.changed(commit, matches!(self, Change::Staged))
    }
}

/// Gives files the text that is staged, where that is another one.
fn stage(inputs: &mut Inputs, repository: &Repository) -> Result<(), Error> {
    let staged = repository.half_staged()?;
    if staged.is_empty() {
        return Ok(());
    }
    let sources = inputs.workspace.documents().iter().map(|document| Arc::clone(&document.source));
    let by_path: FxHashMap<PathBuf, Arc<SourceFile>> =
        sources.filter_map(|source| Some((Path::new(source.name()).canonicalize().ok()?, source))).collect();
    for (path, bytes) in staged {
        let Some(file) = by_path.get(&repository.root.join(path)) else { continue };
        let read = workspace::from_bytes(file.name(), bytes);
        inputs
            .workspace
            .set_text(file.id(), Some(read.file.text().to_owned()))
            .map_err(|error| Error::new(error.to_string()))?;
    }
    Ok(())
}

/// The files of a commit in a folder of their own.
struct Tree<'a> {
    repository: &'a Repository,
    scratch: Scratch,
    /// The folder to which names of findings are relative.
    root: PathBuf,
    /// What the scratch folder stands for: the root of the repository, or what is above it.
    anchor: PathBuf,
    current_dir: &'a Path,
}

impl<'a> Tree<'a> {
    fn new(
        repository: &'a Repository,
        commit: &Commit,
        changed: &[Changed],
        config: &Config,
        current_dir: &'a Path,
    ) -> Result<Self, Error> {
        let root = config.files().root().canonicalize().unwrap_or_else(|_| current_dir.to_owned());
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
            repository.files(commit)?.into_iter().filter(|entry| tree.matters(&entry.path, &changed, config)).collect();
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
    fn read_changed(&self, changed: &[Changed], config: &Config, files: &FilesArgs) -> Workspace {
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
    fn read(
        &self,
        paths: &[PathBuf],
        changed: &[Changed],
        config: &Config,
        files: &FilesArgs,
    ) -> Result<(Workspace, Config), Error> {
        let mut placed = Vec::new();
        for path in paths {
            let absolute = workspace::paths::normalize(&self.current_dir.join(path));
            let place = if absolute.starts_with(&self.repository.root) { self.place(&absolute) } else { None };
            let place = place.ok_or_else(|| {
                Error::new(format!(
                    "{} lies outside of the repository, which knows nothing of its changes",
                    path.display()
                ))
                .help("name files of the repository only, or leave --since and --staged out")
            })?;
            // What was not there has no findings.
            if place.exists() {
                placed.push(place);
            }
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
        let lookup = self.lookup(&config, files);
        let mut inputs = Inputs::read(Purpose::Check, &placed, "", &lookup, config.settings());
        // What cannot be read of them was no finding.
        lint::find_pages(&mut inputs.workspace, &mut config, &lookup);
        Ok((inputs.workspace, config))
    }
}

impl Before {
    /// Which of the findings the change has to do with.
    pub(super) fn concerned(
        &self,
        workspace: &Workspace,
        config: &Config,
        diagnostics: &[Diagnostic],
        identities: &[Identity],
    ) -> FxHashSet<Identity> {
        let before = Side { workspace: &self.workspace, config: &self.config, identities: &self.identities };
        let after = Side { workspace, config, identities };
        let concerned = lint::concerned(&before, &after, diagnostics, &self.renamed);
        let is_left_out = |file: &SourceFile| {
            !self.left_out.is_empty()
                && Path::new(file.name()).canonicalize().is_ok_and(|path| self.left_out.contains(&path))
        };
        // Asked once a file and not once a finding.
        let mut known: FxHashMap<FileId, bool> = FxHashMap::default();
        let mut kept = FxHashSet::default();
        for ((identity, found), is_concerned) in identities.iter().zip(diagnostics).zip(concerned) {
            let file = &found.primary.file;
            if is_concerned && !*known.entry(file.id()).or_insert_with(|| is_left_out(file)) {
                kept.insert(identity.clone());
            }
        }
        kept
    }
}
