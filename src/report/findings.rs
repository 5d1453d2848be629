//! What the formats list that know findings and nothing else: GitLab's, SARIF, checkstyle, rdjson. `check` and `test` have
//! them alike.

use super::Failure;
use crate::lint::Identity;
use crate::source::{Diagnostic, Label, Position};

/// What was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Findings<'a> {
    /// The command that found it: `check`, `test`.
    pub command: &'static str,
    /// In the order in which they are to be shown.
    pub diagnostics: &'a [Diagnostic],
    /// For each of them, which it is.
    pub identities: &'a [Identity],
    /// What could not be read or done.
    pub failures: &'a [Failure],
}

impl<'a> Findings<'a> {
    /// Each finding with its identity.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'a Diagnostic, Option<&'a Identity>)> + use<'a> {
        let identities = self.identities.iter().map(Some).chain(std::iter::repeat(None));
        self.diagnostics.iter().zip(identities)
    }
}

/// The path of a file as web addresses and other tools have it: with slashes, without `./` in front.
pub(super) fn slashed(name: &str) -> String {
    let path = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

/// The first and the last place of a label. The end is exclusive, and not before the start.
pub(super) fn positions(label: &Label) -> (Position, Position) {
    let start = label.file.position(label.span.start());
    (start, label.file.position(label.span.end().max(label.span.start())))
}

/// Message and help.
pub(super) fn text_of(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}
