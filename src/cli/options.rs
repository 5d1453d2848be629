//! Options that several commands share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::model::duration;
use crate::report::Format;

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct SharedArgs {
    /// When to use colours; `auto` looks at the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true, help_heading = "Global options")]
    pub color: Color,
}

/// Reads the name of a file or a folder that is written. `-`, which elsewhere stands for standard input, would make one
/// of that name.
pub(super) fn output_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if path == Path::new("-") {
            Err("standard output has the result itself; name a file, or write `./-`")
        } else {
            Ok(path)
        }
    })
}

/// Reads how long something may take.
pub(super) fn parse_timeout(text: &str) -> Result<Duration, String> {
    let ms = duration::parse_duration(text).ok().and_then(|ms| u64::try_from(ms).ok()).filter(|ms| *ms > 0);
    ms.map(Duration::from_millis).ok_or_else(|| "expected a duration above 0, like 30s".to_owned())
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// As the terminal and the environment say
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The output format of `check` and `test`.
#[derive(Debug, Args)]
pub(super) struct FormatArgs {
    /// How to print the result [default: full; github in a GitHub workflow]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub output_format: Option<OutputFormat>,
}

/// The output formats by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// Source lines with the places drawn into them
    Full,
    /// One line per finding
    Concise,
    /// One JSON object
    Json,
    /// Workflow commands that GitHub shows as annotations
    Github,
}

impl From<OutputFormat> for Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Full => Format::Full,
            OutputFormat::Concise => Format::Concise,
            OutputFormat::Json => Format::Json,
            OutputFormat::Github => Format::Github,
        }
    }
}
