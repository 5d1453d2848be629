//! What the commands know of where they run: the terminal, the environment, the clock.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::options::{Color, FormatArgs, SharedArgs};
use super::{Outcome, Trouble};
use crate::report::{Format, Look};
use crate::source::Severity;

/// Columns of a line where no terminal says how wide it is.
const DEFAULT_WIDTH: usize = 120;

/// Where a command runs.
#[derive(Debug)]
pub(super) struct Session {
    /// How standard output may look.
    pub look: Look,
    /// How standard error may look.
    pub error_look: Look,
    /// Whether a person looks at standard output.
    pub interactive: bool,
    in_github_workflow: bool,
    started: Instant,
}

impl Session {
    /// Looks at the terminal and the environment.
    pub(super) fn new(args: &SharedArgs) -> Self {
        match args.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
        let unicode = speaks_utf8();
        let colour_of = |choice| !matches!(choice, anstream::ColorChoice::Never);
        Session {
            look: Look {
                colour: colour_of(anstream::AutoStream::choice(&io::stdout())),
                unicode,
                width: DEFAULT_WIDTH,
            },
            error_look: Look {
                colour: colour_of(anstream::AutoStream::choice(&io::stderr())),
                unicode,
                width: DEFAULT_WIDTH,
            },
            interactive: io::stdout().is_terminal(),
            in_github_workflow: std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            started: Instant::now(),
        }
    }

    /// Standard output, buffered; [`Write::flush`] it before the command ends.
    pub(super) fn stdout(&self) -> impl Write + use<> {
        BufWriter::new(anstream::stdout())
    }

    /// The output format that the arguments, or else the environment, ask for.
    pub(super) fn format(&self, args: &FormatArgs) -> Format {
        match args.output_format {
            Some(format) => format.into(),
            None if self.in_github_workflow => Format::Github,
            None => Format::Full,
        }
    }

    /// The time since the start, where a person is looking.
    pub(super) fn elapsed_for_people(&self) -> Option<Duration> {
        self.interactive.then(|| self.started.elapsed())
    }

    /// Says on standard error what kept a command from its work.
    pub(super) fn report(&self, trouble: &Trouble) -> Outcome {
        if !trouble.closed_pipe {
            let mut stderr = anstream::stderr();
            // Where standard error is gone, the exit code has to do.
            let _ = writeln!(
                stderr,
                "{}: {}",
                self.error_look.paint(Look::severity(Severity::Error), "error"),
                trouble.message
            );
            if let Some(help) = &trouble.help {
                let _ = writeln!(stderr, "  help: {help}");
            }
        }
        Outcome::Trouble
    }
}

/// Whether the locale is a UTF-8 one; on Windows, whether the terminal is one of the newer ones.
fn speaks_utf8() -> bool {
    if cfg!(windows) {
        return ["WT_SESSION", "TERM_PROGRAM", "GITHUB_ACTIONS"].iter().any(|name| std::env::var_os(name).is_some());
    }
    // The first of the three that is set and not empty decides, as in setlocale(3).
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty())
        .and_then(|value| value.into_string().ok())
        .map(|locale| locale.to_ascii_lowercase())
        .is_some_and(|locale| locale.contains("utf-8") || locale.contains("utf8"))
}
