//! `promproof test --update`: shows what changes in test files, and writes it.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Error, Session, changes, rewrite};
use crate::report::workflow::Syntax;
use crate::source::FileId;
use crate::unittest::report::{FileReport, TestReport};
use crate::unittest::{self, Extent, Left, Why};

/// Where the changes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// Before the result.
    Stdout,
    /// Beside a result that programs read.
    Stderr,
    /// Nowhere.
    Not,
}

/// What came of an update.
pub(super) struct Updated {
    /// The files that were written, and what they say now.
    pub written: Vec<(FileId, String)>,
    /// Why files could not be written.
    pub failures: Vec<Error>,
}

/// What comes from standard input cannot be put back.
///
/// # Errors
/// It is among `paths`.
pub(super) fn forbid_stdin(paths: &[PathBuf]) -> Result<(), Error> {
    if paths.iter().all(|path| path != Path::new("-")) {
        return Ok(());
    }
    Err(Error::new("--update cannot write what comes from standard input").help("name the test file instead of `-`"))
}

/// Shows the changes of all test files with assertions that do not hold, and writes them unless it is a dry run.
///
/// # Errors
/// Where the changes cannot be shown.
pub(super) fn write(
    report: &TestReport,
    extent: Extent,
    dry_run: bool,
    show: Show,
    session: &Session,
) -> Result<Updated, Error> {
    let mut updated = Updated { written: Vec::new(), failures: Vec::new() };
    let mut out: Option<Box<dyn Write>> = match show {
        Show::Stdout => Some(Box::new(session.stdout(Syntax::Text))),
        Show::Stderr => Some(Box::new(session.stderr())),
        Show::Not => None,
    };
    for file in report.files.iter().filter(|file| file.failed()) {
        let update = unittest::update(file, extent);
        for left in &update.left {
            session.report(&cannot_update(file, *left));
        }
        if let Some(problem) = &update.broken {
            let name = file.file.name();
            let message =
                format!("{name} is not updated: it would no longer be a valid test file: {}", problem.message);
            session.report(&Error::new(message).help("change the expectations by hand"));
        }
        if update.changed == 0 {
            continue;
        }
        if let Some(out) = &mut out {
            changes::write(out, &session.style, &file.file, &update.text)?;
            writeln!(out)?;
        }
        if dry_run {
            continue;
        }
        match rewrite::replace(&file.file, &update.text) {
            Ok(()) => updated.written.push((file.file.id(), update.text)),
            Err(failure) => updated.failures.push(failure),
        }
    }
    if let Some(mut out) = out {
        out.flush()?;
    }
    Ok(updated)
}

/// Why an assertion stays as it is.
fn cannot_update(file: &FileReport, left: Left) -> Error {
    let place = format!("{}:{}", file.file.name(), file.file.position(left.span.start()).line);
    let (why, help) = match left.why {
        Why::Shared => (
            "it shares its values with another place through an alias",
            "what fits one may be wrong for the other: write the values out, or change them by hand",
        ),
        Why::Alias => {
            ("its values come from another place through an alias", "write the values out, or change them there")
        }
        Why::Undecided => ("it could not be decided", "correct what keeps it from being decided first"),
        Why::Never => ("it says what must never be", "that is an intention: change the rule, or the test by hand"),
        Why::Pattern => (
            "it says what a text is to be like, with `contains` or `matches`",
            "that is an intention: change the rule, or the test by hand",
        ),
        Why::Gone => (
            "what it expects is not there any more",
            "look whether the rule still does what it is meant to; `--update=all` writes that it is gone",
        ),
        Why::NoAlert => ("there is no alert to take values from", "look why none fires, or write `never: active`"),
        Why::Unlike => (
            "it stands for several alerts, and each would need something else",
            "write one assertion for each, told apart by `labels`",
        ),
        Why::Succeeds => ("its expression must fail, and does not", "write `exp_samples` in place of `exp_fail`"),
        Why::NotANumber => (
            "its value is NaN, which is equal to nothing",
            "ask whether it is NaN: `x != x` has a sample where `x` is NaN",
        ),
        Why::TooMuch => ("there are too many differences", "update what is wrong with it by hand, or split it"),
        Why::Layout => ("its YAML is written in a way that is not edited", "change it by hand"),
    };
    Error::new(format!("{place}: this assertion cannot be updated: {why}")).help(help)
}
