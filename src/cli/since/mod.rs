//! `promproof check --since` and `--staged`: only what a change has to do with.
//!
//! The files are checked as they were, too; what is told is the difference, and what lies in rules and tests that the
//! change has touched or affected. Documents that have not changed are shared by both runs ([`shared`]); where that would
//! not be safe, all files are read as they were ([`tree`]).

mod owners;
mod shared;
mod tree;

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
use crate::lint::{self, Config, Earlier, Gone, Identity, Kept, Renamed, Side};
use crate::source::{Diagnostic, FileId, SourceFile};
use crate::workspace::{self, Document, Purpose, Workspace};
use tree::Tree;

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

    /// Compare in this way only, or fail: for tests, which hold one way against the other
    #[arg(long, value_name = "WAY", value_enum, hide = true)]
    pub comparing: Option<Way>,
}

/// How the files are compared with what they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Way {
    /// What has not changed is read and linted once.
    Shared,
    /// Everything is read and linted twice.
    Whole,
}

/// What has changed.
enum Change {
    /// Whatever has since this commit.
    Since(String),
    /// What is staged.
    Staged,
}

/// How the files were.
pub(super) struct Before {
    workspace: Workspace,
    config: Config,
    renamed: Renamed,
    /// What was recorded, and is not any more.
    pub gone: Gone,
    /// Files that are not part of the change, by their canonical paths.
    left_out: FxHashSet<PathBuf>,
    /// Where the files are that were written as they were; `None` where the workspace shares those of the run. They are
    /// read again where tests name rules.
    tree: Option<Scratch>,
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
        // git is asked two things at a time: each answer takes a process.
        let (changed, (untracked, files_then)) =
            rayon::join(|| change.files(&repository, &commit), || (repository.untracked(), repository.files(&commit)));
        let (changed, untracked) = (changed?, untracked?);
        let named = changed.iter().map(|changed| &changed.path).chain(&untracked);
        forbid_lost_names(&inputs.workspace, &repository.root, &current_dir, named)?;
        let mut left_out = FxHashSet::default();
        let mut unstaged = Vec::new();
        if is_staged {
            left_out.extend(untracked.iter().map(|path| repository.root.join(path)));
            unstaged = stage(inputs, paths, &repository)?;
        }
        let progress = session.progress("looking at how it was");
        let paths = Paths { named: paths, current_dir: &current_dir, repository: &repository };
        paths.forbid_outside()?;
        let (entries, links) = files_then?;
        let config = owners::as_it_was(config, &repository, &entries, &changed, &current_dir)?;
        let then = Then { entries, links, changed, untracked, unstaged };
        let shared = match self.comparing {
            Some(Way::Whole) => None,
            _ => shared::read(&inputs.workspace, &config, &paths, &then)?,
        };
        let renamed = renamed(&then.changed, &repository, &root(&config, &current_dir));
        let (workspace, elsewhere, config, tree) = match shared {
            Some(shared) => (shared.workspace, shared.changed, config, None),
            None if self.comparing == Some(Way::Shared) => {
                return Err(Error::new("this change cannot be compared by what is shared"));
            }
            None => {
                let tree = Tree::new(&repository, &config, &current_dir)?;
                tree.write(&then, &inputs.workspace, &config)?;
                let (workspace, config) = tree.read(paths.named, &then.changed, &config, files)?;
                let elsewhere = tree.read_changed(&then.changed, &config, files);
                (workspace, elsewhere, config, Some(tree.scratch))
            }
        };
        drop(progress);
        // What a file records that is not named, rules that are may read.
        let mut gone = Gone::between([&workspace, &elsewhere], &inputs.workspace);
        if !gone.is_empty() && !inputs.workspace.has_walked(&repository.root) {
            // It may have moved to a file that the run leaves out.
            let everything = [repository.root.clone()];
            let lookup = files.lookup(&config, &everything);
            let mut whole = Inputs::read(Purpose::Check, &everything, "", &lookup, config.settings());
            if is_staged {
                stage(&mut whole, &everything, &repository)?;
            }
            gone.leave_out(&whole.workspace);
        }
        Ok(Some(Before { workspace, config, renamed, gone, left_out, tree }))
    }
}

/// Looks whether a file that has changed is one whose name is not UTF-8: it would be taken for one that has not changed. `named`
/// are paths from the root as git prints them, with marks in the place of what is no text.
fn forbid_lost_names<'n>(
    workspace: &Workspace,
    root: &Path,
    current_dir: &Path,
    named: impl Iterator<Item = &'n String>,
) -> Result<(), Error> {
    let is_lost =
        |path: &Path| path.to_str().is_some_and(|path| path.contains(char::REPLACEMENT_CHARACTER)) && !path.exists();
    let whole = |document: &Arc<Document>| workspace::paths::normalize(&current_dir.join(document.source.name()));
    let lost: FxHashSet<PathBuf> = workspace.documents().iter().map(whole).filter(|path| is_lost(path)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    match named.into_iter().find(|path| lost.contains(&root.join(path))) {
        Some(path) => Err(Error::new(format!("what has changed in `{path}` cannot be told: its name is not UTF-8"))
            .help("rename it, or check everything")),
        None => Ok(()),
    }
}

/// The folder to which names of findings are relative; canonical.
fn root(config: &Config, current_dir: &Path) -> PathBuf {
    config.files().root().canonicalize().unwrap_or_else(|_| current_dir.to_owned())
}

/// What renamed files are called now and were called before, as findings name them.
fn renamed(changed: &[Changed], repository: &Repository, root: &Path) -> Renamed {
    let name =
        |path: &str| workspace::paths::from_folder(root, &repository.root.join(path)).to_string_lossy().into_owned();
    changed.iter().filter_map(|changed| Some((name(&changed.path), name(changed.old.as_ref()?)))).collect()
}

/// Names of files that say which others are ignored.
const IGNORE_FILES: [&str; 2] = [".gitignore", ".ignore"];

/// What git knows of how the files were; by paths from the root.
struct Then {
    /// The regular files of the commit.
    entries: Vec<Entry>,
    /// Its symbolic links.
    links: Vec<Entry>,
    /// What is other than in the commit.
    changed: Vec<Changed>,
    /// What git does not know yet. What it ignores is none of it.
    untracked: Vec<String>,
    /// Files that are not part of the change, and other ones than in the commit all the same.
    unstaged: Vec<String>,
}

impl Then {
    /// What is there now and was not; of folders in which everything is new, it may be the folder.
    fn absent(&self) -> FxHashSet<&str> {
        let there: FxHashSet<&str> = self.entries.iter().map(|entry| entry.path.as_str()).collect();
        let now = self.changed.iter().map(|changed| &changed.path).chain(&self.untracked).map(String::as_str);
        now.filter(|path| !there.contains(path)).collect()
    }
}

/// What the user named, and where.
struct Paths<'a> {
    named: &'a [PathBuf],
    /// Canonical.
    current_dir: &'a Path,
    repository: &'a Repository,
}

impl Paths<'_> {
    /// Looks whether git knows of all of them.
    fn forbid_outside(&self) -> Result<(), Error> {
        let is_outside = |path: &&PathBuf| {
            !workspace::paths::normalize(&self.current_dir.join(path)).starts_with(&self.repository.root)
        };
        match self.named.iter().find(is_outside) {
            Some(path) => {
                let message =
                    format!("{} lies outside of the repository, which knows nothing of its changes", path.display());
                Err(Error::new(message).help("name files of the repository only, or leave --since and --staged out"))
            }
            None => Ok(()),
        }
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

/// Gives files the text that is staged, where that is another one; `paths` are those that the user named. Gives the paths
/// of those that are none of the run's.
fn stage(inputs: &mut Inputs, paths: &[PathBuf], repository: &Repository) -> Result<Vec<String>, Error> {
    let staged = repository.half_staged()?;
    let mut others = Vec::new();
    if staged.is_empty() {
        return Ok(others);
    }
    let sources = inputs.workspace.documents().iter().map(|document| Arc::clone(&document.source));
    let by_path: FxHashMap<PathBuf, Arc<SourceFile>> =
        sources.filter_map(|source| Some((Path::new(source.name()).canonicalize().ok()?, source))).collect();
    let named: FxHashSet<PathBuf> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut texts = Vec::new();
    for (path, bytes) in staged {
        let whole = repository.root.join(&path);
        match by_path.get(&whole) {
            Some(file) => {
                texts.push((file.id(), workspace::from_bytes(file.name(), bytes), named.contains(&whole)));
            }
            None => others.push(path),
        }
    }
    inputs.workspace.reread(texts);
    Ok(others)
}

impl Before {
    /// Which of the findings of a run the change has to do with. `kept` is what the run has left.
    pub(super) fn concerned(
        mut self,
        workspace: &Workspace,
        config: &Config,
        kept: &Kept,
        diagnostics: &[Diagnostic],
        identities: &[Identity],
    ) -> FxHashSet<Identity> {
        let earlier = match &self.tree {
            Some(_) => Earlier { diagnostics: lint::run(&self.workspace, &self.config), ..Earlier::default() },
            None => {
                self.workspace.learn_from(workspace);
                lint::run_earlier(&self.workspace, &self.config, workspace, kept)
            }
        };
        let old_identities = lint::identify(&self.workspace, &self.config, &earlier.diagnostics);
        let before = Side { workspace: &self.workspace, config: &self.config, identities: &old_identities };
        let after = Side { workspace, config, identities };
        let concerned = lint::concerned(&before, &after, diagnostics, &self.renamed, &earlier.unchanged);
        let is_left_out = |file: &SourceFile| {
            !self.left_out.is_empty()
                && Path::new(file.name()).canonicalize().is_ok_and(|path| self.left_out.contains(&path))
        };
        // Asked once a file and not once a finding.
        let mut known: FxHashMap<FileId, bool> = FxHashMap::default();
        let mut told = FxHashSet::default();
        for ((identity, found), is_concerned) in identities.iter().zip(diagnostics).zip(concerned) {
            let file = &found.primary.file;
            if is_concerned && !*known.entry(file.id()).or_insert_with(|| is_left_out(file)) {
                told.insert(identity.clone());
            }
        }
        // Trees are not taken apart where the process ends; a folder has to go.
        std::mem::forget(self.workspace);
        told
    }
}
