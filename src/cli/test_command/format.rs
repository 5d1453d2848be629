//! The output formats of `promproof test`.

use super::TestArgs;
use crate::cli::Error;
use crate::report::Format;

/// Whether a list is printed as JSON, else as lines.
///
/// # Errors
/// A format is asked for that tells how tests went.
pub(super) fn list_is_json(args: &TestArgs) -> Result<bool, Error> {
    match args.format.output_format {
        None | Some(Format::Full | Format::Concise) => Ok(false),
        Some(Format::Json) => Ok(true),
        Some(_) => Err(Error::new("this output format says how tests went, and --list runs none")
            .help("leave --output-format out, or use `--output-format json`")),
    }
}
