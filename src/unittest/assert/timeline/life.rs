//! When the states of one alert begin.

use crate::alerting::{AlertState, AlertTimeline};
use crate::testfile::Moment;

/// The steps at which the states of an alert begin, each list ascending.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::unittest::assert) struct Begins {
    /// It becomes pending.
    pub(super) pending: Vec<usize>,
    /// It fires, and did not at the step before. What `keep_firing_for` keeps fires.
    pub(super) firing: Vec<usize>,
    /// It does not fire, and did at the step before.
    pub(super) resolved: Vec<usize>,
}

impl Begins {
    /// Those before step `end`.
    pub(super) fn of(&self, moment: Moment, end: usize) -> &[usize] {
        let all = match moment {
            Moment::Pending => &self.pending,
            Moment::Firing => &self.firing,
            Moment::Resolved => &self.resolved,
        };
        all.get(..all.partition_point(|step| *step < end)).unwrap_or_default()
    }
}

/// What begins over the whole run.
pub(in crate::unittest::assert) fn begins(timeline: &AlertTimeline) -> Begins {
    let mut begins = Begins::default();
    let mut before = None;
    for phase in &timeline.phases {
        let goes_on = |state: fn(AlertState) -> bool| {
            before.is_some_and(|(last, was): (usize, AlertState)| last == phase.first && state(was))
        };
        if phase.state == AlertState::Pending {
            if !goes_on(|state| state == AlertState::Pending) {
                begins.pending.push(phase.first);
            }
        } else if !goes_on(AlertState::is_firing) {
            begins.firing.push(phase.first);
        }
        before = Some((phase.end, phase.state));
    }
    begins.resolved.extend(timeline.resolved_steps());
    begins
}
