//! The threads that do the work of a command.

use rayon::ThreadPoolBuilder;

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Starts them, from the main thread, which then reads the arguments and waits: they are up before there is work.
///
/// # Errors
/// Why they cannot be started.
pub(super) fn start() -> Result<(), String> {
    let pool = ThreadPoolBuilder::new().stack_size(STACK_BYTES);
    #[cfg(target_os = "linux")]
    let pool = pool.start_handler(processor::settle);
    pool.build_global().map_err(|error| format!("the threads cannot be started: {error}"))
}

/// A processor for each thread.
///
/// On virtual machines Linux often wakes a thread on the processor of the one that wakes it, though its own is idle. Of two
/// threads on two processors both then take turns on one, for 10 ms and longer: in every third run of `check` on a few files,
/// which takes half as long again.
#[cfg(target_os = "linux")]
mod processor {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// Machines with more may have slower processors among theirs, which a thread with much to do should be free to leave.
    const MAX_PROCESSORS: usize = 4;

    /// Keeps this thread, one of as many as there are processors, on one of its own. It makes things faster at most: where it
    /// cannot be done it is not.
    pub(super) fn settle(index: usize) {
        let Ok(allowed) = sched_getaffinity(None) else { return };
        let processors: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|at| allowed.is_set(*at)).collect();
        if processors.len() > MAX_PROCESSORS || processors.len() != rayon::current_num_threads() {
            return;
        }
        if let Some(own) = processors.get(index) {
            let mut only = CpuSet::new();
            only.set(*own);
            let _ = sched_setaffinity(None, &only);
        }
    }
}
