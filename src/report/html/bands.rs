//! The states of alerts as bands: pending low and hatched, firing high and solid, kept firing in between and dotted.
//! Height and pattern say the same as the colour.

use std::fmt::{self, Write as _};

use rustc_hash::FxHashSet;

use super::escape::Text;
use super::frame::Frame;
use super::shapes::Shapes;
use crate::alerting::AlertState;
use crate::model::duration::format_duration;
use crate::unittest::story::{Life, Story};

/// The height of a row in pixels, as in the style sheet.
const HEIGHT: u32 = 20;
/// The word stands in a band that is at least so wide, in percent of the whole.
const WORD_SHARE: f64 = 14.0;
/// Into so many cells the small picture of a group is divided.
const STRIP_CELLS: usize = 60;

/// The class of a state, and what it is called.
pub(super) const fn word(state: AlertState) -> (&'static str, &'static str) {
    match state {
        AlertState::Pending => ("pending", "pending"),
        AlertState::Firing => ("firing", "firing"),
        AlertState::KeptFiring => ("kept", "kept firing"),
    }
}

/// Draws one alert.
pub(super) fn row(page: &mut String, story: &Story, frame: &mut Frame<'_>, life: &Life, name: &str) -> fmt::Result {
    let axis = frame.axis;
    write!(page, "<div class=\"life\"><p class=\"who\"><code>{}</code></p>", Text(name))?;
    page.push_str("<svg class=\"bands\" aria-hidden=\"true\">");
    frame.behind(page)?;
    let mut bands = String::new();
    write!(bands, "<line class=\"idle\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/>", HEIGHT - 1)?;
    for band in &life.bands {
        let (from, to) = (axis.step(band.first).0, axis.step(band.end).0);
        let (class, name) = word(band.state);
        rect(&mut bands, class, from, to)?;
        if to - from >= WORD_SHARE {
            let middle = super::numbers::Coordinate(f64::midpoint(from, to));
            write!(bands, "<text class=\"{class}-word\" x=\"{middle}%\" y=\"15\">{name}</text>")?;
        }
    }
    for (step, _) in life.changes.iter().filter(|(_, state)| state.is_none()) {
        write!(bands, "<circle class=\"resolved\" cx=\"{}%\" cy=\"{}\" r=\"3.5\"/>", axis.step(*step), HEIGHT - 4)?;
    }
    frame.shapes.placed(page, &bands)?;
    frame.before(page)?;
    write!(page, "</svg><p class=\"changes\">{}</p></div>", Text(&changes(story, life)))
}

fn rect(page: &mut String, class: &str, from: f64, to: f64) -> fmt::Result {
    let (y, height) = match class {
        "pending" => (9, HEIGHT - 10),
        "kept" => (5, HEIGHT - 6),
        _ => (1, HEIGHT - 2),
    };
    let (x, width) = (super::numbers::Coordinate(from), super::numbers::Coordinate(to - from));
    write!(page, "<rect class=\"{class}\" x=\"{x}%\" width=\"{width}%\" y=\"{y}\" height=\"{height}\"/>")
}

/// `pending from 4m45s, firing from 5m45s, resolved at 11m15s`
fn changes(story: &Story, life: &Life) -> String {
    let mut before = None;
    let mut words = Vec::new();
    for (step, state) in &life.changes {
        let at = format_duration(story.time_of(*step));
        words.push(match (state, before) {
            (Some(state), _) => format!("{} from {at}", word(*state).1),
            (None, Some(AlertState::Pending)) => format!("inactive from {at}"),
            (None, _) => format!("resolved at {at}"),
        });
        before = *state;
    }
    if life.more_changes > 0 {
        words.push(format!("and {} more changes", life.more_changes));
    }
    words.join(", ")
}

/// The states of the alerts that a group asserts something on, in one small picture: at each time the most serious one.
/// Nothing where it asserts on expressions only.
pub(super) fn strip(page: &mut String, shapes: &mut Shapes, story: &Story) -> fmt::Result {
    let asserted: FxHashSet<&str> = story.expectations.iter().map(|expectation| expectation.about.as_str()).collect();
    let rules = story.rules.iter().filter(|rule| asserted.contains(rule.name.as_str()));
    if rules.clone().next().is_none() {
        return Ok(());
    }
    let mut states: [Option<AlertState>; STRIP_CELLS] = [None; STRIP_CELLS];
    let cell = |step: usize| step.saturating_mul(STRIP_CELLS) / story.steps.max(1);
    for band in rules.flat_map(|rule| &rule.lives).flat_map(|life| &life.bands) {
        let (first, last) = (cell(band.first), cell(band.end.saturating_sub(1)));
        for state in states.get_mut(first..=last.min(STRIP_CELLS - 1)).unwrap_or_default() {
            *state = Some(state.map_or(band.state, |known| more_serious(known, band.state)));
        }
    }
    let mut strip = "<g class=\"states\"><rect class=\"idle\" width=\"60\" y=\"18\" height=\"2\"/>".to_owned();
    let mut first = 0;
    for run in states.chunk_by(|a, b| a == b) {
        if let Some(Some(state)) = run.first() {
            let (y, height) = match state {
                AlertState::Pending => (10, 10),
                AlertState::KeptFiring => (5, 15),
                AlertState::Firing => (0, 20),
            };
            let (class, width) = (word(*state).0, run.len());
            write!(strip, "<rect class=\"{class}\" x=\"{first}\" width=\"{width}\" y=\"{y}\" height=\"{height}\"/>")?;
        }
        first += run.len();
    }
    strip.push_str("</g>");
    page.push_str("<svg class=\"strip\" aria-hidden=\"true\">");
    shapes.stretched(page, STRIP_CELLS, 20, &strip)?;
    page.push_str("</svg>");
    Ok(())
}

const fn more_serious(a: AlertState, b: AlertState) -> AlertState {
    match (a, b) {
        (AlertState::Firing, _) | (_, AlertState::Firing) => AlertState::Firing,
        (AlertState::KeptFiring, _) | (_, AlertState::KeptFiring) => AlertState::KeptFiring,
        _ => AlertState::Pending,
    }
}
