//! By how much `rate` and its kin extrapolate: the formula of [`super::rate`], with what neighbouring windows share worked
//! out once.

use super::sweep::SampleWindow;

/// How the samples lie in the window, which is the same from step to step where samples and steps are regular, and
/// what follows from that alone. All in seconds.
#[derive(Default)]
pub(super) struct Gaps {
    /// From the start of the window to its first sample, to its last sample, to the window's end, and the number of
    /// samples. Milliseconds.
    key: (i64, i64, i64, usize),
    range: f64,
    sampled: f64,
    to_start: f64,
    to_end: f64,
    /// The factor of extrapolation to both ends.
    factor: f64,
}

impl Gaps {
    /// Looks at the next window.
    #[inline]
    pub(super) fn move_to<T>(&mut self, window: &SampleWindow<'_, T>, is_rate: bool) {
        let (first, last) = (window.time(window.from), window.time(window.to - 1));
        let key = (
            first.saturating_sub(window.start),
            last.saturating_sub(first),
            window.end.saturating_sub(last),
            window.len(),
        );
        if key != self.key {
            *self = Gaps::of(key, window.end.saturating_sub(window.start), is_rate);
        }
    }

    fn of(key: (i64, i64, i64, usize), range: i64, is_rate: bool) -> Self {
        let seconds = |ms: i64| ms as f64 / 1000.0;
        let (sampled, average) = (seconds(key.1), seconds(key.1) / (key.3.saturating_sub(1)) as f64);
        // A gap that is too long for one sample to be missing: the series begins or ends inside of the window.
        let threshold = average * 1.1;
        let reach = |ms: i64| if seconds(ms) >= threshold { average / 2.0 } else { seconds(ms) };
        let mut gaps =
            Gaps { key, range: seconds(range), sampled, to_start: reach(key.0), to_end: reach(key.2), factor: 0.0 };
        gaps.factor = gaps.reaching_back(gaps.to_start, is_rate);
        gaps
    }

    fn reaching_back(&self, to_start: f64, is_rate: bool) -> f64 {
        let factor = (self.sampled + to_start + self.to_end) / self.sampled;
        if is_rate { factor / self.range } else { factor }
    }

    /// What to multiply the change with. `first`: the value of the first sample (of histograms: the count).
    #[inline]
    pub(super) fn factor(&self, first: f64, change: f64, is_counter: bool, is_rate: bool) -> f64 {
        // A counter that had reached as much as it grows by was at zero before the window, whatever the division says.
        let was_high = first >= change && self.sampled >= self.to_start;
        if is_counter && change > 0.0 && first >= 0.0 && !was_high {
            // A counter cannot have been negative: do not go back beyond its zero.
            let to_zero = self.sampled * (first / change);
            if to_zero < self.to_start {
                return self.reaching_back(to_zero, is_rate);
            }
        }
        self.factor
    }
}
