//! A line on the terminal that says that something is still going on.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What takes less needs no such line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written anew.
const TICK: Duration = Duration::from_millis(200);

/// The line; it goes away when this is dropped.
pub(super) struct Progress {
    /// Dropping the sender ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// No line.
    pub(super) fn none() -> Self {
        Progress { stop: None, thread: None }
    }

    /// A line on `stderr` that says `what` is going on, from one second on.
    pub(super) fn start(what: &'static str, mut stderr: impl Write + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let started = Instant::now();
        let thread = std::thread::spawn(move || {
            let mut wait = PATIENCE;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = TICK;
                // Whoever closed standard error does not want to know.
                let _ = write!(stderr, "\r{what} … {:.0} s", started.elapsed().as_secs_f64());
                let _ = stderr.flush();
            }
            if wait == TICK {
                // Back to the first column, and erase to the end of the line.
                let _ = write!(stderr, "\r\x1b[K");
                let _ = stderr.flush();
            }
        });
        Progress { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // Wait, or the line would be erased after the report has begun.
            let _ = thread.join();
        }
    }
}
