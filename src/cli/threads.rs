//! The threads that do the work of a command.

use rayon::ThreadPoolBuilder;

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Starts them, from the main thread, which then reads the arguments and waits: they are up before there is work. Started by one
/// of them, or by a thread that ends then, the two often find themselves on one processor, where they take turns for 10 or 20 ms
/// while the other processor is idle.
///
/// # Errors
/// Why they cannot be started.
pub(super) fn start() -> Result<(), String> {
    let started = ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global();
    started.map_err(|error| format!("the threads cannot be started: {error}"))
}
