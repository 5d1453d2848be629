//! The extremes and the ends of a window, as values and as times.

use crate::engine::column::Slot;

use super::over_time::floats_only;
use super::window::{Notes, Window};

/// `min_over_time(v[d])`
pub(super) fn min(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    value(window, notes, |candidate, best| candidate < best)
}

/// `max_over_time(v[d])`
pub(super) fn max(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    value(window, notes, |candidate, best| candidate > best)
}

fn value(window: &Window<'_>, notes: &mut Notes<'_>, better: impl Fn(f64, f64) -> bool) -> Slot {
    let Some([first, rest @ ..]) = floats_only(window, notes) else { return Slot::Absent };
    let best =
        rest.iter().fold(*first, |best, value| if better(*value, best) || best.is_nan() { *value } else { best });
    Slot::Float(best)
}

/// `ts_of_min_over_time(v[d])`: of equals the last one.
pub(super) fn ts_of_min(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    time(window, notes, |candidate, best| candidate <= best)
}

/// `ts_of_max_over_time(v[d])`: of equals the last one.
pub(super) fn ts_of_max(window: &Window<'_>, notes: &mut Notes<'_>) -> Slot {
    time(window, notes, |candidate, best| candidate >= best)
}

fn time(window: &Window<'_>, notes: &mut Notes<'_>, better: impl Fn(f64, f64) -> bool) -> Slot {
    if floats_only(window, notes).is_none() {
        return Slot::Absent;
    }
    let Some((mut at, first)) = window.floats.first() else { return Slot::Absent };
    let mut best = *first;
    for (t_ms, value) in window.floats.iter().skip(1) {
        if better(*value, best) || best.is_nan() {
            (at, best) = (t_ms, *value);
        }
    }
    seconds(at)
}

/// `ts_of_first_over_time(v[d])`
pub(super) fn ts_of_first(window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    let times = [window.floats.times.first(), window.histograms.times.first()];
    times.into_iter().flatten().min().map_or(Slot::Absent, |t_ms| seconds(*t_ms))
}

/// `ts_of_last_over_time(v[d])`
pub(super) fn ts_of_last(window: &Window<'_>, _notes: &mut Notes<'_>) -> Slot {
    let times = [window.floats.times.last(), window.histograms.times.last()];
    times.into_iter().flatten().max().map_or(Slot::Absent, |t_ms| seconds(*t_ms))
}

fn seconds(t_ms: i64) -> Slot {
    Slot::Float(t_ms as f64 / 1000.0)
}
