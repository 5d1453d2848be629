//! How much of the failures of a group is kept: the first ones whole, the rest in short, with a count.
//!
//! A failed assertion holds every alert that fires and the life of each. Many assertions over many alerts would hold the
//! product of both.

use crate::unittest::report::{Alert, AlertFailure, Difference, Outcome, TimelineFailure, pairs_bytes};

/// So many bytes of failures one group keeps, about; what comes later is shortened.
const MAX_KEPT_BYTES: usize = 64 << 20;

/// So many differences and alerts are kept of a failure that is shortened.
const KEPT: usize = 10;

/// What a timeline, a phase or a difference takes beside its texts, about; in bytes.
const OVERHEAD: usize = 96;

/// The failures of a group so far.
#[derive(Debug, Default)]
pub(in crate::unittest) struct Kept {
    bytes: usize,
}

impl Kept {
    /// Counts `outcome`, and shortens it where there is no room left for all of it.
    pub(in crate::unittest) fn add(&mut self, outcome: &mut Outcome) {
        match outcome {
            Outcome::Alerts(failure) => {
                if self.bytes.saturating_add(alert_failure_bytes(failure)) > MAX_KEPT_BYTES {
                    shorten_alerts(failure);
                }
                self.bytes = self.bytes.saturating_add(alert_failure_bytes(failure));
            }
            Outcome::Timeline(failure) => {
                if self.bytes.saturating_add(timeline_failure_bytes(failure)) > MAX_KEPT_BYTES {
                    shorten_timeline(failure);
                }
                self.bytes = self.bytes.saturating_add(timeline_failure_bytes(failure));
            }
            _ => {}
        }
    }
}

fn alert_failure_bytes(failure: &AlertFailure) -> usize {
    let alerts = failure.expected.iter().chain(&failure.actual).map(Alert::bytes).sum::<usize>();
    let lives = failure.timelines.iter().map(|timeline| (timeline.phases.len() + timeline.values.len() + 4) * OVERHEAD);
    alerts + lives.sum::<usize>() + failure.differences.len() * OVERHEAD
}

fn timeline_failure_bytes(failure: &TimelineFailure) -> usize {
    let lives = failure.lives.iter().map(|life| {
        let times = life.pending_at_ms.len() + life.fires_at_ms.len() + life.resolves_at_ms.len();
        pairs_bytes(&life.labels) + times * 8 + OVERHEAD
    });
    let drawn = failure.timelines.iter().map(|timeline| (timeline.phases.len() + timeline.values.len() + 4) * OVERHEAD);
    lives.sum::<usize>() + drawn.sum::<usize>() + failure.violations.len() * OVERHEAD
}

/// Leaves the first differences, the alerts that they are about, and as many lives.
fn shorten_alerts(failure: &mut AlertFailure) {
    failure.left_out = failure.differences.len().saturating_sub(KEPT);
    failure.differences.truncate(KEPT);
    let mut actual = std::mem::take(&mut failure.actual);
    for difference in &mut failure.differences {
        let (Difference::Unexpected { actual: index } | Difference::Differs { actual: index, .. }) = difference else {
            continue;
        };
        if let Some(alert) = actual.get_mut(*index) {
            *index = failure.actual.len();
            failure.actual.push(std::mem::replace(alert, Alert { labels: Vec::new(), annotations: Vec::new() }));
        }
    }
    failure.actual.shrink_to_fit();
    failure.timelines.truncate(KEPT);
    failure.timelines.shrink_to_fit();
    failure.notes.push(note(failure.left_out, "difference"));
}

/// Leaves the first violations, the alerts that they are about, and as many lives.
fn shorten_timeline(failure: &mut TimelineFailure) {
    let left_out = failure.violations.len().saturating_sub(KEPT);
    failure.more = failure.more.saturating_add(left_out);
    failure.violations.truncate(KEPT);
    let mut lives = Vec::new();
    for violation in &mut failure.violations {
        let Some(life) = violation.life.and_then(|index| failure.lives.get(index)) else { continue };
        violation.life = Some(lives.len());
        lives.push(life.clone());
    }
    // What is left out of the lives counts, too: `--update` must see all of them.
    let of_lives = failure.lives.len().saturating_sub(lives.len());
    failure.more = failure.more.max(usize::from(of_lives > 0));
    failure.lives = lives;
    failure.timelines.truncate(KEPT);
    failure.timelines.shrink_to_fit();
    failure.notes.push(note(of_lives, "alert"));
}

fn note(count: usize, of: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!(
        "{count} more {of}{plural} of this assertion are left out: the failures of one test keep {} MiB",
        MAX_KEPT_BYTES >> 20
    )
}
