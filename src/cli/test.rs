//! `promproof test`

use std::path::PathBuf;

use clap::Args;

use super::options::FormatArgs;
use super::{Outcome, Session, Trouble};

/// Run unit tests of rules
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// Test files, or directories to search for them
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// How to print the result.
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Runs the tests and prints how they went.
///
/// # Errors
/// Where the output cannot be written, or there is nothing to test.
pub(super) fn run(args: &TestArgs, session: &Session) -> Result<Outcome, Trouble> {
    let _ = (args, session);
    Err(Trouble::new("test is not built yet"))
}
