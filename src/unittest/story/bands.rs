//! The phases of an alert as bands of a drawing.

use super::{Band, CELLS, Life, MAX_CHANGES, cells};
use crate::alerting::{AlertState, AlertTimeline, Phase};

/// The life of an alert that was followed for `steps` steps.
pub(super) fn life(timeline: &AlertTimeline, steps: usize) -> Life {
    let (changes, more_changes) = changes(&timeline.phases, steps);
    Life { labels: timeline.labels.clone(), bands: bands(&timeline.phases, steps), changes, more_changes }
}

/// The phases as they are, or, if there are more than anybody can see, the most serious state of each cell.
fn bands(phases: &[Phase], steps: usize) -> Vec<Band> {
    let band = |phase: &Phase| Band { state: phase.state, first: phase.first, end: phase.end };
    if phases.len() <= CELLS {
        return merged(phases.iter().map(band));
    }
    let (count, per_cell) = cells(steps);
    let mut rest = phases;
    let in_cells = (0..count).filter_map(|cell| {
        let (first, end) = (cell * per_cell, ((cell + 1) * per_cell).min(steps));
        rest = rest.get(rest.partition_point(|phase| phase.end <= first)..).unwrap_or_default();
        let inside = rest.iter().take_while(|phase| phase.first < end);
        inside.map(|phase| phase.state).max_by_key(|state| seriousness(*state)).map(|state| Band { state, first, end })
    });
    merged(in_cells)
}

const fn seriousness(state: AlertState) -> u8 {
    match state {
        AlertState::Pending => 0,
        AlertState::KeptFiring => 1,
        AlertState::Firing => 2,
    }
}

/// Neighbours in the same state as one.
fn merged(bands: impl Iterator<Item = Band>) -> Vec<Band> {
    let mut merged: Vec<Band> = Vec::new();
    for band in bands {
        match merged.last_mut().filter(|last| last.end == band.first && last.state == band.state) {
            Some(last) => last.end = band.end,
            None => merged.push(band),
        }
    }
    merged
}

/// The first changes of state, and how many more there are.
fn changes(phases: &[Phase], steps: usize) -> (Vec<(usize, Option<AlertState>)>, usize) {
    let (mut told, mut count) = (Vec::new(), 0);
    let mut change = |step: usize, state: Option<AlertState>| {
        count += 1;
        if told.len() < MAX_CHANGES {
            told.push((step, state));
        }
    };
    for (index, phase) in phases.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| phases.get(before));
        if !before.is_some_and(|before| before.end == phase.first && before.state == phase.state) {
            change(phase.first, Some(phase.state));
        }
        let goes_on = phases.get(index + 1).is_some_and(|next| next.first == phase.end);
        if !goes_on && phase.end < steps {
            change(phase.end, None);
        }
    }
    let more = count - told.len();
    (told, more)
}

#[cfg(test)]
mod tests {
    use super::{bands, changes};
    use crate::alerting::{AlertState, Phase};
    use crate::unittest::story::{CELLS, MAX_CHANGES};

    fn phase(state: AlertState, first: usize, end: usize) -> Phase {
        Phase { state, first, end, active_at_ms: 0 }
    }

    #[test]
    fn an_alert_that_flaps_all_the_time_has_no_more_bands_than_cells() {
        let phases: Vec<Phase> = (0..10_000).map(|n| phase(AlertState::Pending, n * 3, n * 3 + 1)).collect();
        let bands = bands(&phases, 30_000);
        assert!((1..=CELLS).contains(&bands.len()), "{}", bands.len());
        assert_eq!(bands.first().map(|band| band.first), Some(0));
        assert_eq!(bands.last().map(|band| band.end), Some(30_000));
    }

    #[test]
    fn changes_are_told_from_inactive_to_resolved() {
        let phases =
            [phase(AlertState::Pending, 2, 4), phase(AlertState::Firing, 4, 7), phase(AlertState::Pending, 9, 10)];
        let pending = Some(AlertState::Pending);
        let expected = [(2, pending), (4, Some(AlertState::Firing)), (7, None), (9, pending)];
        assert_eq!(changes(&phases, 10), (expected.to_vec(), 0));
        let many: Vec<Phase> = (0..20).map(|n| phase(AlertState::Firing, n * 2, n * 2 + 1)).collect();
        let (told, more) = changes(&many, 100);
        assert_eq!((told.len(), more), (MAX_CHANGES, 40 - MAX_CHANGES));
    }
}
