//! The threads that do the work of a command.

use std::sync::mpsc;
use std::time::Duration;

use rayon::ThreadPoolBuilder;

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// For so long each thread keeps to a processor of its own. After that it is the system that knows better where to run it.
const SETTLED: Duration = Duration::from_millis(20);

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
        done.recv_timeout(SETTLED).ok().or_else(|| {
            #[cfg(target_os = "linux")]
            self.processors.free();
            done.recv().ok()
        })
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
/// waits: for a run of 6 ms beside a busy process that is a millisecond or two.
#[cfg(target_os = "linux")]
mod processor {
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
                ALLOWED.get_or_init(|| allowed);
                processors.extend((0..CpuSet::MAX_CPU).filter(|at| allowed.is_set(*at)));
            }
            if !(2..=most).contains(&processors.len()) {
                processors.clear();
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

        /// Lets each thread run on any processor again.
        pub(super) fn free(&self) {
            let Some(allowed) = ALLOWED.get() else { return };
            for thread in self.settled.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _ = sched_setaffinity(Some(*thread), allowed);
            }
        }
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

    use super::processor::{MAX_PROCESSORS, Processors};

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
