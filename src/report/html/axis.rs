//! From the time of a test to places across a drawing, in percent of its width, so that one page fits all screens.

use std::fmt::{self, Write as _};

use super::numbers::Coordinate;
use crate::model::duration::format_duration;
use crate::unittest::story::Story;

/// So many times are written on the axis at most; a phone has room for no more.
const MAX_TICKS: i64 = 8;
/// A time nearer to the right end than this is not written, since it would stand out; in percent.
const LAST_TICK: f64 = 97.0;
/// Lengths of time between marks that people like, in seconds.
const ROUND_SECONDS: [i64; 27] = [
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    86_400,
    172_800,
    432_000,
    864_000,
    2_592_000,
    7_776_000,
    31_536_000,
    315_360_000,
];

/// The time of a test: each evaluation stands for the time up to the next one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    steps: usize,
    per_cell: usize,
    total_ms: i64,
}

impl Axis {
    /// What is drawn at certain times is drawn into a box of this width.
    pub(super) const SIZE: f64 = 1000.0;

    pub(super) fn of(story: &Story) -> Self {
        let steps = i64::try_from(story.steps).unwrap_or(i64::MAX);
        Axis {
            steps: story.steps.max(1),
            per_cell: story.steps_per_cell(),
            total_ms: story.schedule.interval_ms.saturating_mul(steps).max(1),
        }
    }

    /// The place of a time, in milliseconds from the start of the test.
    pub(super) fn at(&self, t_ms: i64) -> Coordinate {
        Coordinate((t_ms as f64 / self.total_ms as f64 * 100.0).clamp(0.0, 100.0))
    }

    /// The place where `step` begins.
    pub(super) fn step(&self, step: usize) -> Coordinate {
        Coordinate((step as f64 / self.steps as f64 * 100.0).clamp(0.0, 100.0))
    }

    /// The time of the test in cells; the last one may be cut short.
    pub(super) fn width(&self) -> Coordinate {
        Coordinate(self.steps as f64 / self.per_cell as f64)
    }

    /// The place of a time in a box of [`Axis::SIZE`].
    pub(super) fn within(&self, t_ms: i64) -> Coordinate {
        Coordinate((self.at(t_ms).0 * Self::SIZE).round() / 100.0)
    }

    /// The times to write, in milliseconds.
    pub(super) fn ticks(&self) -> Vec<i64> {
        let rounds = ROUND_SECONDS.iter().map(|seconds| seconds * 1000);
        let fits = |every: &i64| self.total_ms / every < MAX_TICKS;
        let every = rounds.clone().find(fits).unwrap_or_else(|| self.total_ms / (MAX_TICKS - 1) + 1);
        // Shorter tests than a few seconds have no round times.
        let every = if self.total_ms < 1000 { self.total_ms } else { every };
        (0..MAX_TICKS).map(|n| n.saturating_mul(every)).take_while(|t_ms| *t_ms < self.total_ms).collect()
    }

    /// The axis with its times.
    pub(super) fn ticks_and_times(&self) -> Result<String, fmt::Error> {
        let ticks = self.ticks();
        let lines: String = ticks.iter().map(|t_ms| format!("M{} 1v4", self.within(*t_ms))).collect();
        let mut axis = format!(
            "<g class=\"ticks\"><svg viewBox=\"0 0 {0} 20\" preserveAspectRatio=\"none\"><path d=\"M0 1h{0}{lines}\"/></svg>",
            Self::SIZE
        );
        for (at, t_ms) in ticks.into_iter().map(|t_ms| (self.at(t_ms), t_ms)).filter(|(at, _)| at.0 <= LAST_TICK) {
            write!(axis, "<text x=\"{at}%\" y=\"16\">{}</text>", format_duration(t_ms))?;
        }
        axis.push_str("</g>");
        Ok(axis)
    }

    /// Faint lines at the times of the axis, in a box of [`Axis::SIZE`] by 1; nothing where it has only its start.
    pub(super) fn grid(&self) -> Option<String> {
        let lines: String = self.ticks().iter().skip(1).map(|t_ms| format!("M{} 0v1", self.within(*t_ms))).collect();
        (!lines.is_empty()).then(|| format!("<path class=\"grid\" d=\"{lines}\"/>"))
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;
    use crate::model::duration::format_duration;

    #[test]
    fn times_are_round_and_few() {
        let ticks = |total_ms: i64| {
            let axis = Axis { steps: 10, per_cell: 1, total_ms };
            axis.ticks().into_iter().map(format_duration).collect::<Vec<_>>().join(" ")
        };
        insta::assert_snapshot!(ticks(60_000), @"0s 10s 20s 30s 40s 50s");
        insta::assert_snapshot!(ticks(15 * 60_000), @"0s 2m 4m 6m 8m 10m 12m 14m");
        insta::assert_snapshot!(ticks(30 * 86_400_000), @"0s 5d 10d 15d 20d 25d");
        insta::assert_snapshot!(ticks(4000 * 86_400_000), @"0s 10y");
        insta::assert_snapshot!(ticks(7), @"0s");
    }
}
