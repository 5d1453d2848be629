//! The output formats of `promproof test`.

use clap::ValueEnum;

use super::TestArgs;
use crate::cli::options::FormatArgs;
use crate::cli::{Error, Session};
use crate::report::Format;
use crate::report::run::TestFormat;

/// The output formats by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TestOutputFormat {
    /// Source, differences and timelines
    Full,
    /// One line per failure
    Concise,
    /// One JSON object
    Json,
    /// Workflow commands that GitHub shows as annotations
    Github,
    /// JUnit's XML
    Junit,
    /// The Test Anything Protocol
    Tap,
}

impl From<TestOutputFormat> for TestFormat {
    fn from(format: TestOutputFormat) -> Self {
        match format {
            TestOutputFormat::Full => TestFormat::Full,
            TestOutputFormat::Concise => TestFormat::Concise,
            TestOutputFormat::Json => TestFormat::Json,
            TestOutputFormat::Github => TestFormat::Github,
            TestOutputFormat::Junit => TestFormat::Junit,
            TestOutputFormat::Tap => TestFormat::Tap,
        }
    }
}

/// The format that the arguments, or else the environment, ask for.
pub(super) fn chosen(args: &TestArgs, session: &Session) -> TestFormat {
    match args.output_format {
        Some(format) => format.into(),
        None if session.format(&FormatArgs { output_format: None }) == Format::Github => TestFormat::Github,
        None => TestFormat::Full,
    }
}

/// Whether a list is printed as JSON, else as lines.
///
/// # Errors
/// A format is asked for that tells how tests went.
pub(super) fn list_is_json(args: &TestArgs) -> Result<bool, Error> {
    match args.output_format {
        None | Some(TestOutputFormat::Full | TestOutputFormat::Concise) => Ok(false),
        Some(TestOutputFormat::Json) => Ok(true),
        Some(TestOutputFormat::Github | TestOutputFormat::Junit | TestOutputFormat::Tap) => {
            Err(Error::new("this output format says how tests went, and --list runs none")
                .help("leave --output-format out, or use `--output-format json`"))
        }
    }
}
