//! Which part of the disk is the user's own: what lies outside of it was not asked for.

use std::path::{Path, PathBuf};

/// The folders that a run is about.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Canonical paths; what lies in one of them is inside.
    roots: Vec<PathBuf>,
    /// Whether nothing outside is read.
    closed: bool,
}

impl Home {
    /// The repository of `current_dir` (the folder itself where there is none) and those of `paths`, which the user
    /// named.
    pub fn of(current_dir: &Path, paths: &[PathBuf]) -> Self {
        let mut roots: Vec<PathBuf> = repository(current_dir).into_iter().collect();
        for path in paths {
            let folder = if path.is_dir() { Some(path.as_path()) } else { path.parent() };
            roots.extend(folder.and_then(|folder| repository(&current_dir.join(folder))));
        }
        roots.sort_unstable();
        roots.dedup();
        Home { roots, closed: false }
    }

    /// The repository of `current_dir` (the folder itself where there is none), and nothing outside of it may be read.
    pub fn closed(current_dir: &Path) -> Self {
        Home { closed: true, ..Home::of(current_dir, &[]) }
    }

    /// Whether nothing outside is read.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether the canonical path `path` lies inside. Where nobody has said what is inside, everything is.
    pub fn holds(&self, path: &Path) -> bool {
        self.roots.is_empty() || self.roots.iter().any(|root| path.starts_with(root))
    }

    /// Whether the canonical path `path` may be read.
    pub fn admits(&self, path: &Path) -> bool {
        !self.closed || self.holds(path)
    }

    /// What is said of a file that may not be read.
    pub const REFUSAL: &str = "lies outside of the repository, and --sandbox reads nothing there";
}

/// The root of the repository around a folder, or the folder where there is none; canonical. `None` where there is no
/// such folder.
fn repository(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    Some(root_of(&folder).map_or_else(|| folder.clone(), Path::to_owned))
}

/// The root of the repository in which the canonical path `folder` lies: the nearest folder with a `.git`, which is a
/// file in a worktree or submodule.
pub(crate) fn root_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.join(".git").exists())
}

/// Whether the canonical path `path` is something of the system that only looks like a file: reading it may block, or
/// show the environment of this process.
pub(super) fn is_of_the_system(path: &Path) -> bool {
    cfg!(unix) && ["/proc", "/sys", "/dev"].iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_home() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["ours/.git", "ours/tests", "theirs/.git", "bare"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        let home = Home::of(&root.join("ours/tests"), &[]);
        assert!(home.holds(&root.join("ours/rules/a.yml")));
        assert!(!home.holds(&root.join("theirs/a.yml")));
        assert!(home.admits(&root.join("theirs/a.yml")));

        let home = Home::of(&root.join("ours/tests"), &[root.join("theirs"), root.join("bare/t.yml")]);
        assert!(home.holds(&root.join("theirs/a.yml")));
        assert!(home.holds(&root.join("bare/a.yml")));
        assert!(!home.holds(&root.join("a.yml")));

        let home = Home::closed(&root.join("ours/tests"));
        assert!(home.admits(&root.join("ours/rules/a.yml")));
        assert!(!home.admits(&root.join("theirs/a.yml")));
    }
}
