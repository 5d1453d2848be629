//! The `promproof` command: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    promproof::cli::main()
}
