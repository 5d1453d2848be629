//! When the states of one alert begin.

use crate::alerting::{AlertState, AlertTimeline};
use crate::testfile::Moment;

/// The steps at which the states of an alert begin, each list ascending.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::unittest) struct Begins {
    /// It becomes pending.
    pub(in crate::unittest) pending: Vec<usize>,
    /// It fires, and did not at the step before. What `keep_firing_for` keeps fires.
    pub(in crate::unittest) firing: Vec<usize>,
    /// It does not fire, and did at the step before.
    pub(in crate::unittest) resolved: Vec<usize>,
}

impl Begins {
    pub(in crate::unittest) fn of(&self, moment: Moment) -> &[usize] {
        match moment {
            Moment::Pending => &self.pending,
            Moment::Firing => &self.firing,
            Moment::Resolved => &self.resolved,
        }
    }
}

/// What begins before step `end`.
pub(in crate::unittest) fn begins(timeline: &AlertTimeline, end: usize) -> Begins {
    let mut begins = Begins::default();
    let mut before = None;
    for phase in timeline.phases.iter().take_while(|phase| phase.first < end) {
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
    begins.resolved.extend(timeline.resolved_steps().take_while(|step| *step < end));
    begins
}
