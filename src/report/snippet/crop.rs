//! Which parts of a long line are shown.

use std::ops::Range;

/// Parts that would leave out fewer characters than this between them, or at the start of the line, are shown as one.
const MIN_LEFT_OUT: usize = 4;
/// However many places there are on a line, each gets so many columns.
const MIN_PART: usize = 24;

/// The parts of `line` to show in about `width` characters such that all of `places` (ranges of bytes of the line)
/// can be seen: at least where each begins and ends. In order, not empty, not overlapping, at character boundaries.
pub(super) fn visible_parts(line: &str, places: &[Range<usize>], width: usize) -> Vec<Range<usize>> {
    if forward(line, 0, width) == line.len() {
        let whole = 0..line.len();
        return vec![whole];
    }
    let Some(hull) = places.iter().cloned().reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)) else {
        let head = 0..forward(line, 0, width);
        return vec![head];
    };
    if forward(line, hull.start, width) >= hull.end {
        return vec![widened(line, &hull, width)];
    }
    let share = (width / places.len().max(1)).max(MIN_PART);
    let mut parts = Vec::new();
    for place in places {
        if forward(line, place.start, share) >= place.end {
            parts.push(widened(line, place, share));
        } else {
            // A place too long to show: its head and its tail, each with a little of what lies around it.
            parts.push(back(line, place.start, share / 4)..forward(line, place.start, share / 3));
            parts.push(back(line, place.end, share / 3)..forward(line, place.end, share / 12));
        }
    }
    joined(line, parts)
}

/// `range` and as much before and behind it as makes `width` characters; nearer to an end of the line, more of the
/// other side.
fn widened(line: &str, range: &Range<usize>, width: usize) -> Range<usize> {
    let inside = line.get(range.clone()).map_or(0, |text| text.chars().count());
    let spare = width.saturating_sub(inside);
    let end = forward(line, range.end, spare / 2);
    let used = line.get(range.end..end).map_or(0, |text| text.chars().count());
    let start = back(line, range.start, spare - used);
    let before = line.get(start..range.start).map_or(0, |text| text.chars().count());
    start..forward(line, range.end, spare - before)
}

/// Sorts the parts, and joins those that overlap or nearly touch.
fn joined(line: &str, mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_by_key(|part| (part.start, part.end));
    let line_start = forward(line, 0, MIN_LEFT_OUT);
    if let Some(first) = parts.first_mut().filter(|first| first.start <= line_start) {
        first.start = 0;
    }
    let mut result: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        match result.last_mut() {
            Some(last) if part.start <= forward(line, last.end, MIN_LEFT_OUT) => last.end = last.end.max(part.end),
            _ => result.push(part),
        }
    }
    result
}

/// The byte `count` characters behind `from`, or the end of the line.
fn forward(line: &str, from: usize, count: usize) -> usize {
    let from = floor(line, from);
    let rest = line.get(from..).unwrap_or_default();
    match rest.as_bytes().get(..count) {
        None => line.len(),
        Some(ascii) if ascii.is_ascii() => from + count,
        Some(_) => rest.char_indices().nth(count).map_or(line.len(), |(at, _)| from + at),
    }
}

/// The byte `count` characters before `from`, or the start of the line.
fn back(line: &str, from: usize, count: usize) -> usize {
    let from = floor(line, from);
    if count == 0 {
        return from;
    }
    let before = line.get(..from).unwrap_or_default();
    before.char_indices().nth_back(count - 1).map_or(0, |(at, _)| at)
}

/// The start of the character that holds the byte `at`.
fn floor(line: &str, at: usize) -> usize {
    line.floor_char_boundary(at)
}

#[cfg(test)]
mod tests {
    use super::visible_parts;

    /// The parts with `…` where something is left out.
    fn shown(line: &str, places: &[&str], width: usize) -> String {
        let places: Vec<_> = places.iter().map(|word| line.find(word).map(|at| at..at + word.len()).unwrap()).collect();
        visible_parts(line, &places, width).into_iter().map(|part| &line[part]).collect::<Vec<_>>().join("…")
    }

    #[test]
    fn a_line_that_fits_is_shown_whole() {
        assert_eq!(shown("expr: up == 0", &["up"], 13), "expr: up == 0");
    }

    #[test]
    fn the_window_lies_around_the_places() {
        let line = "0123456789 alpha beta 0123456789 0123456789";
        assert_eq!(shown(line, &["alpha", "beta"], 20), "6789 alpha beta 0123");
    }

    #[test]
    fn at_an_end_of_the_line_the_other_side_gets_more() {
        assert_eq!(shown("alpha 0123456789 0123456789", &["alpha"], 15), "alpha 012345678");
        assert_eq!(shown("0123456789 0123456789 omega", &["omega"], 15), "123456789 omega");
    }

    #[test]
    fn places_far_apart_get_a_part_each() {
        let line = format!("alpha {} omega", "x".repeat(1000));
        assert_eq!(shown(&line, &["alpha", "omega"], 50), "alpha xxxxxxxxxxxxxxxxxxx…xxxxxxxxxxxxxxxxxxx omega");
    }

    #[test]
    fn a_place_that_is_too_long_shows_its_ends() {
        let line = format!("expr: begin{}end # comment", "x".repeat(1000));
        let place = line[6..line.len() - 10].to_owned();
        assert_eq!(shown(&line, &[&place], 40), "expr: beginxxxxxxxx…xxxxxxxxxxend # ");
    }
}
