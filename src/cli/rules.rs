//! `promproof rules`

use clap::Args;

use super::{Outcome, Session, Trouble};

/// List all lint rules
#[derive(Debug, Args)]
pub(super) struct RulesArgs {}

/// Prints the list.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn run(args: &RulesArgs, session: &Session) -> Result<Outcome, Trouble> {
    let _ = (args, session);
    Err(Trouble::new("rules is not built yet"))
}
