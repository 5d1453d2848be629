//! The environment variables that stand for options. What is written on the command line wins; an empty variable is none.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;

use super::Error;
use super::options::Color;
use super::selection::FailOnWord;
use crate::report::Format;
use crate::source::words;

/// A variable, and the option that it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The option.
    pub option: &'static str,
    /// What may be wrong with its value; `None` where nothing is.
    problem: fn(&str) -> Option<String>,
}

const COLOR: &str = "PROMPROOF_COLOR";
const CONFIG: &str = "PROMPROOF_CONFIG";
pub(super) const FAIL_ON: &str = "PROMPROOF_FAIL_ON";
const OUTPUT_FORMAT: &str = "PROMPROOF_OUTPUT_FORMAT";
const SANDBOX: &str = "PROMPROOF_SANDBOX";

/// Words that switch an option on, and off.
const SWITCH: [(&str, bool); 6] =
    [("1", true), ("true", true), ("yes", true), ("0", false), ("false", false), ("no", false)];

/// All of them.
pub(super) const VARIABLES: [Variable; 5] = [
    Variable { name: COLOR, option: "color", problem: one_of::<Color> },
    Variable { name: CONFIG, option: "config", problem: |_| None },
    Variable { name: FAIL_ON, option: "fail-on", problem: one_of::<FailOnWord> },
    Variable { name: OUTPUT_FORMAT, option: "output-format", problem: one_of::<Format> },
    Variable { name: SANDBOX, option: "sandbox", problem: no_switch },
];

/// Looks at all variables before anything is done.
///
/// # Errors
/// Where one has a value that its option does not take.
pub(super) fn check() -> Result<(), Error> {
    VARIABLES.iter().try_for_each(|variable| match text(variable.name).and_then(|text| (variable.problem)(&text)) {
        Some(problem) => {
            Err(Error::new(format!("{}, which stands for --{}: {problem}", variable.name, variable.option)))
        }
        None => Ok(()),
    })
}

/// `--color`
pub(super) fn color() -> Option<Color> {
    word(COLOR)
}

/// `--config`
pub(super) fn config() -> Option<PathBuf> {
    value(CONFIG).map(PathBuf::from)
}

/// `--fail-on`
pub(super) fn fail_on() -> Option<FailOnWord> {
    word(FAIL_ON)
}

/// `--output-format` of `check` and `test`.
pub(super) fn output_format() -> Option<Format> {
    word(OUTPUT_FORMAT)
}

/// `--sandbox`
pub(super) fn sandbox() -> bool {
    text(SANDBOX).and_then(|text| switch(&text)).unwrap_or(false)
}

fn value(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn text(name: &str) -> Option<String> {
    value(name).map(|value| value.to_string_lossy().into_owned())
}

fn word<W: ValueEnum>(name: &str) -> Option<W> {
    text(name).and_then(|text| W::from_str(&text, true).ok())
}

fn one_of<W: ValueEnum>(text: &str) -> Option<String> {
    if W::from_str(text, true).is_ok() {
        return None;
    }
    let values: Vec<_> = W::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
    let names = values.iter().map(|value| value.get_name());
    Some(format!("`{text}` is none of {}", words::list(names)))
}

fn switch(text: &str) -> Option<bool> {
    SWITCH.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, on)| *on)
}

fn no_switch(text: &str) -> Option<String> {
    switch(text).is_none().then(|| format!("`{text}` is none of {}", words::list(SWITCH.map(|(word, _)| word))))
}
