//! Options that several commands share.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{OsStringValueParser, PathBufValueParser, PossibleValue, TypedValueParser};
use clap::{Args, ValueEnum};

use super::outputs::Asked;
use crate::model::duration;
use crate::report::Format;
use crate::source::words;

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct SharedArgs {
    /// When to use colours; `auto` looks at the terminal, NO_COLOR and CLICOLOR_FORCE [default: auto] [env: PROMPROOF_COLOR]
    #[arg(long, value_name = "WHEN", value_enum, global = true, help_heading = "Global options")]
    pub color: Option<Color>,
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

impl Color {
    /// Sets it for all that this process prints.
    pub(super) fn set_globally(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }

    /// What the last `--color` of a command line asks for. For command lines that clap does not read to their end, because they
    /// ask for help or have a mistake.
    pub(super) fn asked_for_in(arguments: impl Iterator<Item = OsString>) -> Option<Color> {
        let mut found = None;
        let mut is_next = false;
        for argument in arguments {
            let argument = argument.to_string_lossy();
            if argument == "--" {
                break;
            }
            let value = if is_next { Some(&*argument) } else { argument.strip_prefix("--color=") };
            found = value.and_then(|value| Color::from_str(value, true).ok()).or(found);
            is_next = argument == "--color";
        }
        found
    }
}

/// How `check` and `test` print their result, and where they write it.
#[derive(Debug, Args)]
pub(super) struct FormatArgs {
    /// How to print the result [default: full; github in a GitHub workflow] [env: PROMPROOF_OUTPUT_FORMAT]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub output_format: Option<Format>,

    /// Write the result to a file as well (repeatable): sarif=out.sarif
    ///
    /// Without a format the ending says which it is: .sarif, .json, .txt or .md.
    #[arg(short, long, value_name = "FORMAT=FILE", value_parser = output())]
    pub output: Vec<Output>,
}

impl FormatArgs {
    /// All formats that are written, where `printed` is the one for standard output.
    pub(super) fn formats(&self, printed: Format) -> impl Iterator<Item = Format> {
        std::iter::once(printed).chain(self.output.iter().map(|output| output.format))
    }

    /// The files that are written, with the option that asks for them.
    pub(super) fn files(&self) -> Vec<Asked<'_>> {
        self.output.iter().map(|output| ("--output", output.path.as_path())).collect()
    }
}

/// A file that the result is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    /// How it is written.
    pub format: Format,
    /// The file.
    pub path: PathBuf,
}

/// Reads the value of `--output`.
fn output() -> impl TypedValueParser<Value = Output> {
    OsStringValueParser::new().try_map(|value| {
        let text = value.to_string_lossy();
        let (format, path) = match text.split_once('=') {
            Some((word, rest)) if is_word(word) => (Some(named(word)?), PathBuf::from(rest)),
            _ => (None, PathBuf::from(&value)),
        };
        if path.as_os_str().is_empty() {
            return Err("the name of the file is missing".to_owned());
        }
        if path == Path::new("-") {
            return Err("standard output has its own option, --output-format; name a file, or write `./-`".to_owned());
        }
        let format = format.or_else(|| of_ending(&path)).ok_or_else(|| {
            "the format is missing: write FORMAT=FILE, as in junit=report.xml; only .sarif, .json, .txt and .md say which it is"
                .to_owned()
        })?;
        Ok(Output { format, path })
    })
}

/// Whether it can only be meant as a format, not as the beginning of a path with a `=` in it.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn named(word: &str) -> Result<Format, String> {
    if let Ok(format) = Format::from_str(word, true) {
        return Ok(format);
    }
    let values: Vec<_> = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
    let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    let meant = words::nearest_or_longer(word, names.iter().copied()).map(words::did_you_mean);
    let meant = meant.unwrap_or_else(|| format!("the formats are {}", names.join(", ")));
    Err(format!("there is no format `{word}`; {meant}"))
}

/// The format of files with such an ending. `.xml` is that of several.
fn of_ending(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "sarif" => Some(Format::Sarif),
        "json" => Some(Format::Json),
        "txt" => Some(Format::Full),
        "md" => Some(Format::Markdown),
        _ => None,
    }
}

/// The output formats by their names on the command line.
impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Format::Full => ("full", "Source lines with the places drawn into them"),
            Format::Concise => ("concise", "One line per finding"),
            Format::Json => ("json", "One JSON object"),
            Format::Github => ("github", "Workflow commands that GitHub shows as annotations"),
            Format::Gitlab => ("gitlab", "GitLab's Code Quality report"),
            Format::Sarif => ("sarif", "SARIF 2.1.0, for GitHub's code scanning"),
            Format::Junit => ("junit", "JUnit's XML"),
            Format::Checkstyle => ("checkstyle", "Checkstyle's XML"),
            Format::Rdjson => ("rdjson", "reviewdog's JSON"),
            Format::Tap => ("tap", "The Test Anything Protocol"),
            Format::Markdown => ("markdown", "A summary for job summaries and comments"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
