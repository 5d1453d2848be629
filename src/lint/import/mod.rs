//! From the configuration of another linter to one of ours, as far as it goes: `.pint.hcl` of pint and the validation file
//! of promruval.
//!
//! What has no counterpart is named at its place, with the reason. A condition that cannot be said takes what it is for
//! along: nothing that is imported holds for more rules than it did.

mod draft;
mod globs;
mod hcl;
mod names;
mod pint;
mod promruval;

use std::path::Path;
use std::sync::Arc;

use crate::source::{Diagnostic, Label, Severity, SourceFile, Span};

use draft::Draft;
pub use promruval::validators;

/// Why what asks a server has no counterpart.
const SERVER: &str = "it asks a server of Prometheus, which promproof does not";
/// Why there is no condition for something.
const NO_CONDITION: &str = "no policy has such a condition, and without it this would hold for more rules";

/// What became of a configuration.
#[derive(Debug)]
pub struct Imported {
    /// A `promproof.toml` that says the same as far as it goes.
    pub toml: String,
    /// What is left out or differs, each at its place in the source, in the order of the file.
    pub left_out: Vec<Diagnostic>,
}

/// Whose configuration a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// pint's, in HCL.
    Pint,
    /// promruval's, in YAML.
    Promruval,
}

impl Tool {
    /// Goes by the ending of the file's name.
    pub fn of(name: &str) -> Option<Tool> {
        // `.hcl` alone is a name without an ending.
        let ending = Path::new(name).file_name()?.to_str()?.rsplit('.').next()?;
        match ending {
            "hcl" => Some(Tool::Pint),
            "yaml" | "yml" | "json" => Some(Tool::Promruval),
            _ => None,
        }
    }

    /// What messages call it.
    pub fn word(self) -> &'static str {
        match self {
            Tool::Pint => "pint",
            Tool::Promruval => "promruval",
        }
    }
}

/// Translates the configuration `file` of `tool`. What comes out is valid.
///
/// # Errors
/// What is wrong with the file, so that it says nothing: `import/syntax`.
pub fn import(file: &Arc<SourceFile>, tool: Tool) -> Result<Imported, Vec<Diagnostic>> {
    let mut draft = Draft::new(file);
    match tool {
        Tool::Pint => pint::read(file, &mut draft)?,
        Tool::Promruval => promruval::read(file, &mut draft)?,
    }
    let (toml, mut left_out) = draft.finish(tool);
    left_out.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Ok(Imported { toml, left_out })
}

/// The file is not what it should be.
fn refusal(file: &Arc<SourceFile>, span: Span, message: &str, why: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::new("import/syntax", Severity::Error, message, Label::new(file, span, why))]
}
