//! What GitHub's runner takes for a workflow command, and how text is kept from being one.
//!
//! The runner reads what a process prints line by line: a line that begins with `::` behind blanks is a command, and so
//! is what stands behind `##[` anywhere in a line. Both are looked for by the rules of a language, which skip characters
//! that cannot be seen: nothing invisible breaks a command. What breaks it here is seen, or is an escape of the format.

use std::io::{self, Write};

/// How text may be escaped without a change of what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Text for people: a backslash.
    Text,
    /// JSON: the escapes of its strings. A command can stand nowhere else.
    Json,
    /// XML: references to characters.
    Xml,
}

/// Something to write to that tells text from the annotations of the `github` formats.
pub trait Annotations: Write {
    /// Writes a workflow command, the text of one line, as it is. What is in it must be encoded already.
    ///
    /// # Errors
    /// What [`Write::write_all`] reports.
    fn annotation(&mut self, command: &str) -> io::Result<()>;
}

/// Bytes that no runner reads.
impl Annotations for Vec<u8> {
    fn annotation(&mut self, command: &str) -> io::Result<()> {
        writeln!(self, "{command}")
    }
}

/// A stream that a runner may read: text that goes through it is no command.
#[derive(Debug)]
pub struct Guard<W> {
    inner: W,
    /// `None` where nobody looks for commands.
    syntax: Option<Syntax>,
    line: Line,
}

impl<W: Write> Guard<W> {
    /// A guard in front of `inner`, for text of this kind; without a kind it lets everything through.
    pub fn new(inner: W, syntax: Option<Syntax>) -> Self {
        Guard { inner, syntax, line: Line::default() }
    }
}

impl<W: Write> Write for Guard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(syntax) = self.syntax else { return self.inner.write(bytes) };
        let mut rest = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if self.line.is_command_with(*byte) {
                self.inner.write_all(bytes.get(rest..at).unwrap_or_default())?;
                self.inner.write_all(syntax.escape(*byte))?;
                rest = at + 1;
            }
        }
        self.inner.write_all(bytes.get(rest..).unwrap_or_default())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Annotations for Guard<W> {
    fn annotation(&mut self, command: &str) -> io::Result<()> {
        self.line = Line::default();
        writeln!(self.inner, "{command}")
    }
}

/// Whether a runner would take something in `text` for a command.
pub fn has_command(text: &[u8]) -> bool {
    let mut line = Line::default();
    text.iter().any(|byte| line.is_command_with(*byte))
}

impl Syntax {
    /// What stands for the byte that would complete `::` or `##[`.
    const fn escape(self, byte: u8) -> &'static [u8] {
        match (self, byte) {
            (Syntax::Text, b':') => br"\:",
            (Syntax::Text, _) => br"\[",
            (Syntax::Json, b':') => br"\u003a",
            (Syntax::Json, _) => br"\u005b",
            (Syntax::Xml, b':') => b"&#58;",
            (Syntax::Xml, _) => b"&#91;",
        }
    }
}

/// What has been seen of a line.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    start: Start,
    /// How many `#` are right before, at most two.
    hashes: u8,
    escape: Escape,
}

/// What a line begins with.
#[derive(Clone, Copy, Debug, Default)]
enum Start {
    /// Blanks, so far.
    #[default]
    Blank,
    /// A colon behind them.
    Colon,
    /// Something else.
    Other,
}

/// Where in an escape sequence of a terminal. Colours are ours, and may be taken out before a runner sees the line.
#[derive(Clone, Copy, Debug, Default)]
enum Escape {
    #[default]
    Outside,
    Begun,
    Inside,
}

impl Line {
    /// Goes on by one byte. Whether it would complete the beginning of a command.
    fn is_command_with(&mut self, byte: u8) -> bool {
        if self.is_in_escape(byte) {
            return false;
        }
        match byte {
            // The runner ends a line at either.
            b'\n' | b'\r' => *self = Line::default(),
            b' ' => {
                self.hashes = 0;
                if matches!(self.start, Start::Colon) {
                    self.start = Start::Other;
                }
            }
            // Blanks and characters that comparisons skip are among them; to take all for such costs a backslash at
            // most.
            ..0x20 | 0x7f.. => {}
            b':' => {
                self.hashes = 0;
                let completes = matches!(self.start, Start::Colon);
                self.start = if matches!(self.start, Start::Blank) { Start::Colon } else { Start::Other };
                return completes;
            }
            _ => {
                let completes = byte == b'[' && self.hashes == 2;
                self.hashes = if byte == b'#' { (self.hashes + 1).min(2) } else { 0 };
                self.start = Start::Other;
                return completes;
            }
        }
        false
    }

    /// Whether the byte belongs to a sequence `ESC [ … letter`.
    fn is_in_escape(&mut self, byte: u8) -> bool {
        let (next, is_in) = match (self.escape, byte) {
            (_, 0x1b) => (Escape::Begun, true),
            (Escape::Begun, b'[') | (Escape::Inside, 0x20..0x40) => (Escape::Inside, true),
            (Escape::Inside, _) => (Escape::Outside, true),
            (Escape::Begun | Escape::Outside, _) => (Escape::Outside, false),
        };
        self.escape = next;
        is_in
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out, whole and byte by byte.
    fn guarded(text: &str, syntax: Syntax) -> String {
        let write = |size: usize| {
            let mut guard = Guard::new(Vec::new(), Some(syntax));
            text.as_bytes().chunks(size).for_each(|chunk| guard.write_all(chunk).unwrap());
            String::from_utf8(guard.inner).unwrap()
        };
        assert_eq!(write(1), write(text.len()));
        write(1)
    }

    #[test]
    fn commands_are_broken_and_nothing_else_is() {
        let text = |text| guarded(text, Syntax::Text);
        assert_eq!(text("::error::x"), r":\:error::x");
        assert_eq!(text("  \t::error::x"), "  \t:\\:error::x");
        assert_eq!(text("a\n\r ::x\r::y"), "a\n\r :\\:x\r:\\:y");
        assert_eq!(text("\u{a0}\u{2028}\u{200b}::x"), "\u{a0}\u{2028}\u{200b}:\\:x");
        assert_eq!(text("\x1b[1;31m::x"), "\x1b[1;31m:\\:x");
        assert_eq!(text("a ##[error]x ###[y #\u{ad}#\u{200b}["), "a ##\\[error]x ###\\[y #\u{ad}#\u{200b}\\[");
        assert_eq!(text("##\x1b[0m["), "##\x1b[0m\\[");
        for harmless in ["a::b", ": :x", "#[x] # #[ ##x[", "a\n:x:", "\x1b[1m##\x1b[0mx"] {
            assert_eq!(text(harmless), harmless);
            assert!(!has_command(harmless.as_bytes()));
        }
        assert!(has_command(b"a\n  ::x"));
    }

    #[test]
    fn escapes_mean_the_same() {
        let value = serde_json::json!({"##[a]": ["::b", "##\\[c", "\n::d"]});
        let json = guarded(&serde_json::to_string_pretty(&value).unwrap(), Syntax::Json);
        assert!(!has_command(json.as_bytes()), "{json}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
        assert_eq!(guarded("<a b=\"##[x]\">\n::y</a>", Syntax::Xml), "<a b=\"##&#91;x]\">\n:&#58;y</a>");
    }

    #[test]
    fn annotations_pass() {
        let mut guard = Guard::new(Vec::new(), Some(Syntax::Text));
        guard.annotation("::error::##[x]").unwrap();
        guard.write_all(b"::warning::x").unwrap();
        assert_eq!(String::from_utf8(guard.inner).unwrap(), "::error::##[x]\n:\\:warning::x");
    }
}
