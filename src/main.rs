//! The `promproof` command: arguments in, exit code out.

use std::process::ExitCode;

/// A run keeps all that it reads, on several threads, and ends: what is allocated in small pieces should cost little. The
/// figures are in CONTRIBUTING.md, "Dependencies".
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    promproof::cli::main()
}
