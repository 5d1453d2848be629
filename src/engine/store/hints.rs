//! What storage makes of counter reset hints.
//!
//! Prometheus does not store the hint of each histogram but one for a whole chunk: the first histogram of a chunk reads
//! back as "unknown", the others as "not reset", and those of gauge chunks as "gauge". A chunk ends where its layout no
//! longer fits or where the counter was reset (`AppendFloatHistogram` in Prometheus' `tsdb/chunkenc`). Rates and
//! comparisons depend on it, so the store does the same. A chunk also ends when it is full; that is left out: it would
//! turn "not reset" into "unknown" now and then, for which a comparison of the two histograms gives the same answer.

use std::sync::Arc;

use crate::model::histogram::CounterResetHint;
use crate::model::{FloatHistogram, SampleValue};

/// Chunks do not reach past midnight (UTC): the range of blocks that unit tests use.
const CHUNK_RANGE_MS: i64 = 24 * 60 * 60 * 1000;

/// The histogram as it reads back when it is stored at `t_ms` after `last`, the series' newest sample as stored.
pub(super) fn stored(
    last: Option<&(i64, SampleValue)>,
    t_ms: i64,
    histogram: Arc<FloatHistogram>,
) -> Arc<FloatHistogram> {
    let hint = match last {
        _ if histogram.counter_reset_hint == CounterResetHint::Gauge => CounterResetHint::Gauge,
        Some((last_ms, SampleValue::Histogram(last)))
            if last_ms.div_euclid(CHUNK_RANGE_MS) == t_ms.div_euclid(CHUNK_RANGE_MS) && continues(last, &histogram) =>
        {
            CounterResetHint::NotReset
        }
        _ => CounterResetHint::Unknown,
    };
    if histogram.counter_reset_hint == hint {
        return histogram;
    }
    let mut histogram = histogram;
    Arc::make_mut(&mut histogram).counter_reset_hint = hint;
    histogram
}

/// Whether a counter histogram goes into the chunk that `last` is in.
fn continues(last: &FloatHistogram, next: &FloatHistogram) -> bool {
    let is_counter = last.counter_reset_hint != CounterResetHint::Gauge;
    if !is_counter || last.is_stale() || next.counter_reset_hint == CounterResetHint::Reset {
        return false;
    }
    let same_layout = last.schema == next.schema
        && last.zero_threshold == next.zero_threshold
        && last.custom_values == next.custom_values;
    same_layout && !next.has_decreased(last)
}
