//! The `git` program: what has changed, and how files were.
//!
//! It is asked and never told to write. Hooks, monitors and programs that the configuration of a repository names for
//! differences are not run, nothing is fetched, and what a user types is never taken for an option.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustc_hash::FxHashSet;

use super::Error;
use crate::workspace::MAX_FILE_BYTES;

/// What comes before the command in each call.
const CAREFUL: [&str; 7] = [
    "--no-optional-locks",
    "--no-pager",
    "-c",
    "core.fsmonitor=",
    "-c",
    "core.hooksPath=/dev/null",
    "--literal-pathspecs",
];

/// Older commits are not looked at for renames.
const MAX_COMMITS: usize = 5000;

/// A repository, as `git` knows it.
pub(super) struct Repository {
    /// The root of the working tree; canonical.
    pub root: PathBuf,
}

/// A commit, by its whole name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commit(String);

/// A file of a tree.
#[derive(Clone)]
pub(super) struct Entry {
    /// Its path from the root.
    pub path: String,
    blob: String,
}

/// A path that differs.
pub(super) struct Changed {
    /// What it is called now, from the root; of a file that is gone, what it was called.
    pub path: String,
    /// What it was called, if it was renamed.
    pub old: Option<String>,
    /// Whether it is not there any more.
    pub is_gone: bool,
}

impl Repository {
    /// The repository around the current folder.
    ///
    /// # Errors
    /// As [`Repository::around`].
    pub(super) fn here() -> Result<Repository, Error> {
        Repository::around(&std::env::current_dir()?)
    }

    /// The repository around `folder`.
    ///
    /// # Errors
    /// Where there is no `git`, or no repository.
    pub(super) fn around(folder: &Path) -> Result<Repository, Error> {
        let output = git(folder, &["rev-parse", "--show-toplevel"])?.map_err(|said| {
            Error::new(format!("what has changed cannot be found out: {}", first_line(&said)))
                .help("run promproof within a repository of git")
        })?;
        let root = String::from_utf8_lossy(&output).trim_end_matches('\n').to_owned();
        let root = PathBuf::from(root).canonicalize()?;
        Ok(Repository { root })
    }

    /// The commit at which HEAD has left `reference`: what has happened there since then is not ours.
    ///
    /// # Errors
    /// Where there is no such commit, or the history that both share is not here.
    pub(super) fn fork_point(&self, reference: &str) -> Result<Commit, Error> {
        let wanted = self.commit(reference)?;
        let head = self.commit("HEAD")?;
        match self.run(&["merge-base", &wanted.0, &head.0])? {
            Ok(output) => Ok(Commit(String::from_utf8_lossy(&output).trim().to_owned())),
            Err(_) => {
                let error = Error::new(format!("HEAD and `{reference}` have no commit in common here"));
                Err(if self.is_shallow() {
                    error.help(DEEPER)
                } else {
                    error.help("name a commit that HEAD comes from")
                })
            }
        }
    }

    /// The last commit; before the first one, the empty tree.
    ///
    /// # Errors
    /// Where it cannot be found.
    pub(super) fn head(&self) -> Result<Commit, Error> {
        let head = self.commit("HEAD");
        // It names a branch, which has no commit yet.
        if head.is_err() && self.run(&["symbolic-ref", "--quiet", "HEAD"])?.is_ok() {
            let output = self.checked(&["hash-object", "-t", "tree", "--stdin"])?;
            return Ok(Commit(String::from_utf8_lossy(&output).trim().to_owned()));
        }
        head
    }

    /// The commit that a reference names.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn commit(&self, reference: &str) -> Result<Commit, Error> {
        if reference.starts_with('-') || reference.is_empty() {
            return Err(Error::new(format!("`{reference}` is no name of a commit")));
        }
        let name = format!("{reference}^{{commit}}");
        match self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name])? {
            Ok(output) => Ok(Commit(String::from_utf8_lossy(&output).trim().to_owned())),
            Err(_) => {
                let error = Error::new(format!("there is no commit `{reference}` here"));
                Err(if self.is_shallow() {
                    error.help(DEEPER)
                } else if let Some(remote) = self.remote_of(reference) {
                    error.help(format!("fetch it first: `git fetch {remote}`"))
                } else {
                    error
                })
            }
        }
    }

    /// The remote whose branch the reference names, as `origin/main` does.
    fn remote_of(&self, reference: &str) -> Option<String> {
        let output = self.run(&["remote"]).ok()?.ok()?;
        let remotes = String::from_utf8_lossy(&output);
        let is_its = |remote: &&str| reference.strip_prefix(*remote).is_some_and(|rest| rest.starts_with('/'));
        remotes.lines().find(is_its).map(str::to_owned)
    }

    fn is_shallow(&self) -> bool {
        let answer = self.run(&["rev-parse", "--is-shallow-repository"]);
        matches!(answer, Ok(Ok(output)) if output.starts_with(b"true"))
    }

    /// The files that differ between a commit and the working tree; with `staged`, the index. Renames are found.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn changed(&self, since: &Commit, staged: bool) -> Result<Vec<Changed>, Error> {
        let mut args =
            vec!["diff", "--name-status", "-z", "-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules"];
        args.extend(staged.then_some("--cached"));
        args.extend([since.0.as_str(), "--"]);
        let output = self.checked(&args)?;
        let mut parts = texts(&output);
        let mut changed = Vec::new();
        while let Some(status) = parts.next() {
            let Some(path) = parts.next() else { break };
            if status.starts_with('R') || status.starts_with('C') {
                let Some(new) = parts.next() else { break };
                changed.push(Changed { path: new, old: status.starts_with('R').then_some(path), is_gone: false });
            } else {
                changed.push(Changed { path, old: None, is_gone: status == "D" });
            }
        }
        Ok(changed)
    }

    /// The renames below some folders (from the root) in the last [`MAX_COMMITS`] commits, the latest first.
    ///
    /// # Errors
    /// Where `git` fails, as it does where a part of the history is not here.
    pub(super) fn renames(&self, folders: &[String]) -> Result<Vec<(String, String)>, Error> {
        let skip = format!("--skip={MAX_COMMITS}");
        let oldest = self.checked(&["rev-list", "--max-count=1", &skip, "HEAD", "--"])?;
        let older = format!("^{}", String::from_utf8_lossy(&oldest).trim());
        // What the configuration of a repository says of `log` is not wanted: it may name a program for signatures.
        let mut args = vec!["-c", "log.showSignature=false", "-c", "log.follow=false", "log", "-z", "--format="];
        args.extend(["--name-status", "-M", "-l1000", "--diff-filter=R", "--no-ext-diff", "--no-textconv", "HEAD"]);
        args.extend((older.len() > 1).then_some(older.as_str()));
        args.push("--");
        args.extend(folders.iter().map(String::as_str));
        let output = self.checked(&args)?;
        let mut parts = texts(&output);
        let mut renames = Vec::new();
        while let Some(status) = parts.next() {
            let (true, Some(old), Some(new)) = (status.starts_with('R'), parts.next(), parts.next()) else { break };
            renames.push((old, new));
        }
        Ok(renames)
    }

    /// Whether something is staged to be committed.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn has_staged(&self) -> Result<bool, Error> {
        Ok(!self.changed(&self.head()?, true)?.is_empty())
    }

    /// The files whose text in the index is another one than in the working tree, and that text.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn half_staged(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let output = self.checked(&["diff", "--name-only", "-z", "--no-ext-diff", "--ignore-submodules", "--"])?;
        let differing: FxHashSet<String> = texts(&output).collect();
        if differing.is_empty() {
            return Ok(Vec::new());
        }
        let output = self.checked(&["ls-files", "--stage", "-z"])?;
        let entries = entries(&output, |meta| meta.split(' ').nth(1)).filter(|entry| differing.contains(&entry.path));
        let mut found = Vec::new();
        self.contents(&entries.collect::<Vec<_>>(), &mut |entry, bytes| {
            found.push((entry.path.clone(), bytes));
            Ok(())
        })?;
        Ok(found)
    }

    /// The files of the index that are not in the working tree alone.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn untracked(&self) -> Result<Vec<String>, Error> {
        let output = self.checked(&["ls-files", "--others", "--exclude-standard", "-z", "--"])?;
        Ok(texts(&output).collect())
    }

    /// The regular files of a commit.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn files(&self, commit: &Commit) -> Result<Vec<Entry>, Error> {
        let output = self.checked(&["ls-tree", "-r", "-z", "--full-tree", &commit.0])?;
        Ok(entries(&output, |meta| meta.split(' ').nth(2)).collect())
    }

    /// Reads files, and hands each over; larger ones than promproof reads are left out.
    ///
    /// # Errors
    /// Where `git` fails, or `visit` does.
    pub(super) fn contents(
        &self,
        entries: &[Entry],
        visit: &mut dyn FnMut(&Entry, Vec<u8>) -> io::Result<()>,
    ) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        // From a file, so that neither side waits for the other.
        let scratch = super::scratch::Scratch::new()?;
        let mut names = File::options().read(true).write(true).create_new(true).open(scratch.path().join("names"))?;
        for entry in entries {
            writeln!(names, "{}", entry.blob)?;
        }
        names.rewind()?;
        let mut child = command(&self.root, &["cat-file", "--batch"])
            .stdin(Stdio::from(names))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| no_git(&error))?;
        let Some(stdout) = child.stdout.take() else { return Ok(()) };
        let mut out = BufReader::new(stdout);
        for entry in entries {
            let mut head = String::new();
            out.read_line(&mut head)?;
            let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
            let Some(size) = size else {
                return Err(Error::new(format!("git does not have the old text of {}", entry.path)).help(DEEPER));
            };
            if size > MAX_FILE_BYTES {
                io::copy(&mut (&mut out).take(size + 1), &mut io::sink())?;
                continue;
            }
            let mut bytes = Vec::new();
            (&mut out).take(size).read_to_end(&mut bytes)?;
            // A line break stands behind it.
            out.read_exact(&mut [0])?;
            visit(entry, bytes)?;
        }
        drop(out);
        child.wait()?;
        Ok(())
    }

    fn run(&self, args: &[&str]) -> Result<Result<Vec<u8>, String>, Error> {
        git(&self.root, args)
    }

    fn checked(&self, args: &[&str]) -> Result<Vec<u8>, Error> {
        self.run(args)?.map_err(|said| Error::new(format!("git failed: {}", first_line(&said))))
    }
}

const DEEPER: &str = "the clone is shallow or partial: fetch more of the history (`git fetch --unshallow`; `fetch-depth: 0` of actions/checkout)";

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(CAREFUL).args(args).current_dir(folder).stdin(Stdio::null());
    for (name, value) in
        [("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_NO_LAZY_FETCH", "1"), ("LC_ALL", "C")]
    {
        command.env(name, value);
    }
    for name in ["GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_TRACE"] {
        command.env_remove(name);
    }
    command
}

/// What `git` prints; the inner error is what it says where it fails.
fn git(folder: &Path, args: &[&str]) -> Result<Result<Vec<u8>, String>, Error> {
    let output = command(folder, args).output().map_err(|error| no_git(&error))?;
    match output.status.success() {
        true => Ok(Ok(output.stdout)),
        false => Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

fn no_git(error: &io::Error) -> Error {
    Error::new(format!("what has changed cannot be found out: git cannot be run: {error}"))
        .help("install git, or check everything")
}

fn first_line(said: &str) -> String {
    let line = said.lines().next().unwrap_or("it does not say why");
    line.trim_start_matches("fatal: ").to_owned()
}

/// The texts between zero bytes. A name that is no UTF-8 is none that promproof could read.
fn texts(output: &[u8]) -> impl Iterator<Item = String> {
    let parts = output.split(|byte| *byte == 0).filter(|part| !part.is_empty());
    parts.map(|part| String::from_utf8_lossy(part).into_owned())
}

/// The regular files of a list, `blob` being the name of the text in what stands before the tab.
fn entries(output: &[u8], blob: impl Fn(&str) -> Option<&str>) -> impl Iterator<Item = Entry> {
    let lines: Vec<String> = texts(output).collect();
    lines.into_iter().filter_map(move |line| {
        let (meta, path) = line.split_once('\t')?;
        let is_file = meta.starts_with("100");
        let is_inside = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        let entry = || Some(Entry { path: path.to_owned(), blob: blob(meta)?.to_owned() });
        (is_file && is_inside && Path::new(path).iter().all(|part| part != OsStr::new(".git"))).then(entry)?
    })
}
