//! `promproof test --update`: shows what changes in test files, and writes it.

use std::io::Write;
use std::path::Path;

use similar::TextDiff;

use super::{Session, Trouble, atomic};
use crate::report::Look;
use crate::report::text::one_line;
use crate::rules::discovery;
use crate::unittest::report::{FileReport, TestReport};
use crate::unittest::{self, Left, Why};

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

/// Shows the changes of all test files with assertions that do not hold, and writes them unless it is a dry run. Says
/// whether something was written.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn write(report: &TestReport, dry_run: bool, show: Show, session: &Session) -> Result<bool, Trouble> {
    let mut written = false;
    let mut out: Box<dyn Write> = match show {
        Show::Stdout => Box::new(session.stdout()),
        Show::Stderr => Box::new(session.stderr()),
        Show::Not => Box::new(std::io::sink()),
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
        show_changes(&mut out, &session.look, file, &update.text)?;
        if !dry_run {
            forbid_foreign(file)?;
            atomic::write(Path::new(file.file.name()), |out| out.write_all(update.text.as_bytes()))?;
            written = true;
        }
    }
    out.flush()?;
    Ok(written)
}

/// The file that is replaced must be the one that was tested: someone may have saved another text meanwhile, and a name
/// that is no UTF-8 is another file's.
fn forbid_foreign(file: &FileReport) -> Result<(), Trouble> {
    let name = file.file.name();
    match discovery::read(Path::new(name)) {
        Ok(read) if read.file.text() == file.file.text() => Ok(()),
        Ok(_) => Err(Trouble::new(format!("{name} is not updated: it has changed while its tests ran"))
            .help("run the update again")),
        Err(error) => {
            let help =
                if name.contains(char::REPLACEMENT_CHARACTER) { "its name must be UTF-8" } else { "run it again" };
            Err(Trouble::new(format!("{name} is not updated: it {}", error.message)).help(help))
        }
    }
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
    let diff = TextDiff::from_lines(file.file.text(), new);
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
