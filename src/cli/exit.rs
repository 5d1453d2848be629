//! How a command ends: exit codes, and the errors that keep it from its work.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::report::Failure;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// Nothing to complain about: exit code 0.
    Clean,
    /// Findings, or tests that failed: exit code 1.
    Findings,
    /// The tool could not do all that it was asked to: exit code 2.
    Failed,
}

impl ExitStatus {
    /// The exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            ExitStatus::Clean => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Failed => 2,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(outcome: ExitStatus) -> Self {
        ExitCode::from(outcome.code())
    }
}

/// What kept a command from its work; printed on standard error, exit code 2.
#[derive(Debug)]
pub(super) struct Error {
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Whether the reader of the output went away (`promproof check | head`), which is nobody's mistake.
    pub closed_pipe: bool,
}

impl Error {
    /// An error that says `message`.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Error { message: message.into(), help: None, closed_pipe: false }
    }

    /// As [`Error::help`], unless it has something already.
    #[must_use]
    pub(super) fn or_help(self, help: impl Into<String>) -> Self {
        if self.help.is_some() { self } else { self.help(help) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A file that cannot be read.
impl From<&Failure> for Error {
    fn from(failure: &Failure) -> Self {
        Error::new(failure.to_string())
    }
}

/// Output that cannot be written.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error {
            message: format!("cannot write the output: {error}"),
            help: None,
            closed_pipe: error.kind() == io::ErrorKind::BrokenPipe,
        }
    }
}
