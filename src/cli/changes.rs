//! The changed lines of a file, as a unified diff.

use std::io::{self, Write};
use std::time::Duration;

use similar::TextDiff;

use crate::report::Style;
use crate::report::text::one_line;
use crate::source::SourceFile;

/// The smallest difference of two texts takes time that grows with their size and with the number of changes; after so
/// long a larger one has to do.
const MAX_DIFF_TIME: Duration = Duration::from_secs(1);
/// How many lines around a change are shown; `patch` likes three.
const CONTEXT: usize = 3;

/// Writes what changes from `old` to `new`, as `patch` takes it. Control characters are shown as escapes.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, style: &Style, old: &SourceFile, new: &str) -> io::Result<()> {
    let name = one_line(old.name());
    let diff = TextDiff::configure().timeout(MAX_DIFF_TIME).diff_lines(old.text(), new);
    let unified = diff.unified_diff().context_radius(CONTEXT).header(&name, &name).to_string();
    for line in unified.split_terminator('\n') {
        let emphasis = match line.as_bytes().first() {
            Some(b'-') => Style::BAD,
            Some(b'+') => Style::GOOD,
            Some(b'@') => Style::FAINT,
            _ => anstyle::Style::new(),
        };
        // A patch of a file with the line breaks of Windows has them, too.
        let (line, line_break) = line.strip_suffix('\r').map_or((line, "\n"), |line| (line, "\r\n"));
        write!(out, "{}{line_break}", style.paint(emphasis, one_line(line)))?;
    }
    Ok(())
}
