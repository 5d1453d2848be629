//! `promproof check`

use std::path::PathBuf;

use clap::Args;

use super::options::FormatArgs;
use super::{Outcome, Session, Trouble};

/// Lint rule files
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Files or directories; `-` reads standard input
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub format: FormatArgs,
}

/// Lints the paths and prints what was found.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn run(args: &CheckArgs, session: &Session) -> Result<Outcome, Trouble> {
    let _ = (args, session);
    Err(Trouble::new("check is not built yet"))
}
