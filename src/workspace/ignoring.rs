//! What `.gitignore` and `.ignore` say of the files below a folder.
//!
//! As git reads them: those of the repository count, and none above its root. Hidden in a pull request they could take
//! any file away from the linter, so what they take away is counted.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::home::root_of;
use super::read;

/// The ignore files of a folder and of those above it.
pub(super) struct Ignoring {
    above: Option<Rc<Ignoring>>,
    /// Of `.ignore`, which wins.
    plain: Gitignore,
    /// Of `.gitignore`, and of `.git/info/exclude`.
    git: Gitignore,
    /// Whether it is the root of a repository, inside of which no `.gitignore` from outside counts.
    is_root: bool,
}

impl Ignoring {
    /// What counts in the folder `folder`, a canonical path, because of the folders above it. Nothing does where that
    /// says to ignore the folder itself: it was asked for.
    pub(super) fn above(folder: &Path) -> Option<Rc<Ignoring>> {
        let root = root_of(folder)?;
        let mut above: Vec<&Path> = folder.ancestors().skip(1).take_while(|above| above.starts_with(root)).collect();
        above.reverse();
        let mut ignoring = None;
        for part in above {
            ignoring = Ignoring::of(part, ignoring, |name| part.join(name).exists());
            let next = folder.ancestors().find(|below| below.parent() == Some(part))?;
            if ignoring.as_ref().is_some_and(|ignoring| ignoring.ignores(next, true)) {
                return None;
            }
        }
        ignoring
    }

    /// What counts in `folder`, a canonical path: its own ignore files, and what counts there `above`. `has` says which
    /// names there are in it.
    pub(super) fn of(folder: &Path, above: Option<Rc<Ignoring>>, has: impl Fn(&str) -> bool) -> Option<Rc<Ignoring>> {
        let is_root = has(".git");
        let lists = |names: &[&str]| -> Vec<PathBuf> {
            names
                .iter()
                .filter(|name| has(name.split('/').next().unwrap_or(name)))
                .map(|name| folder.join(name))
                .collect()
        };
        let (plain, git) = (lists(&[".ignore"]), lists(&[".git/info/exclude", ".gitignore"]));
        if !is_root && plain.is_empty() && git.is_empty() {
            return above;
        }
        Some(Rc::new(Ignoring { above, plain: patterns(folder, &plain), git: patterns(folder, &git), is_root }))
    }

    /// Whether a path directly in the folder is ignored. A path that is ignored takes all below it along.
    pub(super) fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let layers = || std::iter::successors(Some(self), |layer| layer.above.as_deref());
        let plain = layers().map(|layer| &layer.plain);
        let mut inside = true;
        let git = layers().take_while(|layer| std::mem::replace(&mut inside, !layer.is_root)).map(|layer| &layer.git);
        let decision =
            plain.chain(git).map(|patterns| patterns.matched(path, is_folder)).find(|found| !found.is_none());
        matches!(decision, Some(Match::Ignore(_)))
    }
}

/// The patterns of the ignore files of `folder`; later ones win. Malformed lines say nothing, as in git, and so do files
/// that are none.
fn patterns(folder: &Path, files: &[PathBuf]) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    let is_file = |path: &&PathBuf| path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    for path in files.iter().filter(is_file) {
        let Ok(read) = read(path) else { continue };
        for line in read.for_its_shape().text().lines() {
            // A malformed line is an error that nobody can act on.
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
