//! The threads that do the work of a command.

use std::sync::mpsc;
#[cfg(target_os = "linux")]
use std::{sync::mpsc::RecvTimeoutError, time::Duration};

use rayon::ThreadPoolBuilder;

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// For so long each thread keeps to a processor of its own. After that it is the system that knows better where to run it.
#[cfg(target_os = "linux")]
const SETTLED: Duration = Duration::from_millis(20);
/// After so long it is seen whether something else runs beside them, and has not only just ended.
#[cfg(target_os = "linux")]
const LOOK: Duration = Duration::from_millis(2);

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
    let processors = processor::Processors::new(processor::MAX_PROCESSORS);
    #[cfg(target_os = "linux")]
    let pool = pool.start_handler(processors.settle());
    pool.build_global().map_err(|error| format!("the threads cannot be started: {error}"))?;
    Ok(Threads {
        #[cfg(target_os = "linux")]
        processors,
    })
}

impl Threads {
    /// Does the work of a command in these threads, while this one waits. Gives nothing where it has panicked.
    pub(super) fn work<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, done) = mpsc::channel();
        rayon::spawn(move || {
            // The other end waits for it.
            let _ = sender.send(work());
        });
        #[cfg(target_os = "linux")]
        for (wait, is_over) in [(LOOK, false), (SETTLED, true)] {
            match done.recv_timeout(wait) {
                Err(RecvTimeoutError::Timeout) if is_over || self.processors.are_shared() => self.processors.free(),
                Err(RecvTimeoutError::Timeout) => {}
                ended => return ended.ok(),
            }
        }
        done.recv().ok()
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
/// which takes half as long again. Where a processor has something else to do, on the other hand, a thread that keeps to it
/// waits: there it is freed after a look.
#[cfg(target_os = "linux")]
mod processor {
    use std::fs;
    use std::sync::{Arc, Mutex, OnceLock, PoisonError};

    use rustix::thread::{CpuSet, Pid, gettid, sched_getaffinity, sched_setaffinity};

    /// Larger machines may have slower processors among theirs.
    pub(super) const MAX_PROCESSORS: usize = 4;

    /// Where this process may run, where its threads are given processors.
    static ALLOWED: OnceLock<CpuSet> = OnceLock::new();

    /// The processors, and the threads that have settled on them.
    pub(super) struct Processors {
        processors: Arc<Vec<usize>>,
        settled: Arc<Mutex<Vec<Pid>>>,
    }

    impl Processors {
        /// The processors that this process may run on, where there are several and not more than `most`; otherwise none.
        pub(super) fn new(most: usize) -> Processors {
            let mut processors = Vec::new();
            if let Ok(allowed) = sched_getaffinity(None) {
                processors.extend((0..CpuSet::MAX_CPU).filter(|at| allowed.is_set(*at)));
                if (2..=most).contains(&processors.len()) {
                    ALLOWED.get_or_init(|| allowed);
                } else {
                    processors.clear();
                }
            }
            Processors { processors: Arc::new(processors), settled: Arc::default() }
        }

        /// What each thread does when it starts: it keeps to its processor, where there are as many threads as processors. It is
        /// its own to do: one that waits for its processor behind the main thread has not even started for the latter.
        pub(super) fn settle(&self) -> impl Fn(usize) + use<> {
            let (processors, settled) = (Arc::clone(&self.processors), Arc::clone(&self.settled));
            move |index| {
                let is_for_all = processors.len() == rayon::current_num_threads();
                let Some(own) = processors.get(index).filter(|_| is_for_all) else { return };
                let mut only = CpuSet::new();
                only.set(*own);
                // Where it cannot be done, the thread is only slower.
                if sched_setaffinity(None, &only).is_ok() {
                    settled.lock().unwrap_or_else(PoisonError::into_inner).push(gettid());
                }
            }
        }

        /// Whether more runs on this machine than the threads, and the one that asks.
        pub(super) fn are_shared(&self) -> bool {
            let threads = self.settled.lock().unwrap_or_else(PoisonError::into_inner).len();
            let running = || fs::read_to_string("/proc/loadavg").ok().and_then(|load| running(&load));
            threads > 0 && running().is_some_and(|running| running > threads + 1)
        }

        /// Lets each thread run on any processor again.
        pub(super) fn free(&self) {
            let Some(allowed) = ALLOWED.get() else { return };
            for thread in self.settled.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _ = sched_setaffinity(Some(*thread), allowed);
            }
        }
    }

    /// How many threads of the machine run or could: the `3` of `0.20 0.18 0.12 3/80 11206`, `man 5 proc_loadavg`.
    pub(super) fn running(loadavg: &str) -> Option<usize> {
        loadavg.split(' ').nth(3)?.split('/').next()?.parse().ok()
    }

    pub(super) fn roam() {
        if let Some(allowed) = ALLOWED.get() {
            let _ = sched_setaffinity(None, allowed);
        }
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use rayon::{ThreadPool, ThreadPoolBuilder};
    use rustix::thread::{CpuSet, sched_getaffinity};

    use super::processor::{MAX_PROCESSORS, Processors, running};

    #[test]
    fn what_runs_is_counted() {
        assert_eq!(running("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(running(""), None);
        let now = std::fs::read_to_string("/proc/loadavg").unwrap();
        assert!(running(&now).is_some_and(|running| running > 0), "{now}");
    }

    fn of(threads: usize, most: usize) -> (ThreadPool, Processors) {
        let processors = Processors::new(most);
        let pool = ThreadPoolBuilder::new().num_threads(threads).start_handler(processors.settle());
        (pool.build().unwrap(), processors)
    }

    fn where_they_run(pool: &ThreadPool) -> Vec<CpuSet> {
        pool.broadcast(|_| sched_getaffinity(None).unwrap())
    }

    #[test]
    fn threads_settle_and_are_freed() {
        let allowed = sched_getaffinity(None).unwrap();
        let count = usize::try_from(allowed.count()).unwrap();
        let are_free = |pool: &ThreadPool| where_they_run(pool).iter().all(|free| *free == allowed);
        let (pool, processors) = of(count, usize::MAX);
        if count > 1 {
            let settled = where_they_run(&pool);
            let is_alone = |own: &CpuSet| settled.iter().filter(|other| *other == own).count() == 1;
            assert!(settled.iter().all(|own| own.count() == 1 && is_alone(own)), "{settled:?}");
        }
        // What they start may run anywhere, once they say so.
        let started = pool.install(|| {
            super::roam();
            std::thread::spawn(|| sched_getaffinity(None).unwrap()).join().unwrap()
        });
        assert_eq!(started, allowed);
        processors.free();
        assert!(are_free(&pool));

        // More threads than processors, and a machine that is too large.
        assert!(are_free(&of(count + 1, usize::MAX).0));
        assert!(are_free(&of(count, 1).0) && MAX_PROCESSORS > 1);
    }
}
