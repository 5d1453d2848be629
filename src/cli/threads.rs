//! The threads that do the work of a command.

use rayon::ThreadPoolBuilder;

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Threads that have been started.
pub(super) struct Threads {
    #[cfg(target_os = "linux")]
    processors: processor::Processors,
}

/// Starts the threads, from the main one, which then reads the arguments and waits: they are up before there is work.
///
/// # Errors
/// Why they cannot be started.
pub(super) fn start() -> Result<Threads, String> {
    let pool = ThreadPoolBuilder::new().stack_size(STACK_BYTES);
    #[cfg(target_os = "linux")]
    let processors = processor::Processors::new();
    #[cfg(target_os = "linux")]
    let pool = pool.start_handler(processors.note_threads());
    pool.build_global().map_err(|error| format!("the threads cannot be started: {error}"))?;
    Ok(Threads {
        #[cfg(target_os = "linux")]
        processors,
    })
}

impl Threads {
    /// Gives each thread a processor of its own, where that makes them faster.
    pub(super) fn settle(self) {
        #[cfg(target_os = "linux")]
        self.processors.settle();
    }
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
///
/// Beside something else that runs, a thread should be free to leave; and on larger machines, which may have slower processors
/// among theirs.
#[cfg(target_os = "linux")]
mod processor {
    use std::fs;
    use std::sync::{Arc, Mutex, OnceLock, PoisonError};

    use rustix::thread::{CpuSet, Pid, gettid, sched_getaffinity, sched_setaffinity};

    /// So many processors has a small machine.
    const MAX_PROCESSORS: usize = 4;

    /// Where this process may run, once its threads have been given processors.
    static ALLOWED: OnceLock<CpuSet> = OnceLock::new();

    /// What is known before the processors are handed out.
    pub(super) struct Processors {
        threads: Arc<Mutex<Vec<Pid>>>,
        was_idle: bool,
    }

    impl Processors {
        /// Looks at what runs.
        pub(super) fn new() -> Processors {
            Processors { threads: Arc::default(), was_idle: is_idle() }
        }

        /// What each thread does when it starts.
        pub(super) fn note_threads(&self) -> impl Fn(usize) + use<> {
            let threads = Arc::clone(&self.threads);
            move |_| threads.lock().unwrap_or_else(PoisonError::into_inner).push(gettid())
        }

        /// Gives each thread its processor, where nothing else runs on a small machine. What runs for a moment is there once.
        pub(super) fn settle(self) {
            if self.was_idle || is_idle() {
                self.settle_on(MAX_PROCESSORS);
            }
        }

        /// The same, where there are as many threads as processors and not more than `most`. Where that cannot be done, they are
        /// only slower.
        pub(super) fn settle_on(self, most: usize) {
            let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(allowed) = sched_getaffinity(None) else { return };
            let processors: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|at| allowed.is_set(*at)).collect();
            if !(2..=most).contains(&processors.len()) || processors.len() != threads.len() {
                return;
            }
            ALLOWED.get_or_init(|| allowed);
            for (thread, processor) in threads.iter().zip(processors) {
                let mut only = CpuSet::new();
                only.set(processor);
                let _ = sched_setaffinity(Some(*thread), &only);
            }
        }
    }

    pub(super) fn roam() {
        if let Some(allowed) = ALLOWED.get() {
            let _ = sched_setaffinity(None, allowed);
        }
    }

    /// Whether nothing runs on this machine but the thread that asks.
    fn is_idle() -> bool {
        fs::read_to_string("/proc/loadavg").is_ok_and(|load| running(&load) == Some(1))
    }

    /// How many threads of the machine run or could: the `1` of `0.20 0.18 0.12 1/80 11206`, `man 5 proc_loadavg`.
    pub(super) fn running(loadavg: &str) -> Option<usize> {
        loadavg.split(' ').nth(3)?.split('/').next()?.parse().ok()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::thread::{CpuSet, sched_getaffinity};

    use super::processor::{self, Processors};

    #[test]
    fn what_runs_is_counted() {
        assert_eq!(processor::running("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(processor::running(""), None);
        let now = std::fs::read_to_string("/proc/loadavg").unwrap();
        assert!(processor::running(&now).is_some_and(|running| running > 0), "{now}");
    }

    #[test]
    fn threads_settle_and_can_leave() {
        let allowed = sched_getaffinity(None).unwrap();
        let count = usize::try_from(allowed.count()).unwrap();
        let where_they_run = |threads: usize, then: fn()| -> Vec<CpuSet> {
            let processors = Processors::new();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).start_handler(processors.note_threads());
            let pool = pool.build().unwrap();
            // All have begun.
            pool.broadcast(|_| ());
            processors.settle_on(usize::MAX);
            pool.broadcast(|_| {
                then();
                sched_getaffinity(None).unwrap()
            })
        };
        let is_alone =
            |own: &CpuSet, all: &[CpuSet]| own.count() == 1 && all.iter().filter(|other| *other == own).count() == 1;
        if count > 1 {
            let settled = where_they_run(count, || ());
            assert!(settled.iter().all(|own| is_alone(own, &settled)), "{settled:?}");
        }
        // There are more or fewer of them than processors.
        assert!(where_they_run(count + 1, || ()).iter().all(|free| *free == allowed));
        assert!(where_they_run(count, super::roam).iter().all(|free| *free == allowed));
    }
}
