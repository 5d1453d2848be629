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

    /// The place where the cell `index` begins, from 0 to 1.
    pub(super) fn cell(&self, index: usize) -> f64 {
        (index.saturating_mul(self.per_cell) as f64 / self.steps as f64).clamp(0.0, 1.0)
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

    /// Draws the axis with its times.
    pub(super) fn draw(&self, page: &mut String) -> fmt::Result {
        page.push_str("<svg class=\"axis\" aria-hidden=\"true\"><line x1=\"0\" x2=\"100%\" y1=\"1\" y2=\"1\"/>");
        for t_ms in self.ticks() {
            let at = self.at(t_ms);
            write!(page, "<line x1=\"{at}%\" x2=\"{at}%\" y1=\"1\" y2=\"5\"/>")?;
            if at.0 <= LAST_TICK {
                write!(page, "<text x=\"{at}%\" y=\"16\">{}</text>", format_duration(t_ms))?;
            }
        }
        page.push_str("</svg>");
        Ok(())
    }

    /// Draws faint lines at the times of the axis, `height` pixels long.
    pub(super) fn grid(&self, page: &mut String, height: u32) -> fmt::Result {
        for t_ms in self.ticks().into_iter().skip(1) {
            let at = self.at(t_ms);
            write!(page, "<line class=\"grid\" x1=\"{at}%\" x2=\"{at}%\" y1=\"0\" y2=\"{height}\"/>")?;
        }
        Ok(())
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
