//! Patterns of `rule_files`, which mean what Go's `filepath.Glob` means, over the `glob` crate.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use rustc_hash::FxHashSet;

use super::home::Home;

/// `*` stops at `/` and matches names that begin with a dot, as in Go.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// More files are not taken for one pattern.
pub const MAX_FILES: usize = 10_000;

/// More entries of folders are not looked at for one pattern.
const MAX_ENTRIES: usize = 200_000;

/// What a pattern names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// The paths, sorted; of several that lead to one file, the first.
    pub paths: Vec<Match>,
    /// Why there may be more.
    pub stopped: Option<Stopped>,
}

/// A path that a pattern names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// As it is written.
    pub path: PathBuf,
    /// Without links; as it is written where there is no such path.
    pub canonical: PathBuf,
}

/// Why not all was looked at that a pattern may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// There are more files than [`MAX_FILES`].
    Files,
    /// There are more entries of folders than anybody would want to look at.
    Entries,
    /// It leads out of the repository, and nothing is read there.
    Outside,
}

/// The files that `pattern` names, relative to `folder` unless it is absolute; of folders outside of `home` nothing.
/// `None` where the pattern is malformed.
///
/// Folders are told apart by their canonical paths, so that links that lead back do not multiply what there is.
pub fn find(folder: &Path, pattern: &str, home: &Home) -> Option<Matches> {
    translate(pattern)?;
    if !has_meta(pattern) {
        let path = folder.join(pattern);
        let paths = if path.exists() { vec![Match::of(path)] } else { Vec::new() };
        return Some(Matches { paths, stopped: None });
    }
    let start = root(pattern).unwrap_or_else(|| folder.to_owned());
    let mut search = Search { home, found: vec![Match::of(start)], entries: 0, stopped: None };
    let mut segments = pattern.split(std::path::is_separator).filter(|segment| !segment.is_empty()).peekable();
    if root(pattern).is_some() && cfg!(windows) {
        // The drive.
        segments.next();
    }
    while let Some(segment) = segments.next() {
        search.step(segment, segments.peek().is_none())?;
    }
    let Search { found: mut paths, stopped, .. } = search;
    paths.sort_unstable();
    Some(Matches { paths, stopped })
}

/// Where an absolute pattern begins.
fn root(pattern: &str) -> Option<PathBuf> {
    let path = Path::new(pattern);
    path.is_absolute().then(|| path.ancestors().last().unwrap_or(path).to_owned())
}

impl Match {
    fn of(path: PathBuf) -> Self {
        let shown = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
        let canonical = shown.canonicalize().unwrap_or_else(|_| path.clone());
        Match { path, canonical }
    }
}

/// What is found while one segment of a pattern after the other is looked at.
struct Search<'a> {
    home: &'a Home,
    found: Vec<Match>,
    entries: usize,
    stopped: Option<Stopped>,
}

impl Search<'_> {
    /// Goes on by one segment; `None` where it is malformed.
    fn step(&mut self, segment: &str, is_last: bool) -> Option<()> {
        let mut next: Vec<PathBuf> = Vec::new();
        if has_meta(segment) {
            let pattern = Pattern::new(&translate(segment)?).ok()?;
            for folder in std::mem::take(&mut self.found) {
                self.list(&folder, &pattern, &mut next);
            }
        } else {
            next.extend(self.found.iter().map(|folder| folder.path.join(segment)));
            next.retain(|path| path.exists());
        }
        next.sort_unstable();
        let mut seen = FxHashSet::default();
        let found = next.into_iter().map(Match::of).filter(|found| seen.insert(found.canonical.clone()));
        self.found = found.filter(|found| is_last || found.canonical.is_dir()).collect();
        if self.found.len() > MAX_FILES {
            self.found.truncate(MAX_FILES);
            self.stopped = Some(Stopped::Files);
        }
        Some(())
    }

    fn list(&mut self, folder: &Match, pattern: &Pattern, next: &mut Vec<PathBuf>) {
        if !self.home.admits(&folder.canonical) {
            self.stopped = Some(Stopped::Outside);
            return;
        }
        // As Go does, it passes over what cannot be read.
        let Ok(entries) = std::fs::read_dir(&folder.canonical) else { return };
        for entry in entries.filter_map(Result::ok) {
            if self.entries == MAX_ENTRIES {
                self.stopped = Some(Stopped::Entries);
                return;
            }
            self.entries += 1;
            let name = entry.file_name();
            if pattern.matches_with(&name.to_string_lossy(), OPTIONS) {
                next.push(folder.path.join(name));
            }
        }
    }
}

/// Whether it is more than a name, as Go sees it: an escape makes a pattern, except on Windows.
fn has_meta(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[']) || !cfg!(windows) && pattern.contains('\\')
}

/// Go's pattern in the notation of the `glob` crate; `None` where Go calls it malformed.
///
/// The two differ in escapes (`\*` against `[*]`), in negated classes (`[^a]` against `[!a]`), and in `**`, which is
/// nothing special in Go.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                if !out.ends_with('*') {
                    out.push('*');
                }
            }
            '[' => push_class(&mut out, &mut chars)?,
            // On Windows the backslash separates folders and nothing can be escaped.
            '\\' if !cfg!(windows) => out.push_str(&Pattern::escape(&chars.next()?.to_string())),
            c => out.push(c),
        }
    }
    Some(out)
}

fn push_class(out: &mut String, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<()> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
        let low = class_char(chars)?;
        let high = if chars.next_if_eq(&'-').is_some() { class_char(chars)? } else { low };
        ranges.push((low, high));
    }
    let single = |wanted: char| ranges.iter().any(|(low, high)| *low == wanted && *high == wanted);
    // `[!]` would begin a negation.
    if !negated && ranges.iter().all(|range| *range == ('!', '!')) {
        out.push('!');
        return Some(());
    }
    out.push_str(if negated { "[!" } else { "[" });
    // Where a class stands decides what `]`, `-` and `!` mean: the first comes first, the others come last.
    if single(']') {
        out.push(']');
    }
    for (low, high) in &ranges {
        match (*low, *high) {
            (low, high) if low == high && matches!(low, ']' | '-' | '!') => {}
            (low, high) if low == high => out.push(low),
            (low, high) => out.extend([low, '-', high]),
        }
    }
    if single('!') {
        out.push('!');
    }
    if single('-') {
        out.push('-');
    }
    out.push(']');
    Some(())
}

fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' if !cfg!(windows) => chars.next(),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation() {
        let cases = [
            ("rules/*.yml", "rules/*.yml"),
            ("**/x?.yml", "*/x?.yml"),
            ("[^a-c].yml", "[!a-c].yml"),
            ("[!a].yml", "[a!].yml"),
            ("[!].yml", "!.yml"),
            (r"a\*b\[.yml", "a[*]b[[].yml"),
            (r"[\]\-x]", "[]x-]"),
            ("{a,b}.yml", "{a,b}.yml"),
        ];
        for (go, wanted) in cases {
            assert_eq!(translate(go).as_deref(), Some(wanted), "{go}");
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn an_escape_alone_makes_a_pattern() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("[x].yml"), "").unwrap();
        assert_eq!(names(folder.path(), r"\[x\].y\ml"), ["[x].yml"]);
    }

    fn names(folder: &Path, pattern: &str) -> Vec<String> {
        let found = find(folder, pattern, &Home::default()).unwrap();
        assert_eq!(found.stopped, None);
        let name = |found: &Match| found.path.strip_prefix(folder).unwrap().display().to_string();
        found.paths.iter().map(name).collect()
    }

    #[test]
    fn each_segment_is_matched_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a/x.yml", "a/.h.yml", "b/x.yml", "b/c/x.yml", "x.yml"] {
            std::fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
            std::fs::write(folder.path().join(path), "").unwrap();
        }
        assert_eq!(names(folder.path(), "*/*.yml"), ["a/.h.yml", "a/x.yml", "b/x.yml"]);
        assert_eq!(names(folder.path(), "**/x.yml"), ["a/x.yml", "b/x.yml"]);
        assert_eq!(names(folder.path(), "a/../[bc]/c/*"), ["a/../b/c/x.yml"]);
        assert_eq!(names(folder.path(), "*/y.yml"), [""; 0]);
        let absolute = format!("{}/?.yml", folder.path().display());
        assert_eq!(names(folder.path(), &absolute), ["x.yml"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_multiply_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.yml"), "").unwrap();
        for index in 0..10 {
            std::os::unix::fs::symlink(".", folder.path().join(format!("l{index}"))).unwrap();
        }
        assert_eq!(names(folder.path(), "*/*/*/*/*/*/*/*/*/*/*/*.yml"), ["l0/l0/l0/l0/l0/l0/l0/l0/l0/l0/l0/x.yml"]);
    }

    #[test]
    fn malformed() {
        for pattern in ["[a", "[]a]", "[a-]", "x\\", "[-a]", "["] {
            assert_eq!(translate(pattern), None, "{pattern}");
        }
    }
}
