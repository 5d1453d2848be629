//! The `git` program: what has changed, and how files were.
//!
//! It is asked and never told to write. Hooks, monitors, filters and programs that the configuration of a repository names
//! for differences are not run, nothing is fetched, and what a user types is never taken for an option. A folder that a
//! commit has brought is never taken for a repository.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use rustc_hash::FxHashSet;

use super::{Error, threads};
use crate::workspace::{self, MAX_FILE_BYTES};

/// What comes before the command in each call.
const CAREFUL: [&str; 9] = [
    "--no-optional-locks",
    "--no-pager",
    "-c",
    "core.fsmonitor=",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "safe.bareRepository=explicit",
    "--literal-pathspecs",
];

/// Older commits are not looked at for renames.
const MAX_COMMITS: usize = 5000;
/// So long git may look for them; what it has found by then counts.
const MAX_LOOKING_BACK: Duration = Duration::from_secs(3);
/// So many bytes of what it finds are read.
const MAX_FOUND: u64 = 8 * 1024 * 1024;

/// A repository, as `git` knows it.
pub(super) struct Repository {
    /// The root of the working tree; canonical.
    pub root: PathBuf,
    /// The programs that its configuration names for what goes into commits and comes out of them.
    filters: OnceLock<Vec<String>>,
}

/// What has become of a file in a commit.
pub(super) enum Moved {
    /// It has another name since.
    Renamed { old: String, new: String },
    /// It was written, or removed.
    CameOrWent(String),
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
    /// Whether it is a symbolic link, or was one.
    pub is_link: bool,
}

impl Commit {
    /// The one whose name `git` has printed.
    fn printed(output: &[u8]) -> Commit {
        Commit(String::from_utf8_lossy(output).trim().to_owned())
    }
}

impl Changed {
    /// What it was called, or would have been.
    pub(super) fn old_path(&self) -> &str {
        self.old.as_ref().unwrap_or(&self.path)
    }

    /// What it is called, and was.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.path.as_str()).chain(self.old.as_deref())
    }
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
        // Older versions of git take a folder that looks like a repository for one, also where a commit has brought it.
        let is_said = ["GIT_DIR", "GIT_WORK_TREE"].iter().any(|name| std::env::var_os(name).is_some());
        let folder = folder.canonicalize()?;
        if !is_said && workspace::root_of(&folder) != Some(root.as_path()) {
            return Err(Error::new(
                "what has changed cannot be found out: git takes a folder without `.git` for a repository",
            ));
        }
        Ok(Repository { root, filters: OnceLock::new() })
    }

    /// The commit at which HEAD has left `reference`: what has happened there since then is not ours.
    ///
    /// # Errors
    /// Where there is no such commit, or the history that both share is not here.
    pub(super) fn fork_point(&self, reference: &str) -> Result<Commit, Error> {
        // In one process where all is well; what is wrong is found out step by step.
        if is_name(reference)
            && let Ok(output) = self.run(&["merge-base", "--end-of-options", &peeled(reference), &peeled("HEAD")])?
        {
            return Ok(Commit::printed(&output));
        }
        let wanted = self.commit(reference)?;
        let head = self.commit("HEAD")?;
        match self.run(&["merge-base", &wanted.0, &head.0])? {
            Ok(output) => Ok(Commit::printed(&output)),
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
            return Ok(Commit::printed(&output));
        }
        head
    }

    /// The commit that a reference names.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn commit(&self, reference: &str) -> Result<Commit, Error> {
        if !is_name(reference) {
            return Err(Error::new(format!("`{reference}` is no name of a commit")));
        }
        match self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled(reference)])? {
            Ok(output) => Ok(Commit::printed(&output)),
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

    /// The files that differ between a commit and the working tree; with `staged`, the index. Renames are found. Of a submodule
    /// that is at another commit, its folder.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn changed(&self, since: &Commit, staged: bool) -> Result<Vec<Changed>, Error> {
        let mut args = vec!["diff", "--raw", "-z", "-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"];
        args.extend(staged.then_some("--cached"));
        args.extend([since.0.as_str(), "--"]);
        let output = self.compared(&args)?;
        let mut parts = texts(&output);
        let mut changed = Vec::new();
        while let Some(meta) = parts.next() {
            let Some(path) = parts.next() else { break };
            // Both modes, both texts, and the status.
            let status = meta.rsplit(' ').next().unwrap_or_default();
            let is_link = meta.trim_start_matches(':').split(' ').take(2).any(|mode| mode == LINK);
            if status.starts_with('R') || status.starts_with('C') {
                let Some(new) = parts.next() else { break };
                let old = status.starts_with('R').then_some(path);
                changed.push(Changed { path: new, old, is_gone: false, is_link });
            } else {
                changed.push(Changed { path, old: None, is_gone: status == "D", is_link });
            }
        }
        Ok(changed)
    }

    /// What was renamed, written and removed below some folders (from the root) in the last [`MAX_COMMITS`] commits, the
    /// latest first; as much of it as git finds within [`MAX_LOOKING_BACK`].
    ///
    /// # Errors
    /// Where `git` fails, as it does where a part of the history is not here.
    pub(super) fn moved(&self, folders: &[String]) -> Result<Vec<Moved>, Error> {
        let skip = format!("--skip={MAX_COMMITS}");
        let oldest = self.checked(&["rev-list", "--max-count=1", &skip, "HEAD", "--"])?;
        let older = format!("^{}", String::from_utf8_lossy(&oldest).trim());
        // What the configuration of a repository says of `log` is not wanted: it may name a program for signatures.
        let mut args = vec!["-c", "log.showSignature=false", "-c", "log.follow=false", "log", "-z", "--format="];
        args.extend(["--name-status", "-M", "-l200", "--diff-filter=RAD", "--no-ext-diff", "--no-textconv", "HEAD"]);
        args.extend((older.len() > 1).then_some(older.as_str()));
        args.push("--");
        args.extend(folders.iter().map(String::as_str));
        let output = within(MAX_LOOKING_BACK, command(&self.root, &args))?;
        let mut parts = texts(&output);
        let mut moved = Vec::new();
        while let (Some(status), Some(path)) = (parts.next(), parts.next()) {
            moved.push(match status.starts_with('R') {
                true => match parts.next() {
                    Some(new) => Moved::Renamed { old: path, new },
                    None => break,
                },
                false => Moved::CameOrWent(path),
            });
        }
        Ok(moved)
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
        let output = self.compared(&["diff", "--name-only", "-z", "--no-ext-diff", "--ignore-submodules", "--"])?;
        let differing: FxHashSet<String> = texts(&output).collect();
        if differing.is_empty() {
            return Ok(Vec::new());
        }
        let output = self.checked(&["ls-files", "--stage", "-z"])?;
        let entries =
            entries(&output, FILE, |meta| meta.split(' ').nth(1)).filter(|entry| differing.contains(&entry.path));
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

    /// The regular files of a commit, and its symbolic links.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn files(&self, commit: &Commit) -> Result<(Vec<Entry>, Vec<Entry>), Error> {
        let output = self.checked(&["ls-tree", "-r", "-z", "--full-tree", &commit.0])?;
        let of_mode = |mode| entries(&output, mode, |meta| meta.split(' ').nth(2)).collect();
        Ok((of_mode(FILE), of_mode(LINK)))
    }

    /// Where symbolic links say to lead, each behind its path.
    ///
    /// # Errors
    /// Where `git` fails.
    pub(super) fn targets(&self, links: &[Entry]) -> Result<Vec<(String, String)>, Error> {
        let mut targets = Vec::new();
        self.contents(links, &mut |link, bytes| {
            targets.extend(String::from_utf8(bytes).ok().map(|target| (link.path.clone(), target)));
            Ok(())
        })?;
        Ok(targets)
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
        self.run(args)?.map_err(failed)
    }

    /// As [`Repository::checked`] for a command that looks into the working tree: what it reads there would go through the
    /// filters of the configuration, which are programs.
    fn compared(&self, args: &[&str]) -> Result<Vec<u8>, Error> {
        let mut command = command(&self.root, args);
        // A name may hold whatever would end it in an argument.
        let given = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
        let filters = self.filters()?;
        let values = [("clean", ""), ("process", ""), ("required", "false")];
        let settings = filters.iter().flat_map(|filter| values.map(|(key, value)| (format!("{filter}.{key}"), value)));
        let mut count = given;
        for (key, value) in settings {
            command.env(format!("GIT_CONFIG_KEY_{count}"), key).env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        answer(command)?.map_err(failed)
    }

    /// `filter.NAME` for each filter that the configuration names a program for.
    fn filters(&self) -> Result<&[String], Error> {
        if let Some(known) = self.filters.get() {
            return Ok(known);
        }
        // Where there is none, git fails.
        let output = self.run(&["config", "--null", "--name-only", "--get-regexp", r"^filter\."])?.unwrap_or_default();
        let mut filters: Vec<String> =
            texts(&output).filter_map(|key| Some(key.rsplit_once('.')?.0.to_owned())).collect();
        filters.sort_unstable();
        filters.dedup();
        Ok(self.filters.get_or_init(|| filters))
    }
}

const DEEPER: &str = "the clone is shallow or partial: fetch more of the history (`git fetch --unshallow`; `fetch-depth: 0` of actions/checkout)";

/// Whether `git` could take it for the name of a commit, and not for an option.
fn is_name(reference: &str) -> bool {
    !reference.is_empty() && !reference.starts_with('-')
}

/// What names the commit that a reference leads to, and nothing where it leads to something else.
fn peeled(reference: &str) -> String {
    format!("{reference}^{{commit}}")
}

fn command(folder: &Path, args: &[&str]) -> Command {
    // It has threads of its own, and this one waits for it.
    threads::roam();
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
    answer(command(folder, args))
}

fn answer(mut command: Command) -> Result<Result<Vec<u8>, String>, Error> {
    let output = command.output().map_err(|error| no_git(&error))?;
    match output.status.success() {
        true => Ok(Ok(output.stdout)),
        false => Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

fn failed(said: String) -> Error {
    Error::new(format!("git failed: {}", first_line(&said)))
}

/// What `git` has printed after so long, or once it has ended or printed [`MAX_FOUND`] bytes, up to the last whole text.
fn within(limit: Duration, mut command: Command) -> Result<Vec<u8>, Error> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|error| no_git(&error))?;
    let Some(stdout) = child.stdout.take() else { return Ok(Vec::new()) };
    let (ended, waiting) = mpsc::channel::<()>();
    let reader = std::thread::spawn(move || {
        let mut found = Vec::new();
        // What was read until it broke off is as good as the rest.
        let _ = stdout.take(MAX_FOUND).read_to_end(&mut found);
        drop(ended);
        found
    });
    // Nothing is ever sent: the other end is dropped, or time is up.
    let _ = waiting.recv_timeout(limit);
    let _ = child.kill();
    child.wait()?;
    let mut found = reader.join().unwrap_or_default();
    found.truncate(found.iter().rposition(|byte| *byte == 0).map_or(0, |last| last + 1));
    Ok(found)
}

fn no_git(error: &io::Error) -> Error {
    Error::new(format!("what has changed cannot be found out: git cannot be run: {error}"))
        .help("install git, or check everything")
}

fn first_line(said: &str) -> String {
    let line = said.lines().next().unwrap_or("it does not say why");
    line.trim_start_matches("fatal: ").to_owned()
}

/// The texts between zero bytes; what is no UTF-8 in them is replaced.
fn texts(output: &[u8]) -> impl Iterator<Item = String> {
    let parts = output.split(|byte| *byte == 0).filter(|part| !part.is_empty());
    parts.map(|part| String::from_utf8_lossy(part).into_owned())
}

/// How the modes of regular files begin.
const FILE: &str = "100";
/// The mode of symbolic links.
const LINK: &str = "120000";

/// The entries of a list whose modes begin with `mode`, `blob` being the name of the text in what stands before the tab.
fn entries(output: &[u8], mode: &str, blob: impl Fn(&str) -> Option<&str>) -> impl Iterator<Item = Entry> {
    let lines: Vec<String> = texts(output).collect();
    lines.into_iter().filter_map(move |line| {
        let (meta, path) = line.split_once('\t')?;
        let is_wanted = meta.starts_with(mode);
        let is_inside = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        let entry = || Some(Entry { path: path.to_owned(), blob: blob(meta)?.to_owned() });
        (is_wanted && is_inside && Path::new(path).iter().all(|part| part != OsStr::new(".git"))).then(entry)?
    })
}
