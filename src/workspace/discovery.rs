//! Finding files.

use std::collections::hash_map;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::ReadError;
use super::filter::Filter;
use super::home::Home;
use super::ignoring::Ignoring;
use super::sniff::{has_extension, is_worth_reading};

/// So many entries of ignored folders are looked at to say what was passed over.
const MAX_PASSED_OVER_ENTRIES: usize = 10_000;

/// So many folders are worth the way to another thread.
const FOLDERS_AT_ONCE: usize = 8;
/// So many folders are read before they are looked at.
const FOLDERS_AHEAD: usize = 64;

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is, as the user would write it.
    pub path: PathBuf,
    /// Whether the user named the file itself and not a folder above it.
    pub named: bool,
    /// Which file it is: the path without links; that of a stream as it is written.
    pub canonical: PathBuf,
}

/// Where files are looked for.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// What the configuration adds and leaves out.
    pub filter: Filter,
    /// Whether `.gitignore` and `.ignore` mean nothing.
    pub no_ignore: bool,
    /// What may be read.
    pub home: Home,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files, sorted by path, each once.
    pub files: Vec<Found>,
    /// The folders that were walked, sorted.
    pub folders: Vec<PathBuf>,
    /// Files that `.gitignore` or `.ignore` names and that would have been read by their ending; not more than a
    /// bounded look finds.
    pub ignored: Vec<PathBuf>,
    /// Files with the endings of rule files that symbolic links below the folders lead to, each by one of its links, and that
    /// are not among `files`; not more than a bounded look finds.
    pub links: Vec<PathBuf>,
    /// The paths that cannot be read.
    pub errors: Vec<ReadError>,
}

/// The files among `paths`, whatever their names, and below the folders among `paths` those that are worth reading:
/// with the endings of rule files (`.yml`, `.yaml`, `.rules`, `.rule`, `.alerts`), others that begin as rule files and
/// test files do, and those that the configuration includes.
///
/// A file that several of the `paths` lead to, as `./a.yml` and `a.yml` do, has the name under which it comes first.
/// Below folders, hidden files, links, what ignore files of the repository name and what the configuration excludes are
/// left out; what it includes is not, but for links. Which of the files are rule files shows when they are read.
pub fn discover(paths: &[PathBuf], lookup: &Lookup) -> Discovery {
    discover_telling(paths, lookup, &mut |_| {})
}

/// As [`discover`]; `tell` is told of each file as soon as it is found.
pub(super) fn discover_telling(paths: &[PathBuf], lookup: &Lookup, tell: &mut dyn FnMut(&Found)) -> Discovery {
    let starts: Vec<Start<'_>> = paths.iter().map(|path| Start::of(path)).collect();
    let named = starts.iter().filter_map(|start| match start {
        Start::File(_, canonical) => Some(canonical.clone()),
        _ => None,
    });
    let named = named.collect();
    let (discovery, files, unsure) = (Discovery::default(), FxHashMap::default(), Vec::new());
    let mut walk = Walk { lookup, discovery, files, named, unsure, links: Vec::new(), tell };
    for start in starts {
        match start {
            Start::Folder(path) => walk.folder(path),
            Start::File(path, canonical) => walk.named(path, canonical),
            Start::Unreadable(error) => walk.discovery.errors.push(error),
        }
    }
    walk.finish()
}

/// What one of the paths of a run is.
enum Start<'p> {
    Folder(&'p Path),
    /// With its canonical path.
    File(&'p Path, PathBuf),
    Unreadable(ReadError),
}

impl Start<'_> {
    fn of(path: &Path) -> Start<'_> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Start::Folder(path),
            // A pipe such as `/dev/fd/63` has no canonical path; it was opened by whoever started the program.
            Ok(_) => Start::File(path, fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())),
            Err(error) => Start::Unreadable(ReadError::of_io(path, &error)),
        }
    }
}

/// What is known so far.
struct Walk<'a> {
    lookup: &'a Lookup,
    discovery: Discovery,
    /// By canonical path.
    files: FxHashMap<PathBuf, Found>,
    /// The files among the paths of the run: what is said of one does not change when it is come to in its folder first.
    named: FxHashSet<PathBuf>,
    /// Files of which only a look into them says whether they count.
    unsure: Vec<(PathBuf, PathBuf)>,
    /// Symbolic links below the folders.
    links: Vec<PathBuf>,
    /// Whom to tell of each file.
    tell: &'a mut dyn FnMut(&Found),
}

/// A folder that is to be walked.
struct Folder {
    /// As the user would write it.
    path: PathBuf,
    canonical: PathBuf,
    ignoring: Option<Rc<Ignoring>>,
    /// Whether only what the configuration includes counts in it.
    only_included: bool,
    /// What is in it, where that was read ahead.
    entries: Option<Result<Vec<Entry>, ReadError>>,
}

/// An entry of a folder.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) canonical: PathBuf,
    pub(super) kind: FileType,
}

impl Walk<'_> {
    fn named(&mut self, path: &Path, canonical: PathBuf) {
        let is_stream = path.starts_with("/dev/fd") || path == Path::new("/dev/stdin");
        if !is_stream && !self.lookup.home.admits(&canonical) {
            self.discovery.errors.push(ReadError::new(path, Home::REFUSAL));
        } else {
            self.add(path.to_owned(), canonical);
        }
    }

    fn add(&mut self, path: PathBuf, canonical: PathBuf) {
        if let hash_map::Entry::Vacant(free) = self.files.entry(canonical) {
            let canonical = free.key().clone();
            let named = self.named.contains(&canonical);
            (self.tell)(free.insert(Found { path, named, canonical }));
        }
    }

    fn folder(&mut self, path: &Path) {
        let canonical = match fs::canonicalize(path) {
            Ok(canonical) => canonical,
            Err(error) => return self.discovery.errors.push(ReadError::of_io(path, &error)),
        };
        if !self.lookup.home.admits(&canonical) {
            return self.discovery.errors.push(ReadError::new(path, Home::REFUSAL));
        }
        let ignoring = if self.lookup.no_ignore { None } else { Ignoring::above(&canonical) };
        let first = Folder { path: path.to_owned(), canonical, ignoring, only_included: false, entries: None };
        let mut waiting = vec![first];
        let mut ignored = Vec::new();
        while let Some((folder, entries)) = next(&mut waiting) {
            self.enter(folder, entries, &mut waiting, &mut ignored);
        }
        let ignored = self.files_of(ignored);
        self.discovery.ignored.extend(ignored);
    }

    /// Looks at what is in one folder.
    fn enter(
        &mut self,
        mut folder: Folder,
        entries: Result<Vec<Entry>, ReadError>,
        waiting: &mut Vec<Folder>,
        ignored: &mut Vec<PathBuf>,
    ) {
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.discovery.errors.push(error),
        };
        if !folder.only_included {
            if !self.lookup.no_ignore {
                let has = |name: &str| entries.iter().any(|entry| entry.name == name);
                folder.ignoring = Ignoring::of(&folder.canonical, folder.ignoring.take(), has);
            }
            self.discovery.folders.push(folder.path.clone());
        }
        for entry in entries {
            self.entry(entry, &folder, waiting, ignored);
        }
    }

    fn entry(&mut self, entry: Entry, folder: &Folder, waiting: &mut Vec<Folder>, ignored: &mut Vec<PathBuf>) {
        let filter = &self.lookup.filter;
        let is_folder = entry.kind.is_dir();
        let is_link = entry.kind.is_symlink();
        let is_other = !is_folder && !entry.kind.is_file() && !is_link;
        if is_other || entry.name == ".git" || filter.excludes(&entry.path) {
            return;
        }
        let is_ignored =
            || folder.ignoring.as_ref().is_some_and(|ignoring| ignoring.ignores(&entry.canonical, is_folder));
        let is_hidden = entry.name.starts_with('.');
        let is_left_out = folder.only_included || is_hidden || is_ignored();
        if is_link {
            self.links.extend((!is_left_out).then_some(entry.path));
            return;
        }
        if is_left_out && !folder.only_included && !is_hidden && (is_folder || has_extension(&entry.path)) {
            ignored.push(entry.path.clone());
        }
        if is_folder {
            if !is_left_out || filter.includes_some() {
                waiting.push(Folder {
                    path: entry.path,
                    canonical: entry.canonical,
                    ignoring: folder.ignoring.clone(),
                    only_included: is_left_out,
                    entries: None,
                });
            }
        } else if filter.includes(&entry.path) || !is_left_out && has_extension(&entry.path) {
            self.add(entry.path, entry.canonical);
        } else if !is_left_out {
            self.unsure.push((entry.path, entry.canonical));
        }
    }

    /// Which files of paths that are passed over would have been read by their ending, as far as a bounded look finds them.
    fn files_of(&self, mut waiting: Vec<PathBuf>) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut left = MAX_PASSED_OVER_ENTRIES;
        while let Some(path) = waiting.pop() {
            if !path.is_dir() {
                found.push(path);
                continue;
            }
            for entry in entries(&path, &path).unwrap_or_default() {
                let counts = entry.kind.is_dir() || entry.kind.is_file() && has_extension(&entry.path);
                if counts && !entry.name.starts_with('.') && !self.lookup.filter.excludes(&entry.path) {
                    waiting.push(entry.path);
                }
                let Some(fewer) = left.checked_sub(1) else { return found };
                left = fewer;
            }
        }
        found
    }

    /// What the links lead to that was not read, each file once.
    fn linked(&mut self) -> Vec<PathBuf> {
        let mut links = std::mem::take(&mut self.links);
        let is_open = |target: &PathBuf| self.lookup.home.admits(target);
        let target = |path: &PathBuf| fs::canonicalize(path).ok().filter(is_open);
        // Most links lead to programs: to look where costs less than to follow them step by step.
        let counts = |link: &PathBuf| {
            fs::metadata(link).is_ok_and(|target| target.is_dir() || target.is_file() && has_extension(link))
        };
        links.sort_unstable();
        let mut seen = FxHashSet::default();
        links.retain(|link| counts(link) && target(link).is_some_and(|target| seen.insert(target)));
        links.truncate(MAX_PASSED_OVER_ENTRIES);
        let mut found = self.files_of(links);
        found.sort_unstable();
        let mut seen = FxHashSet::default();
        found.retain(|path| target(path).is_some_and(|path| !self.files.contains_key(&path) && seen.insert(path)));
        found
    }

    fn finish(mut self) -> Discovery {
        let unsure: Vec<(PathBuf, PathBuf)> =
            std::mem::take(&mut self.unsure).into_par_iter().filter(|(path, _)| is_worth_reading(path)).collect();
        for (path, canonical) in unsure {
            self.add(path, canonical);
        }
        self.discovery.links = self.linked();
        let files = &self.files;
        let is_read = |path: &PathBuf| fs::canonicalize(path).is_ok_and(|canonical| files.contains_key(&canonical));
        self.discovery.ignored.retain(|path| !is_read(path));
        self.discovery.ignored.sort_unstable();
        self.discovery.ignored.dedup();
        self.discovery.files = self.files.into_values().collect();
        self.discovery.files.sort_unstable();
        self.discovery.folders.sort_unstable();
        self.discovery.folders.dedup();
        self.discovery
    }
}

/// Takes the last of the folders, with what is in it. Asking the system takes most of a walk's time: where that was not done
/// yet, it is done by several threads for some of the next folders, too.
fn next(waiting: &mut Vec<Folder>) -> Option<(Folder, Result<Vec<Entry>, ReadError>)> {
    if waiting.last()?.entries.is_none() {
        let unread = waiting.iter_mut().rev().take(FOLDERS_AHEAD).filter(|folder| folder.entries.is_none());
        let unread: Vec<_> =
            unread.map(|Folder { path, canonical, entries, .. }| (&*path, &*canonical, entries)).collect();
        unread.into_par_iter().with_min_len(FOLDERS_AT_ONCE).for_each(|(path, canonical, found)| {
            *found = Some(entries(path, canonical));
        });
    }
    let mut folder = waiting.pop()?;
    let entries = folder.entries.take()?;
    Some((folder, entries))
}

/// What is in a folder.
pub(super) fn entries(path: &Path, canonical: &Path) -> Result<Vec<Entry>, ReadError> {
    let of_io = |error| ReadError::of_io(path, &error);
    let shown = path.strip_prefix(".").unwrap_or(path);
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(of_io)? {
        let entry = entry.map_err(of_io)?;
        let name = entry.file_name();
        let kind = entry.file_type().map_err(of_io)?;
        found.push(Entry {
            path: shown.join(&name),
            canonical: canonical.join(&name),
            name: name.to_string_lossy().into_owned(),
            kind,
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files, each an empty rule file unless something else is said.
    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, if text.is_empty() { "groups: []" } else { text }).unwrap();
        }
        directory
    }

    #[test]
    fn what_is_read_ahead_is_looked_at_in_the_same_order() {
        let directory = tree(&[("a/1.yml", ""), ("b/2.yml", ""), ("c/3.yml", "")]);
        let folder = |name: &str| {
            let path = directory.path().join(name);
            Folder { canonical: path.clone(), path, ignoring: None, only_included: false, entries: None }
        };
        let mut waiting = vec![folder("a"), folder("b")];
        let (last, _) = next(&mut waiting).unwrap();
        assert!(last.path.ends_with("b") && waiting[0].entries.is_some());
        // What lies within the last one comes before what was read with it.
        waiting.push(folder("c"));
        let names = std::iter::from_fn(|| next(&mut waiting)).map(|(_, entries)| entries.unwrap()[0].name.clone());
        assert_eq!(names.collect::<Vec<_>>(), ["3.yml", "1.yml"]);
    }

    fn found_with(directory: &Path, paths: &[&str], lookup: &Lookup) -> String {
        let paths: Vec<PathBuf> = paths.iter().map(|path| directory.join(path)).collect();
        let found = discover(&paths, lookup);
        let name = |path: &Path| path.strip_prefix(directory).unwrap_or(path).display().to_string();
        let files =
            found.files.iter().map(|file| format!("{}{}", name(&file.path), if file.named { " (named)" } else { "" }));
        let ignored = found.ignored.iter().map(|path| format!("{}: ignored", name(path)));
        let errors = found.errors.iter().map(|error| format!("{}: {}", name(&error.path), error.message));
        let links = found.links.iter().map(|path| format!("{}: linked", name(path)));
        files.chain(ignored).chain(links).chain(errors).collect::<Vec<_>>().join("\n")
    }

    fn found_in(directory: &Path, paths: &[&str]) -> String {
        found_with(directory, paths, &Lookup::default())
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_to_what_is_not_read_are_known() {
        let directory = tree(&[("sub/a.yml", ""), ("other/b.yml", "")]);
        let link = |target: &str, path: &str| {
            std::os::unix::fs::symlink(target, directory.path().join(path)).unwrap();
        };
        link("a.yml", "sub/again.yml");
        link("../other/b.yml", "sub/other.yml");
        link("../other", "sub/again");
        link("../sub", "sub/itself");
        link("nowhere.yml", "sub/broken.yml");
        link("../other/b.yml", "sub/.hidden.yml");
        link("/dev/null", "sub/null.yml");
        assert_eq!(found_in(directory.path(), &["sub"]), "sub/a.yml\nsub/again/b.yml: linked");
        assert_eq!(found_in(directory.path(), &["sub", "other"]), "other/b.yml\nsub/a.yml");
        // However many lead to one file, it is looked at once.
        (0..2000).for_each(|at| link("../other/b.yml", &format!("sub/{at}.yml")));
        assert_eq!(found_in(directory.path(), &["sub"]), "sub/a.yml\nsub/0.yml: linked");
    }

    #[test]
    fn directories_are_walked_and_named_files_always_count() {
        let files = ["b.yml", "a/c.yaml", "a/d.rules.yml", ".hidden.yml", "ignored/f.yml", "ignored/g.txt", "g.rules"];
        let directory = tree(&files.map(|path| (path, "")));
        let root = directory.path();
        fs::write(root.join(".gitignore"), "ignored/\n").unwrap();
        fs::write(root.join("a/e.txt"), "no rules").unwrap();
        insta::assert_snapshot!(found_in(root, &[""]), @r"
        a/c.yaml
        a/d.rules.yml
        b.yml
        g.rules
        ignored/f.yml: ignored
        ");
        insta::assert_snapshot!(found_in(root, &["ignored/f.yml", "a/e.txt", "a", "missing.yml"]), @r"
        a/c.yaml
        a/d.rules.yml
        a/e.txt (named)
        ignored/f.yml (named)
        missing.yml: does not exist
        ");
        let lookup = Lookup { no_ignore: true, ..Lookup::default() };
        insta::assert_snapshot!(found_with(root, &[""], &lookup), @r"
        a/c.yaml
        a/d.rules.yml
        b.yml
        g.rules
        ignored/f.yml
        ignored/g.txt
        ");
    }

    #[test]
    fn other_endings_are_found_by_what_is_in_them() {
        let files = [
            ("a.YML", ""),
            ("b.alerts", ""),
            ("c.rule", ""),
            ("d.json", "{\"groups\": []}"),
            ("dashboard.json", "{\"panels\": []}"),
            ("e.conf", ""),
            ("f", "# remark\n---\ngroups: []"),
            ("main.go", "groups:"),
            ("notes.txt", "# groups\n\ngroups are\n"),
            ("elf", "\u{7f}ELF\0\ngroups: []"),
        ];
        insta::assert_snapshot!(found_in(tree(&files).path(), &[""]), @r"
        a.YML
        b.alerts
        c.rule
        d.json
        e.conf
        f
        ");
    }

    #[test]
    fn a_file_that_several_paths_lead_to_is_found_once() {
        let directory = tree(&[("a/b.yml", ""), ("c.yml", "")]);
        let root = directory.path();
        insta::assert_snapshot!(found_in(root, &["", "./c.yml", "a/../a/b.yml", "a"]), @r"
        a/b.yml (named)
        c.yml (named)
        ");
        insta::assert_snapshot!(found_in(root, &["a/../c.yml", "c.yml", "."]), @r"
        a/../c.yml (named)
        a/b.yml
        ");
    }

    #[test]
    fn ignore_files_count_up_to_the_root_of_the_repository() {
        let directory = tree(&[
            (".gitignore", "*"),
            (".ignore", "*"),
            ("repository/.git/info/exclude", "excluded.yml"),
            ("repository/.gitignore", "*.gen.yml\n!kept.gen.yml\n/rules/only.yml"),
            ("repository/.ignore", "private"),
            ("repository/rules/a.yml", ""),
            ("repository/rules/a.gen.yml", ""),
            ("repository/rules/kept.gen.yml", ""),
            ("repository/rules/only.yml", ""),
            ("repository/rules/excluded.yml", ""),
            ("repository/rules/private/p.yml", ""),
            ("repository/rules/inner/.git/HEAD", "ref"),
            ("repository/rules/inner/i.gen.yml", ""),
        ]);
        insta::assert_snapshot!(found_in(directory.path(), &["repository/rules"]), @r"
        repository/rules/a.yml
        repository/rules/inner/i.gen.yml
        repository/rules/kept.gen.yml
        repository/rules/a.gen.yml: ignored
        repository/rules/excluded.yml: ignored
        repository/rules/only.yml: ignored
        repository/rules/private/p.yml: ignored
        ");
        insta::assert_snapshot!(found_in(directory.path(), &["repository/rules/private"]), @"repository/rules/private/p.yml");
    }

    #[test]
    fn the_configuration_adds_and_leaves_out() {
        let directory = tree(&[
            (".gitignore", "build"),
            (".rules/h.tmpl", "x"),
            ("build/b.tmpl", "x"),
            ("build/other.yml", ""),
            ("vendor/v.yml", ""),
            ("vendor/v.tmpl", "x"),
            ("a.yml", ""),
        ]);
        let mut filter = Filter::new(directory.path(), directory.path());
        filter.include.add("*.tmpl").unwrap();
        filter.exclude.add("vendor").unwrap();
        let lookup = Lookup { filter, ..Lookup::default() };
        insta::assert_snapshot!(found_with(directory.path(), &[""], &lookup), @r"
        .rules/h.tmpl
        a.yml
        build/b.tmpl
        build/other.yml: ignored
        ");
    }

    #[cfg(unix)]
    #[test]
    fn a_closed_home_is_not_left() {
        let directory = tree(&[("repository/.git/HEAD", "ref"), ("repository/a.yml", ""), ("outside/b.yml", "")]);
        let root = directory.path();
        std::os::unix::fs::symlink("../outside/b.yml", root.join("repository/link.yml")).unwrap();
        let lookup = Lookup { home: Home::closed(&root.join("repository")), ..Lookup::default() };
        insta::assert_snapshot!(found_with(root, &["repository", "repository/link.yml", "outside"], &lookup), @r"
        repository/a.yml
        repository/link.yml: lies outside of the repository, and --sandbox reads nothing there
        outside: lies outside of the repository, and --sandbox reads nothing there
        ");
    }
}
