//! The threads that do the work of a command.

use std::fmt::Display;
use std::io;
use std::thread::{Builder, JoinHandle};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Threads that are being started, which takes as long as to read the arguments.
pub(super) struct Starting(io::Result<JoinHandle<Result<(), ThreadPoolBuildError>>>);

/// Starts them from a thread that ends then. Started by one of them, which waits for the others, the two often end up on one
/// processor, where they take turns for 10 or 20 ms while the other processor is idle.
pub(super) fn start() -> Starting {
    Starting(Builder::new().spawn(|| ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global()))
}

impl Starting {
    /// Waits until they are there.
    ///
    /// # Errors
    /// Why they cannot be started.
    pub(super) fn wait(self) -> Result<(), String> {
        let in_words = |error: &dyn Display| format!("the threads cannot be started: {error}");
        match self.0.map(JoinHandle::join) {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(in_words(&error)),
            Ok(Err(_)) => Err(in_words(&"the one that starts them has panicked")),
            Err(error) => Err(in_words(&error)),
        }
    }
}
