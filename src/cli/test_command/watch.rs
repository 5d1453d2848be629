//! `promproof test --watch`: runs the tests again when a file changes that they depend on.
//!
//! Whether something has changed is decided by looking: the size and the time of every file that may be a test and of
//! every rule file that a test names. The operating system's watcher, or a clock where there is none, only says when to
//! look. So it does not matter how an editor writes (in place, or a new file that is renamed) nor which events a system
//! makes of that, and what the run itself writes starts no further run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::TestArgs;
use super::suite::Opened;
use crate::cli::config::{self, ConfigFileArgs};
use crate::cli::{Error, ExitStatus, Session};
use crate::model::calendar;
use crate::report::text::one_line;
use crate::report::workflow::Syntax;
use crate::workspace::{self, Lookup, Workspace};

/// Editors and `git checkout` write in several steps: so long it must be quiet before the tests run.
const QUIET: Duration = Duration::from_millis(100);
/// Where it is never quiet, the tests run after this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often files are looked at where nothing tells of changes.
const POLL: Duration = Duration::from_millis(500);

/// Running again and again.
#[derive(Debug, Args)]
pub(in crate::cli) struct WatchArgs {
    /// Run again whenever a test file or a rule file changes, appears or goes; Ctrl-C ends it
    #[arg(long, conflicts_with_all = ["list", "update", "to_promtool"])]
    pub watch: bool,

    /// With --watch: look every half second, where the system does not tell of changes (network and container mounts)
    #[arg(long, requires = "watch")]
    pub poll: bool,
}

/// Runs the tests (`run`) of the files that are there (`open`) now and after each change, until the program is stopped
/// from outside. Each time all files are read anew: that takes milliseconds, and nothing can be out of date.
///
/// # Errors
/// Where the tests come from standard input, or nobody reads the output any more. What keeps one run from its work is
/// printed, and the next change may have set it right.
pub(super) fn run(
    args: &TestArgs,
    session: &Session,
    open: &dyn Fn(&Session) -> Result<Opened, Error>,
    run: &dyn Fn(Opened, &Session) -> Result<ExitStatus, Error>,
) -> Result<ExitStatus, Error> {
    if args.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Error::new("--watch cannot watch standard input").help("name the test file instead of `-`"));
    }
    let mut watched = Watched {
        paths: &args.paths,
        config: args.policy.config_file(),
        lookup: Lookup::default(),
        rule_files: BTreeSet::new(),
    };
    let mut alarm = Alarm::new(args.watch.poll);
    let mut reason = "first run".to_owned();
    loop {
        watched.configure(args);
        // Before the state is taken, which is taken before the files are read: nothing changes unseen in between.
        alarm.watch(&watched.folders());
        let found = watched.found();
        begin(session, &reason)?;
        let session = session.anew();
        let opened = open(&session);
        if let Ok(opened) = &opened {
            watched.learn(&opened.workspace);
            alarm.watch(&watched.folders());
        }
        // The rule files of a test are read when it runs.
        let state = State { files: watched.rules().chain(found).collect() };
        if let Err(error) = opened.and_then(|opened| run(opened, &session)) {
            session.report(&error);
            if error.closed_pipe {
                return Ok(ExitStatus::Failed);
            }
        }
        let files = state.files.len();
        writeln!(session.stderr(), "watching {files} file{}; Ctrl-C ends", if files == 1 { "" } else { "s" })?;
        reason = loop {
            alarm.wait()?;
            if let Some(change) = state.difference(&watched.state()) {
                break change;
            }
            alarm.watch(&watched.folders());
        };
    }
}

/// Clears the screen where there is one, and says when and why the tests run.
fn begin(session: &Session, reason: &str) -> Result<(), Error> {
    if session.interactive {
        let mut stdout = session.stdout(Syntax::Text);
        // Erase the screen and what was scrolled out of it; back to the first line.
        write!(stdout, "\x1b[2J\x1b[3J\x1b[H")?;
        stdout.flush()?;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = calendar::format_rfc3339(i64::try_from(now.as_secs()).unwrap_or(0).saturating_mul(1000));
    let time = date.get(11..19).unwrap_or_default();
    writeln!(session.stderr(), "{time} UTC: {}", one_line(reason))?;
    Ok(())
}

/// What the tests depend on.
struct Watched<'a> {
    paths: &'a [PathBuf],
    config: &'a ConfigFileArgs,
    /// What the configuration said when it was last sound.
    lookup: Lookup,
    /// The patterns of all `rule_files` that were read, and the folders that they are relative to. None is forgotten:
    /// while a test file is being edited it may be broken for a moment.
    rule_files: BTreeSet<(PathBuf, String)>,
}

impl Watched<'_> {
    /// Reads where files are looked for.
    fn configure(&mut self, args: &TestArgs) {
        if let Some(config) = config::load_sound(args.policy.config_file()) {
            self.lookup = args.policy.files().lookup(&config, &args.paths);
        }
    }

    /// Notes which rule files the tests name.
    fn learn(&mut self, workspace: &Workspace) {
        for input in workspace.tests() {
            let patterns = input.test.rule_files.iter();
            self.rule_files.extend(patterns.map(|pattern| (input.folder.clone(), pattern.text().to_owned())));
        }
    }

    fn rule_paths(&self) -> impl Iterator<Item = PathBuf> {
        self.rule_files
            .iter()
            .flat_map(|(folder, pattern)| workspace::rule_file_paths(folder, pattern, &self.lookup.home))
    }

    /// The configuration, which says what is warned of.
    fn config_path(&self) -> Option<PathBuf> {
        let current_dir = std::env::current_dir().ok()?;
        let path = config::path(self.config, &current_dir).ok()??;
        Some(path.strip_prefix(&current_dir).map_or(path.clone(), Path::to_owned))
    }

    /// How the files are now.
    fn state(&self) -> State {
        State { files: self.rules().chain(self.found()).collect() }
    }

    /// The files that may be tests, and the configuration.
    fn found(&self) -> Vec<(PathBuf, Stamp)> {
        let tests = workspace::discover(self.paths, &self.lookup).files.into_iter().map(|found| found.path);
        tests.chain(self.config_path()).filter_map(stamped).collect()
    }

    /// The rule files that tests name.
    fn rules(&self) -> impl Iterator<Item = (PathBuf, Stamp)> {
        self.rule_paths().filter_map(stamped)
    }

    /// The folders in which changes matter.
    fn folders(&self) -> BTreeSet<PathBuf> {
        let mut folders: BTreeSet<PathBuf> =
            workspace::discover(self.paths, &self.lookup).folders.into_iter().collect();
        let named = self.paths.iter().filter(|path| !path.is_dir());
        folders.extend(named.filter_map(|path| path.parent().map(Path::to_owned)));
        folders.extend(self.rule_paths().filter_map(|path| path.parent().map(Path::to_owned)));
        folders.extend(self.config_path().and_then(|path| path.parent().map(Path::to_owned)));
        // A rule file that does not exist yet will appear here.
        folders.extend(
            self.rule_files.iter().filter_map(|(folder, pattern)| Some(folder.join(Path::new(pattern).parent()?))),
        );
        let current = |folder: PathBuf| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        folders.into_iter().map(current).filter(|folder| folder.is_dir()).collect()
    }
}

/// Time and size of a file.
type Stamp = (Option<SystemTime>, u64);

/// A file with its time and size; `None` where there is none.
fn stamped(path: PathBuf) -> Option<(PathBuf, Stamp)> {
    let metadata = fs::metadata(&path).ok()?;
    Some((path, (metadata.modified().ok(), metadata.len())))
}

/// Time and size of files.
#[derive(Debug, PartialEq, Eq)]
struct State {
    files: BTreeMap<PathBuf, Stamp>,
}

impl State {
    /// What has changed, in a few words; `None` where nothing has.
    fn difference(&self, now: &State) -> Option<String> {
        let gone = self.files.keys().filter(|path| !now.files.contains_key(*path)).map(|path| (path, "is gone"));
        let others = now.files.iter().filter_map(|(path, stamp)| match self.files.get(path) {
            None => Some((path, "is new")),
            Some(before) => (before != stamp).then_some((path, "has changed")),
        });
        let changes: Vec<(&PathBuf, &str)> = gone.chain(others).collect();
        let (path, what) = changes.first()?;
        let more = match changes.len() {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        Some(format!("{} {what}{more}", path.display()))
    }
}

/// Says when it is time to look.
struct Alarm {
    watcher: Option<RecommendedWatcher>,
    events: Receiver<()>,
    /// Whether there is something that the watcher does not see.
    polls: bool,
}

impl Alarm {
    fn new(polls: bool) -> Self {
        let (sender, events) = mpsc::channel();
        let told = move |event: notify::Result<notify::Event>| {
            // Reading the files is an event too. An error (events that were lost) is a reason to look.
            if event.map_or(true, |event| !event.kind.is_access()) {
                // Nobody listens any more when the program is about to end.
                let _ = sender.send(());
            }
        };
        let watcher = if polls { None } else { notify::recommended_watcher(told).ok() };
        Alarm { polls: watcher.is_none(), watcher, events }
    }

    /// Watches these folders too. A folder that was watched already may have been removed and made again.
    fn watch(&mut self, folders: &BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else { return };
        for folder in folders {
            self.polls |= watcher.watch(folder, RecursiveMode::NonRecursive).is_err();
        }
    }

    /// Waits until there is a reason to look and no further one for a moment.
    ///
    /// # Errors
    /// Where no reason will ever come.
    fn wait(&self) -> Result<(), Error> {
        let ended = || Error::new("the watcher of files has ended").help("use --poll");
        if self.watcher.is_none() {
            std::thread::sleep(POLL);
            return Ok(());
        }
        if self.polls {
            match self.events.recv_timeout(POLL) {
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(ended()),
                Ok(()) => {}
            }
        } else {
            self.events.recv().map_err(|_| ended())?;
        }
        let first = Instant::now();
        while first.elapsed() < PATIENCE && self.events.recv_timeout(QUIET).is_ok() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(files: &[(&str, u64)]) -> State {
        State { files: files.iter().map(|(path, size)| (PathBuf::from(path), (None, *size))).collect() }
    }

    #[test]
    fn what_has_changed_is_said() {
        let before = state(&[("a.yml", 1), ("b.yml", 2)]);
        let after = |files: &[(&str, u64)]| before.difference(&state(files)).unwrap_or_default();
        insta::assert_snapshot!(after(&[("a.yml", 1), ("b.yml", 2)]), @"");
        insta::assert_snapshot!(after(&[("a.yml", 1), ("b.yml", 3)]), @"b.yml has changed");
        insta::assert_snapshot!(after(&[("a.yml", 1), ("b.yml", 2), ("c.yml", 1)]), @"c.yml is new");
        insta::assert_snapshot!(after(&[("b.yml", 3), ("c.yml", 1)]), @"a.yml is gone, and 2 more");
    }
}
