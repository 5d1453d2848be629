//! A range query gives at each step what an instant query gives at that time.

use std::collections::BTreeMap;

use promproof::engine::{Engine, Output, Prepared, QueryValue, Series, Store};
use promproof::model::SampleValue;

use crate::expressions::Generator;

/// What the value is, to the last bit; any NaN is as good as another.
fn bits(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(value) if value.is_nan() => "NaN".to_owned(),
        SampleValue::Float(value) => format!("{value:?}"),
        SampleValue::Histogram(histogram) => histogram.test_expression(),
    }
}

/// The elements at the time `t_ms` by their labels.
fn elements(value: QueryValue, t_ms: i64) -> BTreeMap<String, String> {
    match value {
        QueryValue::Scalar(value) => [("{}".to_owned(), bits(&value.into()))].into(),
        QueryValue::Vector(samples) => {
            samples.iter().map(|sample| (sample.labels.to_string(), bits(&sample.value))).collect()
        }
        QueryValue::Matrix(matrix) => {
            let at_time = |series: &Series| series.points.iter().find(|p| p.t_ms == t_ms).map(|p| bits(&p.value));
            matrix.iter().filter_map(|series| Some((series.labels.to_string(), at_time(series)?))).collect()
        }
        QueryValue::String(_) => BTreeMap::new(),
    }
}

/// Compares one of the steps of `output`, the result of a range query.
pub(crate) fn check(
    random: &mut Generator,
    (engine, store, prepared): (&Engine, &Store, &Prepared),
    text: &str,
    output: Output,
    (start, end, step): (i64, i64, i64),
) {
    // These mean something else in an instant query.
    if ["start()", "end()", "range()", "step()"].iter().any(|word| text.to_ascii_lowercase().contains(word)) {
        return;
    }
    // As upstream: whether a group loses its name late is decided by its first member, of all steps or of this one.
    if engine.options().delayed_name_removal && text.contains("__name__") {
        return;
    }
    let steps = (i128::from(end) - i128::from(start)) / i128::from(step) + 1;
    let Ok(steps) = usize::try_from(steps) else { return };
    let Ok(number) = i64::try_from(random.below(steps)) else { return };
    let t_ms = start.wrapping_add(number.wrapping_mul(step));
    match engine.instant(store, prepared, t_ms) {
        Ok(instant) => {
            assert_eq!(
                elements(output.value, t_ms),
                elements(instant.value, t_ms),
                "{text} from {start} to {end} step {step}, at {t_ms}, {:?}",
                engine.options()
            );
        }
        Err(error) => panic!("{text}: at {t_ms} alone: {error}"),
    }
}
