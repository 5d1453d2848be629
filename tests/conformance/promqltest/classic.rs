//! `load_with_nhcb`: classic histograms become native ones with custom buckets.

use std::collections::BTreeMap;

use promproof::model::SampleValue;
use promproof::model::histogram::{ClassicBucket, FloatHistogram, from_classic};
use promproof::model::labels::Labels;

use super::script::LoadedSeries;

/// A classic histogram at one time.
#[derive(Default)]
struct Classic {
    buckets: Vec<ClassicBucket>,
    count: Option<f64>,
    sum: f64,
}

/// The native histograms of one series, by index of the interval.
type ByTime = BTreeMap<usize, FloatHistogram>;

/// The native histograms by labels.
pub(crate) fn convert(series: &[LoadedSeries]) -> Result<Vec<(Labels, ByTime)>, String> {
    let mut found: BTreeMap<Labels, BTreeMap<usize, Classic>> = BTreeMap::new();
    for series in series {
        let Some((base, part)) = part(&series.labels) else { continue };
        let at = found.entry(base).or_default();
        for (index, value) in series.values.iter().enumerate() {
            let Some(SampleValue::Float(value)) = value else { continue };
            let classic = at.entry(index).or_default();
            match part {
                Part::Bucket(upper) => classic.buckets.push(ClassicBucket { upper, count: *value }),
                Part::Count => classic.count = Some(*value),
                Part::Sum => classic.sum = *value,
            }
        }
    }
    let mut converted = Vec::new();
    for (labels, by_time) in found {
        let mut histograms = BTreeMap::new();
        for (index, classic) in by_time {
            let histogram = from_classic(&classic.buckets, classic.count, classic.sum);
            histograms.insert(index, histogram.map_err(|error| format!("{labels}: {error}"))?);
        }
        converted.push((labels, histograms));
    }
    Ok(converted)
}

#[derive(Clone, Copy)]
enum Part {
    Bucket(f64),
    Count,
    Sum,
}

/// Which part of which classic histogram a series is.
fn part(labels: &Labels) -> Option<(Labels, Part)> {
    let name = labels.metric_name()?;
    let (base, part) = if let Some(base) = name.strip_suffix("_bucket") {
        let upper: f64 = labels.get("le")?.parse().ok()?;
        (base, Part::Bucket(upper))
    } else if let Some(base) = name.strip_suffix("_count") {
        (base, Part::Count)
    } else {
        (name.strip_suffix("_sum")?, Part::Sum)
    };
    let mut builder = labels.builder();
    builder.set("__name__", base).delete("le");
    Some((builder.build(), part))
}
