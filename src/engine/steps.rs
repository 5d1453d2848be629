//! The times at which an expression is evaluated.

/// Evenly spaced evaluation times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    /// The first one.
    pub(crate) start: i64,
    /// The distance between two; positive.
    pub(crate) interval: i64,
    /// How many there are; zero where the range is empty.
    pub(crate) count: usize,
}

impl Steps {
    /// A single time.
    pub(crate) fn at(t_ms: i64) -> Self {
        Steps { start: t_ms, interval: 1, count: 1 }
    }

    /// From `start` to `end`, both inclusive. `interval` must be positive.
    pub(crate) fn between(start: i64, end: i64, interval: i64) -> Self {
        let interval = interval.max(1);
        let span = i128::from(end) - i128::from(start);
        let count = if span < 0 { 0 } else { usize::try_from(span / i128::from(interval) + 1).unwrap_or(usize::MAX) };
        Steps { start, interval, count }
    }

    /// The time of `step`, which must be less than the count. The product alone may not fit (from the first to the last
    /// millisecond there are twice as many as an `i64` holds); the sum fits, so what wraps around comes back.
    #[inline]
    pub(crate) fn time(&self, step: usize) -> i64 {
        self.start.wrapping_add((step as i64).wrapping_mul(self.interval))
    }

    /// The step at exactly `t_ms`.
    pub(crate) fn index(&self, t_ms: i64) -> Option<usize> {
        let since = t_ms.checked_sub(self.start).filter(|since| *since >= 0 && since % self.interval == 0)?;
        usize::try_from(since / self.interval).ok().filter(|step| *step < self.count)
    }

    /// The time of the last step (the start where there is none).
    pub(crate) fn end(&self) -> i64 {
        self.time(self.count.saturating_sub(1))
    }

    /// All times.
    pub(crate) fn times(self) -> impl Iterator<Item = i64> {
        (0..self.count).map(move |step| self.time(step))
    }
}

#[cfg(test)]
mod tests {
    use super::Steps;

    #[test]
    fn steps_from_one_end_of_time_to_the_other() {
        let times: Vec<i64> = Steps::between(i64::MIN, i64::MAX, i64::MAX).times().collect();
        assert_eq!(times, [i64::MIN, -1, i64::MAX - 1]);
    }
}
