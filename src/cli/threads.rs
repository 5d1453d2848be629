//! The threads that do the work of a command.

use rayon::ThreadPoolBuilder;

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Starts the threads, from the main one, which then reads the arguments and waits: they are up before there is work.
///
/// # Errors
/// Why they cannot be started.
pub(super) fn start() -> Result<(), String> {
    let pool = ThreadPoolBuilder::new().stack_size(STACK_BYTES);
    #[cfg(target_os = "linux")]
    let pool = match processor::for_each_thread() {
        Some(processors) => pool.start_handler(move |index| processors.settle(index)),
        None => pool,
    };
    pool.build_global().map_err(|error| format!("the threads cannot be started: {error}"))
}

/// Lets this thread, and what it starts, run on any processor again: a thread or a program that is started runs where the one
/// does that starts it.
pub(super) fn roam() {
    #[cfg(target_os = "linux")]
    processor::roam();
}

/// A processor for each thread.
///
/// On virtual machines Linux often wakes a thread on the processor of the one that wakes it, though its own is idle. Of two
/// threads on two processors both then take turns on one, for 10 ms and longer: in every third run of `check` on a few files,
/// which takes half as long again.
#[cfg(target_os = "linux")]
mod processor {
    use std::fs;
    use std::sync::OnceLock;

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// Machines with more may have slower processors among theirs, which a thread with much to do should be free to leave.
    const MAX_PROCESSORS: usize = 4;

    /// Where this process may run, once its threads have been given processors.
    static ALLOWED: OnceLock<CpuSet> = OnceLock::new();

    /// The processors of the threads, by the threads' numbers.
    pub(super) struct Processors(Vec<usize>);

    /// A processor for each thread, on a small machine on which nothing else runs: beside something that does, a thread should
    /// be free to leave.
    pub(super) fn for_each_thread() -> Option<Processors> {
        let is_idle = || running(&fs::read_to_string("/proc/loadavg").ok()?).filter(|running| *running <= 1);
        of(MAX_PROCESSORS).filter(|_| is_idle().is_some())
    }

    /// The processors, where there are several and not more than `most`.
    pub(super) fn of(most: usize) -> Option<Processors> {
        let allowed = sched_getaffinity(None).ok()?;
        let processors: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|at| allowed.is_set(*at)).collect();
        ALLOWED.get_or_init(|| allowed);
        (2..=most).contains(&processors.len()).then_some(Processors(processors))
    }

    /// How many threads of the machine run or could: the `1` of `0.20 0.18 0.12 1/80 11206`, `man 5 proc_loadavg`.
    pub(super) fn running(loadavg: &str) -> Option<usize> {
        loadavg.split(' ').nth(3)?.split('/').next()?.parse().ok()
    }

    impl Processors {
        #[cfg(test)]
        pub(super) fn len(&self) -> usize {
            self.0.len()
        }

        /// Keeps this thread on its processor, where there are as many threads as processors. Where that cannot be done, it is
        /// only slower.
        pub(super) fn settle(&self, index: usize) {
            if let Some(own) = self.0.get(index).filter(|_| self.0.len() == rayon::current_num_threads()) {
                let mut only = CpuSet::new();
                only.set(*own);
                let _ = sched_setaffinity(None, &only);
            }
        }
    }

    pub(super) fn roam() {
        if let Some(allowed) = ALLOWED.get() {
            let _ = sched_setaffinity(None, allowed);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::thread::sched_getaffinity;

    use super::processor;

    #[test]
    fn what_runs_is_counted() {
        assert_eq!(processor::running("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(processor::running(""), None);
        let now = std::fs::read_to_string("/proc/loadavg").unwrap();
        assert!(processor::running(&now).is_some_and(|running| running > 0), "{now}");
    }

    #[test]
    fn a_thread_that_has_settled_can_leave() {
        let Some(processors) = processor::of(usize::MAX) else { return };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(processors.len());
        let pool = pool.start_handler(move |index| processors.settle(index)).build().unwrap();
        let where_it_runs = || sched_getaffinity(None).unwrap();
        let allowed = where_it_runs();
        let settled = pool.broadcast(|_| where_it_runs());
        assert!(
            settled.iter().all(|own| own.count() == 1 && settled.iter().filter(|other| *other == own).count() == 1)
        );
        let free = pool.broadcast(|_| {
            super::roam();
            where_it_runs()
        });
        assert!(free.iter().all(|free| *free == allowed));
    }
}
