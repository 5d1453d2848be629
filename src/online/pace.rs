//! How fast a host is asked: a few requests at a time, a little apart, and slower once it says that it is too much.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

/// As many as a browser opens.
const MAX_AT_A_TIME: usize = 6;
/// Between the beginnings of two requests.
const GAP: Duration = Duration::from_millis(2);
/// After the first "too many requests"; it doubles with each.
const LONG_GAP: Duration = Duration::from_millis(100);
const LONGEST_GAP: Duration = Duration::from_secs(5);
/// A server that wants a longer pause is asked another day.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// After so many faults without an answer in between a host is not asked any more.
const MAX_FAULTS: usize = 9;

/// The hosts and when each may be asked next.
#[derive(Default)]
pub(super) struct Pace {
    hosts: Mutex<FxHashMap<String, Host>>,
    left: Condvar,
}

struct Host {
    open: usize,
    next: Instant,
    gap: Duration,
    faults: usize,
}

/// Why a host is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoTurn {
    /// It has not answered again and again.
    GivenUp,
    /// The time of the run is over.
    TooLate,
}

/// Leave to ask a host; over when it is dropped.
pub(super) struct Turn<'p> {
    pace: &'p Pace,
    host: &'p str,
}

impl Pace {
    /// Waits until the host may be asked.
    ///
    /// # Errors
    /// Where it is not asked any more, or not before `end`.
    pub(super) fn turn<'p>(&'p self, host: &'p str, end: Instant) -> Result<Turn<'p>, NoTurn> {
        let mut hosts = self.lock();
        loop {
            let now = Instant::now();
            if now >= end {
                return Err(NoTurn::TooLate);
            }
            let own = hosts.entry(host.to_owned()).or_insert(Host { open: 0, next: now, gap: GAP, faults: 0 });
            if own.faults >= MAX_FAULTS {
                return Err(NoTurn::GivenUp);
            }
            if own.open < MAX_AT_A_TIME && own.next <= now {
                own.open += 1;
                own.next = now + own.gap;
                return Ok(Turn { pace: self, host });
            }
            let wait = if own.open < MAX_AT_A_TIME { own.next.min(end) - now } else { end - now };
            hosts = self.left.wait_timeout(hosts, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The host has said that it is asked too much, and for how long it is to be left alone: for longer than a run waits,
    /// and it is.
    pub(super) fn too_much(&self, host: &str, pause: Duration) {
        if let Some(own) = self.lock().get_mut(host) {
            own.gap = (own.gap * 2).clamp(LONG_GAP, LONGEST_GAP);
            own.next = own.next.max(Instant::now() + pause.min(LONGEST_PAUSE));
            if pause > LONGEST_PAUSE {
                own.faults = MAX_FAULTS;
            }
        }
    }

    /// The host has not answered.
    pub(super) fn unheard(&self, host: &str) {
        if let Some(own) = self.lock().get_mut(host) {
            own.faults += 1;
        }
    }

    /// The host has answered, and not that it is asked too much.
    pub(super) fn heard(&self, host: &str) {
        if let Some(own) = self.lock().get_mut(host).filter(|own| own.faults < MAX_FAULTS) {
            own.faults = 0;
            own.gap = (own.gap / 2).max(GAP);
        }
    }

    fn lock(&self) -> MutexGuard<'_, FxHashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(own) = self.pace.lock().get_mut(self.host) {
            own.open -= 1;
        }
        self.pace.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_a_few_at_a_time_and_given_up() {
        let pace = Pace::default();
        let soon = || Instant::now() + Duration::from_millis(200);
        let start = Instant::now();
        let turns: Vec<_> = (0..MAX_AT_A_TIME).map(|_| pace.turn("a", soon())).collect();
        assert!(turns.iter().all(Result::is_ok));
        assert!(start.elapsed() >= GAP * 5);
        assert_eq!(pace.turn("a", soon()).err(), Some(NoTurn::TooLate));
        assert!(pace.turn("b", soon()).is_ok());
        drop(turns);
        pace.too_much("a", Duration::from_secs(9));
        assert_eq!(pace.turn("a", soon()).err(), Some(NoTurn::TooLate));
        (1..MAX_FAULTS).for_each(|_| pace.unheard("b"));
        pace.heard("b");
        pace.unheard("b");
        assert!(pace.turn("b", soon()).is_ok());
        (1..MAX_FAULTS).for_each(|_| pace.unheard("b"));
        assert_eq!(pace.turn("b", soon()).err(), Some(NoTurn::GivenUp));
        assert!(pace.turn("c", soon()).is_ok());
        pace.too_much("c", LONGEST_PAUSE * 2);
        assert_eq!(pace.turn("c", soon()).err(), Some(NoTurn::GivenUp));
    }
}
