//! What the commands know of where they run: the terminal, the environment, the clock.

use std::io::{self, IsTerminal, Write as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anstream::AutoStream;
use terminal_size::{Height, Width, terminal_size_of};

use super::options::{Color, FormatArgs, SharedArgs};
use super::progress::Progress;
use super::streams::Streams;
use super::{Error, ExitStatus, environment};
use crate::report::text::one_line;
use crate::report::workflow::{Annotations, Syntax};
use crate::report::{Format, Style};
use crate::source::Severity;

/// Columns of a line where no terminal says how wide it is.
const DEFAULT_WIDTH: usize = 120;

/// Where a command runs.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// How standard output may look.
    pub style: Style,
    /// How standard error may look.
    pub error_style: Style,
    /// Whether a person looks at standard output.
    pub interactive: bool,
    /// Whether a person looks at standard error.
    watched: bool,
    streams: Streams,
    started: Instant,
}

impl Session {
    /// Looks at the terminal and the environment.
    pub(super) fn new(args: &SharedArgs, streams: Streams) -> Self {
        args.color.or_else(environment::color).unwrap_or(Color::Auto).set_globally();
        let style_of = |choice: anstream::ColorChoice, width: Option<usize>| Style {
            colour: choice != anstream::ColorChoice::Never,
            unicode: speaks_utf8(),
            width: width.unwrap_or(DEFAULT_WIDTH),
            links: false,
        };
        let columns = |size: Option<(Width, Height)>| size.map(|(width, _)| usize::from(width.0));
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let style = style_of(AutoStream::choice(&stdout), columns(terminal_size_of(&stdout)));
        Session {
            style: Style { links: style.colour && takes_links(stdout.is_terminal()), ..style },
            error_style: style_of(AutoStream::choice(&stderr), columns(terminal_size_of(&stderr))),
            interactive: io::stdout().is_terminal(),
            watched: io::stderr().is_terminal(),
            streams,
            started: Instant::now(),
        }
    }

    /// The same place, for something that begins now, again and again while somebody reads what it prints.
    pub(super) fn anew(&self) -> Self {
        Session { started: Instant::now(), streams: self.streams.ending_with_reader(), ..self.clone() }
    }

    /// Standard output, buffered, for text of this kind; flush it before the command ends.
    pub(super) fn stdout(&self, syntax: Syntax) -> impl Annotations + use<> {
        self.streams.stdout(syntax)
    }

    /// Writes text that must not change, escape sequences included, to standard output.
    ///
    /// # Errors
    /// Where it would have commands for the runner of a GitHub workflow, or cannot be written.
    pub(super) fn print_exactly(&self, text: &str) -> Result<(), Error> {
        self.streams.print_exactly(text)
    }

    /// Standard error, for what a command says besides its result.
    pub(super) fn stderr(&self) -> impl Annotations + use<> {
        self.streams.stderr()
    }

    /// A line on the terminal while `what` takes long.
    pub(super) fn progress(&self, what: &'static str) -> Progress {
        if self.watched { Progress::start(what, self.stderr()) } else { Progress::none() }
    }

    /// The output format that the arguments, or else the environment, ask for.
    pub(super) fn format(&self, args: &FormatArgs) -> Format {
        match args.output_format.or_else(environment::output_format) {
            Some(format) => format,
            None if self.streams.in_github_workflow => Format::Github,
            None => Format::Full,
        }
    }

    /// What time it is, in milliseconds since the Unix epoch: what `SOURCE_DATE_EPOCH` says, in seconds, or else the
    /// clock. <https://reproducible-builds.org/specs/source-date-epoch/>
    pub(super) fn now_ms(&self) -> i64 {
        let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<i64>().ok());
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        match given {
            Some(seconds) => seconds.saturating_mul(1000),
            None => i64::try_from(clock()).unwrap_or(i64::MAX),
        }
    }

    /// The time since the start, where a person is looking.
    pub(super) fn elapsed_for_people(&self) -> Option<Duration> {
        self.interactive.then(|| self.started.elapsed())
    }

    /// The time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Says on standard error what kept a command from its work.
    pub(super) fn report(&self, error: &Error) -> ExitStatus {
        if !error.closed_pipe {
            let mut stderr = self.stderr();
            // Where standard error is gone, the exit code has to do.
            let _ = writeln!(
                stderr,
                "{}: {}",
                self.error_style.paint(Style::severity(Severity::Error), "error"),
                // Names of files and words from them are in it.
                one_line(&error.message)
            );
            if let Some(help) = &error.help {
                let _ = writeln!(stderr, "  help: {}", one_line(help));
            }
        }
        ExitStatus::Failed
    }
}

/// Whether standard output takes links (OSC 8): a terminal that is known to, or whatever `FORCE_HYPERLINK` says. A pipe
/// takes none, for its reader may search for what is printed.
fn takes_links(is_terminal: bool) -> bool {
    if let Some(forced) = std::env::var_os("FORCE_HYPERLINK") {
        return !forced.is_empty() && forced != "0";
    }
    let text = |name: &str| std::env::var(name).unwrap_or_default();
    let number = |name: &str| text(name).parse::<u32>().unwrap_or(0);
    let programs = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "zed"];
    let terms = ["xterm-kitty", "alacritty", "foot", "xterm-ghostty", "contour"];
    let is_known = || {
        // The first version of VTE whose links do no harm.
        number("VTE_VERSION") >= 5000
            || number("KONSOLE_VERSION") >= 200_400
            || ["WT_SESSION", "DOMTERM"].iter().any(|name| std::env::var_os(name).is_some())
            || programs.contains(&text("TERM_PROGRAM").as_str())
            || terms.iter().any(|term| text("TERM").starts_with(term))
    };
    is_terminal && is_known()
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
