//! Path patterns.

use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern, PatternError};

/// A path with slashes, as patterns and findings have it on every system.
pub fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Glob patterns for paths relative to the configuration's directory. A pattern that matches a directory holds for all
/// that is in it, and one without a slash holds at any depth.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    patterns: Vec<Pattern>,
}

/// `*` stops at a slash; `**` does not.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

impl Patterns {
    /// Adds a pattern.
    ///
    /// # Errors
    /// Where it is malformed.
    pub fn add(&mut self, pattern: &str) -> Result<(), PatternError> {
        let pattern = pattern.trim_start_matches("./");
        self.patterns.push(Pattern::new(pattern.trim_end_matches('/'))?);
        Ok(())
    }

    /// The patterns as they were written, but for what does not count.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(Pattern::as_str)
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a pattern holds for `path`.
    pub fn matches(&self, path: &Path) -> bool {
        self.patterns.iter().any(|pattern| {
            let anywhere = !pattern.as_str().contains('/');
            path.ancestors().any(|part| {
                let name = part.file_name().map(Path::new).filter(|_| anywhere);
                pattern.matches_path_with(name.unwrap_or(part), OPTIONS)
            })
        })
    }
}

/// `path` without `.` and with each `..` taken back, by the text alone.
pub fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The way from `folder` to `path`, through `..` where it lies outside. Both are absolute and normal; where no way leads
/// from one to the other, as between drives, the path as it is.
pub fn from_folder(folder: &Path, path: &Path) -> PathBuf {
    let mut above = PathBuf::new();
    for ancestor in folder.ancestors() {
        if let Ok(below) = path.strip_prefix(ancestor) {
            return above.join(below);
        }
        above.push(Component::ParentDir);
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_leads_from_a_folder_to_a_path() {
        let way = |folder: &str, path: &str| from_folder(Path::new(folder), Path::new(path)).display().to_string();
        assert_eq!(way("/a/b", "/a/b/c.yml"), "c.yml");
        assert_eq!(way("/a/b", "/a/bc/d.yml"), "../bc/d.yml");
        assert_eq!(way("/a/b", "/c.yml"), "../../c.yml");
        assert_eq!(way("/a/b", "c.yml"), "c.yml");
    }

    fn matches(pattern: &str, path: &str) -> bool {
        let mut patterns = Patterns::default();
        patterns.add(pattern).unwrap();
        patterns.matches(Path::new(path))
    }

    #[test]
    fn a_pattern_holds_for_a_file_a_directory_or_a_name_at_any_depth() {
        assert!(matches("vendor/**", "vendor/a/b.yml"));
        assert!(matches("vendor", "vendor/a/b.yml"));
        assert!(matches("vendor/", "vendor/a/b.yml"));
        assert!(matches("./rules/*.yml", "rules/a.yml"));
        assert!(matches("././rules/*.yml", "rules/a.yml"));
        assert!(matches("*.gen.yml", "deep/down/a.gen.yml"));
        assert!(matches("**/generated/*.yml", "a/b/generated/c.yml"));
        assert!(!matches("rules/*.yml", "rules/sub/a.yml"));
        assert!(!matches("vendor", "my-vendor/a.yml"));
    }

    #[test]
    fn paths_are_normalised_by_their_text() {
        assert_eq!(normalize(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normalize(Path::new("../x")), Path::new("../x"));
        assert_eq!(normalize(Path::new("../../x/../a.yml")), Path::new("../../a.yml"));
    }
}
