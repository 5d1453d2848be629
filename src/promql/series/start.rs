//! Start timestamps of samples: `_ -30s-1mx2 0x3`, each relative to the time of the sample that it belongs to.

use crate::model::duration;

use super::cursor::Cursor;
use super::{MAX_VALUES, SeriesError};

/// Everything from the cursor to the end of the text, in milliseconds.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Vec<Option<i64>>, SeriesError> {
    let mut starts = Vec::new();
    while cursor.skip_spaces() && !cursor.at_end() {
        item(cursor, &mut starts)?;
    }
    if cursor.at_end() { Ok(starts) } else { Err(cursor.unexpected("white space between start timestamps")) }
}

fn item(cursor: &mut Cursor<'_>, starts: &mut Vec<Option<i64>>) -> Result<(), SeriesError> {
    let start = cursor.offset();
    let (first, step, times) = if cursor.eat("_") {
        (None, 0, if cursor.eat("x") { cursor.times()? } else { 1 })
    } else {
        let first = signed_duration(cursor)?;
        let step = if matches!(cursor.peek(), Some('+' | '-')) { Some(signed_duration(cursor)?) } else { None };
        let times = if cursor.eat("x") {
            cursor.times()?
        } else if step.is_some() {
            return Err(cursor.unexpected("`x` and the number of steps, as in `-30s-1mx5`"));
        } else {
            0
        };
        (Some(first), step.unwrap_or(0), times.saturating_add(1))
    };
    if times > MAX_VALUES.saturating_sub(starts.len()) {
        let message = format!("too many start timestamps; the limit is {MAX_VALUES} for one series");
        return Err(SeriesError::new(cursor.span_from(start), message));
    }
    let steps = std::iter::successors(Some(first), |at| Some(at.map(|at| at.saturating_add(step))));
    starts.extend(steps.take(times));
    Ok(())
}

/// A duration with an optional sign, in milliseconds.
fn signed_duration(cursor: &mut Cursor<'_>) -> Result<i64, SeriesError> {
    let start = cursor.offset();
    let negative = cursor.eat("-");
    let _ = negative || cursor.eat("+");
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() && c != 'x');
    match duration::parse_duration(text) {
        Ok(millis) => Ok(if negative { -millis } else { millis }),
        Err(error) => Err(SeriesError::new(cursor.span_from(start), error.to_string())),
    }
}
