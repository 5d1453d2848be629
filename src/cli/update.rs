//! `promproof test --update`: shows what changes in test files, and writes it.

use std::io::Write as _;
use std::path::Path;

use similar::TextDiff;

use super::{Session, Trouble};
use crate::report::Look;
use crate::report::text::one_line;
use crate::unittest;
use crate::unittest::report::{FileReport, TestReport};

/// Shows the changes of all test files with assertions that do not hold, and writes them unless it is a dry run. Says
/// whether something was written.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn write(report: &TestReport, dry_run: bool, session: &Session) -> Result<bool, Trouble> {
    let mut written = false;
    let mut stdout = session.stdout();
    for file in report.files.iter().filter(|file| file.failed()) {
        let update = unittest::update(file);
        for span in &update.left {
            let place = file.file.position(span.start);
            let message = format!("{}:{}: this assertion cannot be updated", file.file.name(), place.line);
            session.report(&Trouble::new(message).help("it comes through an alias, or its expression fails"));
        }
        if update.changed == 0 {
            continue;
        }
        show(&mut stdout, &session.look, file, &update.text)?;
        if !dry_run {
            replace(file, &update.text)?;
            written = true;
        }
    }
    stdout.flush()?;
    Ok(written)
}

/// The changed lines with a few around them.
fn show(out: &mut dyn std::io::Write, look: &Look, file: &FileReport, new: &str) -> std::io::Result<()> {
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

/// Writes the new text beside the file and moves it over it, so that an interruption leaves one of the two.
fn replace(file: &FileReport, text: &str) -> Result<(), Trouble> {
    let path = Path::new(file.file.name());
    let failure = |error: std::io::Error| Trouble::new(format!("cannot write {}: {error}", path.display()));
    if !path.is_file() {
        return Err(Trouble::new("what comes from standard input cannot be updated"));
    }
    let beside = path.with_extension("promproof-update");
    std::fs::write(&beside, text).map_err(failure)?;
    let permissions = std::fs::metadata(path).map_err(failure)?.permissions();
    std::fs::set_permissions(&beside, permissions).map_err(failure)?;
    std::fs::rename(&beside, path).map_err(failure)
}
