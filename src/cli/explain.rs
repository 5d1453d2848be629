//! `promproof explain`

use clap::Args;

use super::{Outcome, Session, Trouble};

/// Explain a lint rule, with a bad and a good example
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A rule such as `template/missing-label`, or a category such as `template`
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Prints the page of the rule.
///
/// # Errors
/// Where no rule has that name, or the output cannot be written.
pub(super) fn run(args: &ExplainArgs, session: &Session) -> Result<Outcome, Trouble> {
    let _ = (args, session);
    Err(Trouble::new("explain is not built yet"))
}
