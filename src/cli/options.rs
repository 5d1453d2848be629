//! Options that several commands share.

use clap::{Args, ValueEnum};

use crate::report::Format;

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct SharedArgs {
    /// When to use colours; `auto` looks at the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true, help_heading = "Global options")]
    pub color: Color,
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
