//! `promproof test --update`: shows what changes in test files, and writes it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use similar::TextDiff;

use super::{Session, Trouble, atomic};
use crate::report::Look;
use crate::report::text::one_line;
use crate::unittest::report::{FileReport, TestReport};
use crate::unittest::{self, Left, Why};
use crate::workspace;

/// The smallest difference of two texts takes time that grows with their size and with the number of changes; after so
/// long a larger one has to do.
const MAX_DIFF_TIME: Duration = Duration::from_secs(1);

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
    /// Whether a file was written.
    pub is_written: bool,
    /// Why files could not be written.
    pub failures: Vec<Trouble>,
}

/// What comes from standard input cannot be put back.
///
/// # Errors
/// It is among `paths`.
pub(super) fn forbid_stdin(paths: &[PathBuf]) -> Result<(), Trouble> {
    if paths.iter().all(|path| path != Path::new("-")) {
        return Ok(());
    }
    Err(Trouble::new("--update cannot write what comes from standard input").help("name the test file instead of `-`"))
}

/// Shows the changes of all test files with assertions that do not hold, and writes them unless it is a dry run.
///
/// # Errors
/// Where the changes cannot be shown.
pub(super) fn write(report: &TestReport, dry_run: bool, show: Show, session: &Session) -> Result<Updated, Trouble> {
    let mut updated = Updated { is_written: false, failures: Vec::new() };
    let mut out: Option<Box<dyn Write>> = match show {
        Show::Stdout => Some(Box::new(session.stdout())),
        Show::Stderr => Some(Box::new(session.stderr())),
        Show::Not => None,
    };
    for file in report.files.iter().filter(|file| file.failed()) {
        let update = unittest::update(file);
        for left in &update.left {
            session.report(&cannot_update(file, *left));
        }
        if let Some(problem) = &update.broken {
            let name = file.file.name();
            let message =
                format!("{name} is not updated: it would no longer be a valid test file: {}", problem.message);
            session.report(&Trouble::new(message).help("change the expectations by hand"));
        }
        if update.changed == 0 {
            continue;
        }
        if let Some(out) = &mut out {
            show_changes(out, &session.look, file, &update.text)?;
        }
        if dry_run {
            continue;
        }
        match replace(file, &update.text) {
            Ok(()) => updated.is_written = true,
            Err(failure) => updated.failures.push(failure),
        }
    }
    if let Some(mut out) = out {
        out.flush()?;
    }
    Ok(updated)
}

/// Writes the new text of a file. It must be the one that was tested: someone may have saved another text meanwhile, and
/// a name that is no UTF-8 is another file's.
fn replace(file: &FileReport, text: &str) -> Result<(), Trouble> {
    let path = Path::new(file.file.name());
    let failure = |why: &str| Trouble::new(format!("{} is not updated: it {why}", path.display()));
    let read = workspace::read(path).map_err(|error| {
        let is_other = file.file.name().contains(char::REPLACEMENT_CHARACTER);
        failure(&error.message).help(if is_other { "its name must be UTF-8" } else { "run the update again" })
    })?;
    if read.file.text() != file.file.text() {
        return Err(failure("has changed while its tests ran").help("run the update again"));
    }
    atomic::write(path, |out| out.write_all(text.as_bytes()))
}

/// Why an assertion stays as it is.
fn cannot_update(file: &FileReport, left: Left) -> Trouble {
    let place = format!("{}:{}", file.file.name(), file.file.position(left.span.start).line);
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
        Why::NoAlert => ("there is no alert to take values from", "look why none fires, or write `never: active`"),
        Why::Unlike => (
            "it stands for several alerts, and each would need something else",
            "write one assertion for each, told apart by `labels`",
        ),
        Why::Succeeds => ("its expression must fail, and does not", "write `exp_samples` in place of `exp_fail`"),
        Why::TooMuch => ("there are too many differences", "update what is wrong with it by hand, or split it"),
        Why::Layout => ("its YAML is written in a way that is not edited", "change it by hand"),
    };
    Trouble::new(format!("{place}: this assertion cannot be updated: {why}")).help(help)
}

/// The changed lines with a few around them.
fn show_changes(out: &mut dyn Write, look: &Look, file: &FileReport, new: &str) -> std::io::Result<()> {
    let name = one_line(file.file.name());
    let diff = TextDiff::configure().timeout(MAX_DIFF_TIME).diff_lines(file.file.text(), new);
    for line in diff.unified_diff().context_radius(2).header(&name, &name).to_string().lines() {
        let style = match line.as_bytes().first() {
            Some(b'-') => Look::BAD,
            Some(b'+') => Look::GOOD,
            Some(b'@') => Look::FAINT,
            _ => anstyle::Style::new(),
        };
        writeln!(out, "{}", look.paint(style, one_line(line)))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;
    use crate::testfile;
    use crate::unittest::{RunOptions, TestInput};
    use crate::yaml;

    #[test]
    fn a_text_that_was_not_tested_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.yml");
        let source = Arc::new(SourceFile::new(path.display().to_string(), "tests: [] # tested\n"));
        let test = testfile::decode(&yaml::parse(&source), &source);
        let report = unittest::run(&[TestInput { test, folder: folder.path().to_owned() }], &RunOptions::default());

        std::fs::write(&path, "tests: [] # saved meanwhile\n").unwrap();
        let failure = replace(&report.files[0], "tests: [] # updated\n").unwrap_err();
        assert!(failure.message.ends_with("is not updated: it has changed while its tests ran"), "{failure}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "tests: [] # saved meanwhile\n");

        std::fs::write(&path, source.text()).unwrap();
        replace(&report.files[0], "tests: [] # updated\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "tests: [] # updated\n");
    }
}
