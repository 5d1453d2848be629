//! Large runs one after the other: each may fill the memory that one may have, and as many run at a time as there are
//! processors.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// So many large runs hold memory at a time.
const AT_A_TIME: usize = 1;

/// A run is large that uses more than one in so many of what a limit allows.
const LARGE: usize = 8;

/// Whether a run that uses so much of `limit` has to wait for its turn.
pub(crate) fn is_large(used: usize, limit: usize) -> bool {
    used > limit / LARGE
}

/// The turns of the large runs of a program.
#[derive(Debug)]
pub struct Turns {
    free: Mutex<usize>,
    changed: Condvar,
}

impl Default for Turns {
    fn default() -> Self {
        Turns { free: Mutex::new(AT_A_TIME), changed: Condvar::new() }
    }
}

/// The turn of one run, which ends when this is dropped. Small runs never take it.
#[derive(Debug)]
pub struct Turn {
    turns: Arc<Turns>,
    /// How long it waited; set once it has its turn, or has given up.
    waited: OnceLock<Waited>,
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct Waited {
    time: Duration,
    has_turn: bool,
}

impl Turn {
    /// Of a run that has not begun; it waits no longer than to `deadline`.
    pub fn new(turns: &Arc<Turns>, deadline: Option<Instant>) -> Self {
        Turn { turns: Arc::clone(turns), waited: OnceLock::new(), deadline }
    }

    /// Waits until no other run has its turn. The first call waits, later ones do nothing.
    pub(crate) fn wait(&self) {
        self.waited.get_or_init(|| {
            let began = Instant::now();
            let has_turn = self.turns.take(self.deadline);
            Waited { time: began.elapsed(), has_turn }
        });
    }

    /// When the run has to be done; `None`: it may take any time.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// How long [`Turn::wait`] took.
    pub(crate) fn waited(&self) -> Duration {
        self.waited.get().map_or(Duration::ZERO, |waited| waited.time)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.waited.get().is_some_and(|waited| waited.has_turn) {
            self.turns.give_back();
        }
    }
}

impl Turns {
    /// Whether there was a turn before `deadline`.
    fn take(&self, deadline: Option<Instant>) -> bool {
        // A count is whole also where another thread has panicked.
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return false,
                Some(left) => self.changed.wait_timeout(free, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(free).unwrap_or_else(PoisonError::into_inner),
            };
        }
        *free -= 1;
        true
    }

    fn give_back(&self) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_its_turn_and_others_wait() {
        let turns = Arc::new(Turns::default());
        let soon = || Some(Instant::now() + Duration::from_millis(20));
        let [first, small, late] = [None, None, soon()].map(|deadline| Turn::new(&turns, deadline));
        first.wait();
        first.wait();
        late.wait();
        assert!(late.waited() >= Duration::from_millis(19), "{:?}", late.waited());
        assert!(!late.waited.get().unwrap().has_turn);
        drop((small, late));
        assert_eq!(*turns.free.lock().unwrap(), 0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let second = Turn::new(&turns, None);
                second.wait();
                second.waited.get().unwrap().has_turn
            });
            drop(first);
            assert!(waiting.join().unwrap());
        });
        assert_eq!(*turns.free.lock().unwrap(), AT_A_TIME);
    }
}
