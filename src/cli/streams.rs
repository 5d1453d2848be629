//! The one owner of standard output and standard error.
//!
//! In a workflow of GitHub, whatever a process prints may hold commands to the runner: names, texts and excerpts of a
//! stranger's files are kept from being any.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::panic;

use anstream::{AutoStream, ColorChoice};

use super::{Error, ExitStatus};
use crate::report::workflow::{Annotations, Guard, Syntax, has_command};

/// Where a command prints.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streams {
    /// Whether this is a workflow of GitHub.
    pub in_github_workflow: bool,
    /// Whether its runner may read standard output.
    is_output_read: bool,
    /// Whether a command goes on, and ends as it would have, where nobody reads its output any more.
    outlives_reader: bool,
}

impl Streams {
    /// Looks at the environment and at what standard output is.
    pub(super) fn new() -> Self {
        let in_github_workflow = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        Streams { in_github_workflow, is_output_read: in_github_workflow && !goes_to_file(), outlives_reader: true }
    }

    /// The same for a command that goes on for ever: it ends with its reader.
    pub(super) fn ending_with_reader(self) -> Self {
        Streams { outlives_reader: false, ..self }
    }

    /// Whether what is written to standard output may have colours.
    pub(super) fn takes_colours(self) -> bool {
        AutoStream::choice(&io::stdout()) != ColorChoice::Never
    }

    /// Standard output, buffered, for text of this kind; with colours only where it takes them.
    pub(super) fn stdout(self, syntax: Syntax) -> impl Annotations + use<> {
        // Where there are to be no colours none are written, and nothing is looked through for them.
        let as_it_is = ColorChoice::AlwaysAnsi;
        let stream = AutoStream::new(io::stdout(), if self.takes_colours() { ColorChoice::Auto } else { as_it_is });
        Guard::new(BufWriter::new(self.output(stream)), self.is_output_read.then_some(syntax))
    }

    fn output<W>(self, stream: W) -> Output<W> {
        Output { stream, outlives_reader: self.outlives_reader, is_read: true }
    }

    /// Standard error.
    pub(super) fn stderr(self) -> impl Annotations + use<> {
        Guard::new(anstream::stderr(), self.in_github_workflow.then_some(Syntax::Text))
    }

    /// Writes text that must not change, escape sequences included, to standard output.
    ///
    /// # Errors
    /// Where it would have commands for a runner, or cannot be written.
    pub(super) fn print_exactly(self, text: &str) -> Result<(), Error> {
        if self.is_output_read && has_command(text.as_bytes()) {
            return Err(Error::new("the text is not written: GitHub would run a workflow command in it")
                .help("send standard output to a file, which GitHub does not read"));
        }
        let mut stdout = self.output(io::stdout().lock());
        stdout.write_all(text.as_bytes())?;
        Ok(stdout.flush()?)
    }

    /// Ends the program at a panic, in whichever thread, with the exit code of what could not be done. The message, which may
    /// quote what was read, takes the same way as all others. Nothing is put in order: files beside others and folders of a
    /// run stay, as where it is killed, and later runs take them away.
    pub(super) fn end_at_panics(self) {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if self.in_github_workflow {
                // Where standard error is gone, the exit code has to do.
                let _ = writeln!(self.stderr(), "{panic}");
            } else {
                usual(panic);
            }
            std::process::exit(ExitStatus::Failed.code().into());
        }));
    }
}

/// A stream whose reader may go away: `promproof check | head` says what it says by its exit code as well.
struct Output<W> {
    stream: W,
    outlives_reader: bool,
    is_read: bool,
}

impl<W: Write> Output<W> {
    /// What was written, or would have been.
    fn or_gone<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if self.outlives_reader && error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_read = false;
                Ok(otherwise)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_read {
            return Ok(bytes.len());
        }
        let result = self.stream.write(bytes);
        self.or_gone(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.is_read {
            return Ok(());
        }
        let result = self.stream.flush();
        self.or_gone(result, ())
    }
}

/// Whether standard output is a file, which no runner reads.
fn goes_to_file() -> bool {
    #[cfg(unix)]
    let output = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned();
    #[cfg(windows)]
    let output = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned();
    output.is_ok_and(|output| File::from(output).metadata().is_ok_and(|metadata| metadata.is_file()))
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::*;

    /// Where it panics in the process that is made for that.
    const PLACE: &str = "PROMPROOF_TEST_PANIC";

    /// Does nothing unless the test below has started it.
    #[test]
    fn a_process_that_panics() {
        let Ok(place) = std::env::var(PLACE) else { return };
        Streams::new().end_at_panics();
        let fail = || -> () { panic!("::error::it failed") };
        match place.as_str() {
            "worker" => drop(rayon::join(fail, || std::thread::sleep(Duration::from_secs(60)))),
            _ => drop(std::thread::spawn(fail).join()),
        }
    }

    #[test]
    fn a_panic_ends_the_program_wherever_it_is() {
        for (place, in_github) in [("worker", false), ("thread", false), ("worker", true)] {
            let mut program = Command::new(std::env::current_exe().unwrap());
            program.args(["--exact", "--nocapture", "cli::streams::tests::a_process_that_panics"]);
            program.env(PLACE, place).env("GITHUB_ACTIONS", in_github.to_string()).env("RUST_BACKTRACE", "0");
            let output = program.output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{place}: {output:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("error::it failed"), "{said}");
            assert_eq!(said.contains("\n::error::"), !in_github, "{said}");
        }
    }
}
