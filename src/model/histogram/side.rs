//! One side of a histogram as a list of bucket index and count, and back to spans.

use super::BucketSpan;
use super::cell::Cell;

/// The buckets of one side, by ascending index, each index once.
pub(super) type Side<C> = Vec<(i32, C)>;

/// Each bucket's index and count. Where spans and buckets disagree about their number, the shorter wins.
pub(super) fn indexed<'a>(spans: &'a [BucketSpan], buckets: &'a [f64]) -> impl Iterator<Item = (i32, f64)> + 'a {
    let mut next = 0_i32;
    let indices = spans.iter().flat_map(move |span| {
        let first = next.saturating_add(span.offset);
        next = first.saturating_add_unsigned(span.length);
        (0..span.length).map(move |i| first.saturating_add_unsigned(i))
    });
    indices.zip(buckets.iter().copied())
}

/// The side that `spans` and `buckets` describe.
pub(super) fn from_spans<C: Cell>(spans: &[BucketSpan], buckets: &[f64]) -> Side<C> {
    indexed(spans, buckets).map(|(index, count)| (index, C::of(count))).collect()
}

/// Spans and buckets of a side; neighbouring buckets share a span.
pub(super) fn to_spans<C: Cell>(side: &[(i32, C)]) -> (Vec<BucketSpan>, Vec<f64>) {
    let mut spans: Vec<BucketSpan> = Vec::new();
    let mut end = 0_i64;
    for (index, _) in side {
        let gap = i64::from(*index) - end;
        match spans.last_mut() {
            Some(span) if gap == 0 => span.length += 1,
            _ => spans.push(BucketSpan { offset: i32::try_from(gap).unwrap_or(i32::MAX), length: 1 }),
        }
        end = i64::from(*index) + 1;
    }
    (spans, side.iter().map(|(_, cell)| cell.total()).collect())
}

/// Removes empty buckets and joins spans that touch, in place.
pub(super) fn compact(spans: &mut Vec<BucketSpan>, buckets: &mut Vec<f64>) {
    let is_compact = buckets.iter().all(|count| *count != 0.0)
        && spans.iter().all(|span| span.length > 0)
        && spans.iter().skip(1).all(|span| span.offset != 0);
    if !is_compact {
        let mut side: Side<f64> = from_spans(spans, buckets);
        side.retain(|(_, count)| *count != 0.0);
        (*spans, *buckets) = to_spans(&side);
    }
}

/// Adds `other` to `side`, inserting the buckets that `side` does not have.
pub(super) fn merge<C: Cell>(side: &mut Side<C>, other: impl Iterator<Item = (i32, f64)>) {
    let mut other = other.peekable();
    let mut at = 0;
    // Nearly always `side` has all of the buckets, and nothing need be moved.
    while let Some((index, count)) = other.peek().copied() {
        while side.get(at).is_some_and(|(mine, _)| *mine < index) {
            at += 1;
        }
        let Some((_, cell)) = side.get_mut(at).filter(|(mine, _)| *mine == index) else { break };
        cell.add(count);
        other.next();
    }
    if other.peek().is_some() {
        let rest = side.split_off(at);
        insert(side, rest, other);
    }
}

/// Appends `mine` and `other` to `side` in the order of their indices.
fn insert<C: Cell>(side: &mut Side<C>, mine: Side<C>, other: impl Iterator<Item = (i32, f64)>) {
    let mut mine = mine.into_iter().peekable();
    for (index, count) in other {
        while let Some(before) = mine.next_if(|(i, _)| *i < index) {
            side.push(before);
        }
        match mine.next_if(|(i, _)| *i == index) {
            Some((_, mut cell)) => {
                cell.add(count);
                side.push((index, cell));
            }
            None => side.push((index, C::of(count))),
        }
    }
    side.extend(mine);
}

/// Whether every span has buckets and none touches the one before it, as [`to_spans`] makes them.
pub(super) fn is_plain(spans: &[BucketSpan], buckets: &[f64]) -> bool {
    spans.iter().all(|span| span.length > 0)
        && spans.iter().skip(1).all(|span| span.offset != 0)
        && spans.iter().map(|span| u64::from(span.length)).sum::<u64>() == buckets.len() as u64
}

/// The index, in a schema coarser by `steps`, of the bucket that contains the bucket `index`.
pub(super) fn coarser_index(index: i32, steps: u32) -> i32 {
    (index.saturating_sub(1) >> steps.min(31)) + 1
}

/// Joins the buckets that fall together in a schema that is coarser by `steps`.
pub(super) fn coarsen<C: Cell>(side: &mut Side<C>, steps: u32) {
    let mut merged: Side<C> = Vec::with_capacity(side.len());
    for (index, cell) in side.drain(..) {
        let index = coarser_index(index, steps);
        match merged.last_mut() {
            Some((last, sum)) if *last == index => sum.merge(cell),
            _ => merged.push((index, cell)),
        }
    }
    *side = merged;
}

/// Whether two lists of spans describe the same buckets, however they are cut apart by empty spans.
pub(super) fn same_spans(a: &[BucketSpan], b: &[BucketSpan]) -> bool {
    normalised(a).eq(normalised(b))
}

/// The spans as half-open ranges of indices, empty ones left out, touching ones joined.
fn normalised(spans: &[BucketSpan]) -> impl Iterator<Item = (i64, i64)> + '_ {
    let mut end = 0_i64;
    let mut ranges = spans
        .iter()
        .map(move |span| {
            let start = end + i64::from(span.offset);
            end = start + i64::from(span.length);
            (start, end)
        })
        .filter(|(start, end)| start < end)
        .peekable();
    std::iter::from_fn(move || {
        let (start, mut end) = ranges.next()?;
        while let Some((_, next_end)) = ranges.next_if(|(next, _)| *next == end) {
            end = next_end;
        }
        Some((start, end))
    })
}

/// Whether two lists hold the same numbers to the last bit.
pub(super) fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.iter().map(|value| value.to_bits()).eq(b.iter().map(|value| value.to_bits()))
}
