//! The Test Anything Protocol, version 14: test points, of whichever command.

use std::io::{self, Write};

use super::text::one_line;

/// Test points that are being written.
pub(super) struct Points<'a> {
    out: &'a mut dyn Write,
    count: usize,
}

impl<'a> Points<'a> {
    /// Writes the head.
    pub(super) fn begin(out: &'a mut dyn Write) -> io::Result<Self> {
        writeln!(out, "TAP version 14")?;
        Ok(Points { out, count: 0 })
    }

    /// Writes one test point; `#` and line breaks in its title would mean something else.
    pub(super) fn point(&mut self, ok: bool, title: &str, directive: &str, lines: &[String]) -> io::Result<()> {
        self.count += 1;
        let title = one_line(title).replace('\\', "\\\\").replace('#', "\\#");
        writeln!(self.out, "{} {} - {title}{directive}", if ok { "ok" } else { "not ok" }, self.count)?;
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "  ---\n  message: |")?;
        for line in lines {
            writeln!(self.out, "    {}", one_line(line))?;
        }
        writeln!(self.out, "  ...")
    }

    /// Writes what is no test point.
    pub(super) fn comment(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "# {}", one_line(text))
    }

    /// Writes the plan: how many points there were.
    pub(super) fn end(self) -> io::Result<()> {
        writeln!(self.out, "1..{}", self.count)
    }
}
