//! The time that one evaluation may take. Looking at the clock costs more than a sample, so it is done once for many.

use std::cell::Cell;
use std::time::Instant;

/// After so many samples the clock is looked at: some tenths of a millisecond.
const SAMPLES_BETWEEN: usize = 1 << 16;

/// Says when the time is up.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// `None`: any time may be taken.
    deadline: Option<Instant>,
    /// So many samples are left until the clock is looked at again.
    left: Cell<usize>,
    /// Whether the time was up when it was looked at.
    was_up: Cell<bool>,
}

impl Clock {
    /// A clock for an evaluation that has to be done at `deadline`.
    pub(crate) fn until(deadline: Option<Instant>) -> Self {
        Clock { deadline, left: Cell::new(SAMPLES_BETWEEN), was_up: Cell::new(false) }
    }

    /// Whether the time is up, now.
    pub(crate) fn is_up(&self) -> bool {
        self.was_up.set(self.was_up.get() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline));
        self.was_up.get()
    }

    /// Whether the time was up when somebody asked.
    pub(crate) fn was_up(&self) -> bool {
        self.was_up.get()
    }

    /// Whether the time is up, looked at after some more `samples`.
    #[inline]
    pub(crate) fn is_up_after(&self, samples: usize) -> bool {
        self.deadline.is_some() && self.count(samples)
    }

    fn count(&self, samples: usize) -> bool {
        let left = self.left.get();
        if samples < left && !self.was_up.get() {
            self.left.set(left - samples);
            return false;
        }
        self.left.set(SAMPLES_BETWEEN);
        self.is_up()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_looked_at_now_and_then() {
        let late = Clock::until(Some(Instant::now()));
        assert!(!late.is_up_after(SAMPLES_BETWEEN - 1) && !late.was_up());
        assert!(late.is_up_after(1) && late.was_up());
        assert!(late.is_up_after(1) && late.is_up());
        let endless = Clock::until(None);
        assert!(!endless.is_up() && !endless.is_up_after(usize::MAX));
    }
}
