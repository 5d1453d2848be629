//! Which files the configuration adds and leaves out.

use std::path::{Path, PathBuf};

use super::paths::{Patterns, from_folder, normalize};

/// `exclude` and `include`.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Files that are not looked at, and folders that are not entered.
    pub exclude: Patterns,
    /// Files that are looked at whatever their endings, also hidden and ignored ones.
    pub include: Patterns,
    /// The directory to which the patterns are relative, and the one to which file names are.
    root: PathBuf,
    current_dir: PathBuf,
}

impl Filter {
    /// A filter without patterns; they are relative to `root`, and file names to `current_dir`. Both absolute.
    pub fn new(root: impl Into<PathBuf>, current_dir: impl Into<PathBuf>) -> Self {
        Filter { root: root.into(), current_dir: current_dir.into(), ..Filter::default() }
    }

    /// The same patterns, from there.
    #[must_use]
    pub fn located(self, root: impl Into<PathBuf>, current_dir: impl Into<PathBuf>) -> Self {
        Filter { exclude: self.exclude, include: self.include, ..Filter::new(root, current_dir) }
    }

    /// Whether a path is left out.
    pub fn excludes(&self, path: &Path) -> bool {
        !self.exclude.is_empty() && self.exclude.matches(&self.relative(path))
    }

    /// Whether a file is added.
    pub fn includes(&self, path: &Path) -> bool {
        !self.include.is_empty() && self.include.matches(&self.relative(path))
    }

    /// Whether files may be added.
    pub fn includes_some(&self) -> bool {
        !self.include.is_empty()
    }

    /// The directory to which the patterns are relative.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path from the directory to which patterns are relative, as the user would write it.
    pub fn shown(&self, path: &Path) -> PathBuf {
        let path = normalize(&self.root.join(path));
        let shown = path.strip_prefix(&self.current_dir).map(Path::to_path_buf).unwrap_or(path);
        if shown.as_os_str().is_empty() { PathBuf::from(".") } else { shown }
    }

    /// A path as findings are known by, whatever this process's own directory is and wherever the project lies.
    pub fn way_to(&self, path: &Path) -> PathBuf {
        from_folder(&self.root, &normalize(&self.current_dir.join(path)))
    }

    /// The path from the directory to which patterns are relative; of what lies outside of it the whole path.
    pub fn relative(&self, path: &Path) -> PathBuf {
        let path = normalize(&self.current_dir.join(path));
        path.strip_prefix(&self.root).map(Path::to_path_buf).unwrap_or(path)
    }
}
