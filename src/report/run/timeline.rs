//! The states of alerts over the time of a test, drawn in characters: one row per alert, a mark at the asserted time.

use std::io::{self, Write};

use anstyle::AnsiColor;

use crate::alerting::{AlertState, AlertTimeline, Schedule};
use crate::model::duration::format_duration;
use crate::report::Style;
use crate::report::text::{columns, one_line, padded};
use crate::unittest::report::{AlertFailure, TimelineFailure};

/// More alerts than this are not drawn.
const MAX_ROWS: usize = 12;
/// The widest column of labels.
const MAX_LABEL_WIDTH: usize = 44;
/// The narrowest drawing.
const MIN_WIDTH: usize = 24;
/// So many columns lie between two marks of the axis at least.
const TICK_COLUMNS: usize = 10;
/// Lengths of time between marks that people like, in seconds.
const ROUND_SECONDS: [i64; 22] = [
    1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
    604_800,
];
const INDENT: usize = 4;

/// What a column shows, from the least to the most interesting.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    Inactive,
    Pending,
    Kept,
    Firing,
}

/// What is drawn.
pub(super) struct Picture<'a> {
    schedule: &'a Schedule,
    /// How many steps were evaluated.
    steps: usize,
    /// The step to mark, if there is one, and what is said of it.
    step: Option<usize>,
    mark: &'static str,
    timelines: &'a [AlertTimeline],
}

impl<'a> Picture<'a> {
    /// The alerts of a name, with the time of the assertion.
    pub(super) fn of_alerts(failure: &'a AlertFailure) -> Self {
        let (schedule, steps, step) = (&failure.schedule, failure.steps, Some(failure.step));
        Picture { schedule, steps, step, mark: "asserted at", timelines: &failure.timelines }
    }

    /// The alerts of an asserted timeline, with the first time at which it does not hold.
    pub(super) fn of_life(failure: &'a TimelineFailure) -> Self {
        let (schedule, steps, step) = (&failure.schedule, failure.steps, failure.step);
        Picture { schedule, steps, step, mark: "not as expected at", timelines: &failure.timelines }
    }

    /// When a step is, since the start of the test.
    fn time(&self, step: usize) -> String {
        format_duration(self.schedule.time(step).saturating_sub(self.schedule.start_ms))
    }

    /// The states that occur, in words.
    pub(super) fn legend(&self) -> Vec<(Cell, &'static str)> {
        let used = |state| self.timelines.iter().any(|t| t.phases.iter().any(|phase| phase.state == state));
        let states = [
            (AlertState::Pending, "pending"),
            (AlertState::Firing, "firing"),
            (AlertState::KeptFiring, "kept by keep_firing_for"),
        ];
        let states = states.into_iter().filter(|(state, _)| used(*state)).map(|(state, word)| (cell(state), word));
        std::iter::once((Cell::Inactive, "inactive")).chain(states).collect()
    }

    /// The alerts that are drawn, each with a name that tells it from the others, and how many are left out; `None` where there
    /// is nothing to draw.
    pub(super) fn rows(&self) -> Option<(Vec<(&'a AlertTimeline, String)>, usize)> {
        let rows = interesting(self);
        if rows.is_empty() || self.steps == 0 {
            return None;
        }
        let left = self.timelines.len().saturating_sub(rows.len());
        let names = names(&rows);
        Some((rows.into_iter().zip(names).collect(), left))
    }
}

/// A picture on so many columns as there is room for.
pub(super) struct Grid<'a> {
    picture: &'a Picture<'a>,
    /// How many evaluations one column stands for.
    per_column: usize,
    pub columns: usize,
}

impl<'a> Grid<'a> {
    /// The picture on no more than `room` columns.
    pub(super) fn within(picture: &'a Picture<'a>, room: usize) -> Self {
        let per_column = picture.steps.div_ceil(room.max(1)).max(1);
        Grid { picture, per_column, columns: picture.steps.div_ceil(per_column) }
    }

    /// The asserted evaluation decides its column; elsewhere the most interesting state of a column does.
    pub(super) fn cell(&self, timeline: &AlertTimeline, column: usize) -> Cell {
        let first = column * self.per_column;
        let end = (first + self.per_column).min(self.picture.steps);
        if let Some(step) = self.picture.step.filter(|step| (first..end).contains(step)) {
            return timeline.phase_at(step).map_or(Cell::Inactive, |phase| cell(phase.state));
        }
        let index = timeline.phases.partition_point(|phase| phase.end <= first);
        let inside = timeline.phases.iter().skip(index).take_while(|phase| phase.first < end);
        inside.map(|phase| cell(phase.state)).max().unwrap_or(Cell::Inactive)
    }

    /// The length of a column in time, in milliseconds.
    fn column_ms(&self) -> i64 {
        self.picture.schedule.interval_ms.saturating_mul(as_i64(self.per_column))
    }

    /// The same as people write it.
    pub(super) fn column_length(&self) -> String {
        format_duration(self.column_ms())
    }

    /// When a column begins, since the start of the test.
    pub(super) fn time(&self, column: usize) -> String {
        self.picture.time(column * self.per_column)
    }

    /// The column of the marked step, and what is said of it.
    pub(super) fn mark(&self) -> Option<(usize, String)> {
        let step = self.picture.step?;
        Some((step / self.per_column, format!("{} {}", self.picture.mark, self.picture.time(step))))
    }
}

struct Drawing<'a> {
    style: &'a Style,
    grid: Grid<'a>,
    label_width: usize,
}

/// Draws the timelines of `failure`; nothing where the alert was never active.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, style: &Style, picture: &Picture<'_>) -> io::Result<()> {
    let Some((rows, left)) = picture.rows() else { return Ok(()) };
    let label_width = rows.iter().map(|(_, name)| columns(name)).max().unwrap_or(0);
    let room = style.width.saturating_sub(INDENT + label_width + 2).max(MIN_WIDTH);
    let drawing = Drawing { style, grid: Grid::within(picture, room), label_width };
    drawing.write(out, &rows, left)
}

impl Drawing<'_> {
    fn write(&self, out: &mut dyn Write, rows: &[(&AlertTimeline, String)], left: usize) -> io::Result<()> {
        let step = self.grid.column_length();
        writeln!(out, "\n  {}", self.style.paint(Style::STRONG, format_args!("timeline, {step} a column:")))?;
        self.axis(out)?;
        for (row, name) in rows {
            write!(out, "{:INDENT$}{}  ", "", padded(name, self.label_width))?;
            self.row(out, row)?;
        }
        self.mark(out)?;
        self.legend(out)?;
        if left > 0 {
            writeln!(out, "{:INDENT$}and {left} more", "")?;
        }
        Ok(())
    }

    /// One line of times, one of ticks.
    fn axis(&self, out: &mut dyn Write) -> io::Result<()> {
        let every = self.tick_columns();
        let (mut times, mut ticks) = (String::new(), String::new());
        for column in 0..self.grid.columns {
            let is_tick = column % every == 0;
            ticks.push(match (is_tick, self.style.unicode) {
                (true, true) => '┬',
                (true, false) => '+',
                (false, true) => '─',
                (false, false) => '-',
            });
            if is_tick {
                while times.chars().count() < column {
                    times.push(' ');
                }
                times.push_str(&self.grid.time(column));
            }
        }
        let margin = INDENT + self.label_width + 2;
        writeln!(out, "{:margin$}{}", "", self.style.paint(Style::FAINT, times))?;
        writeln!(out, "{:margin$}{}", "", self.style.paint(Style::FAINT, ticks))
    }

    /// How many columns lie between two ticks: a round length of time where that is possible.
    fn tick_columns(&self) -> usize {
        let column_ms = self.grid.column_ms().max(1);
        let round = ROUND_SECONDS.iter().map(|seconds| seconds * 1000).filter(|length| length % column_ms == 0);
        let columns = round.filter_map(|length| usize::try_from(length / column_ms).ok());
        columns.filter(|columns| *columns >= TICK_COLUMNS).min().unwrap_or(TICK_COLUMNS)
    }

    fn row(&self, out: &mut dyn Write, timeline: &AlertTimeline) -> io::Result<()> {
        let mut column = 0;
        while column < self.grid.columns {
            let cell = self.grid.cell(timeline, column);
            let same = (column..self.grid.columns).take_while(|c| self.grid.cell(timeline, *c) == cell).count();
            let text: String = std::iter::repeat_n(self.character(cell), same).collect();
            write!(out, "{}", self.style.paint(emphasis(cell), text))?;
            column += same;
        }
        writeln!(out)
    }

    fn character(&self, cell: Cell) -> char {
        match (cell, self.style.unicode) {
            (Cell::Inactive, true) => '·',
            (Cell::Pending, true) => '▒',
            (Cell::Kept, true) => '▓',
            (Cell::Firing, true) => '█',
            (Cell::Inactive, false) => '.',
            (Cell::Pending, false) => '-',
            (Cell::Kept, false) => '=',
            (Cell::Firing, false) => '#',
        }
    }

    fn mark(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some((column, words)) = self.grid.mark() else { return Ok(()) };
        let margin = INDENT + self.label_width + 2;
        let arrow = if self.style.unicode { '▲' } else { '^' };
        // Near the right end the words stand to the left of the mark.
        let length = words.chars().count() + 2;
        let (pad, text) = if column + length <= self.grid.columns.max(length) || column < length {
            (margin + column, format!("{arrow} {words}"))
        } else {
            (margin + column + 1 - length, format!("{words} {arrow}"))
        };
        writeln!(out, "{:pad$}{}", "", self.style.paint(Style::STRONG, text))
    }

    fn legend(&self, out: &mut dyn Write) -> io::Result<()> {
        let parts = self.grid.picture.legend();
        write!(out, "{:INDENT$}", "")?;
        for (index, (cell, word)) in parts.iter().enumerate() {
            let gap = if index > 0 { "   " } else { "" };
            write!(out, "{gap}{} {word}", self.style.paint(emphasis(*cell), self.character(*cell)))?;
        }
        writeln!(out)
    }
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

const fn cell(state: AlertState) -> Cell {
    match state {
        AlertState::Pending => Cell::Pending,
        AlertState::Firing => Cell::Firing,
        AlertState::KeptFiring => Cell::Kept,
    }
}

const fn emphasis(cell: Cell) -> anstyle::Style {
    match cell {
        Cell::Inactive => Style::FAINT,
        Cell::Pending => AnsiColor::Yellow.on_default(),
        Cell::Kept => AnsiColor::Magenta.on_default(),
        Cell::Firing => AnsiColor::Red.on_default(),
    }
}

/// The alerts to draw: those that are active at the asserted time first, as many as fit, in their own order.
fn interesting<'a>(picture: &Picture<'a>) -> Vec<&'a AlertTimeline> {
    let mut order: Vec<usize> = (0..picture.timelines.len()).collect();
    order.sort_by_key(|index| {
        (picture.step.is_none_or(|step| picture.timelines[*index].phase_at(step).is_none()), *index)
    });
    order.truncate(MAX_ROWS);
    order.sort_unstable();
    order.into_iter().map(|index| &picture.timelines[index]).collect()
}

/// The labels in which the alerts differ; of a lone alert all but its name.
fn names(rows: &[&AlertTimeline]) -> Vec<String> {
    let differs = |name: &str| {
        let mut values = rows.iter().map(|row| row.labels.get(name));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    let name = |row: &&AlertTimeline| {
        let shown = row.labels.iter().filter(|(name, _)| *name != "alertname" && (rows.len() == 1 || differs(name)));
        let text = shown.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        let text = one_line(&text).into_owned();
        if text.chars().count() > MAX_LABEL_WIDTH {
            text.chars().take(MAX_LABEL_WIDTH - 1).chain(['…']).collect()
        } else {
            text
        }
    };
    rows.iter().map(name).collect()
}
