//! Fields of values: `.Labels`, `$labels.job`, `(first …).Value`.

use super::value::Value;

/// The field `name` of `receiver`; of a map the entry, which is empty where there is none (`missingkey=zero`).
///
/// # Errors
/// Go's text where the type (called `type_name`) has no such field, or the field is given arguments.
pub(super) fn field(receiver: &Value, type_name: &str, name: &str, has_arguments: bool) -> Result<Value, String> {
    let value = match receiver {
        Value::Absent => return Ok(Value::Absent),
        Value::Labels(_) | Value::Args(_) if has_arguments => {
            return Err(format!("{name} is not a method but has arguments"));
        }
        Value::Labels(labels) => Some(Value::text(labels.get(name).unwrap_or_default())),
        Value::Args(args) => {
            let entry = args.entries.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok();
            let value = entry.and_then(|index| args.entries.get(index)).map(|(_, value)| value.clone());
            Some(value.unwrap_or(Value::Absent))
        }
        Value::Root(root) => match name {
            "Labels" => Some(Value::Labels(root.labels.clone())),
            "ExternalLabels" => Some(Value::Labels(root.external_labels.clone())),
            "ExternalURL" => Some(Value::Text(root.external_url.clone())),
            "Value" => Some(root.value.clone()),
            _ => None,
        },
        Value::Sample(sample) => match name {
            "Labels" => Some(Value::Labels(sample.labels.clone())),
            "Value" => Some(Value::Float(sample.value)),
            _ => None,
        },
        Value::Histogram(histogram) => match name {
            "Count" => Some(Value::Float(histogram.count)),
            "Sum" => Some(Value::Float(histogram.sum)),
            "ZeroCount" => Some(Value::Float(histogram.zero_count)),
            "ZeroThreshold" => Some(Value::Float(histogram.zero_threshold)),
            _ => None,
        },
        _ => None,
    };
    let Some(value) = value else {
        return Err(format!("can't evaluate field {name} in type {type_name}"));
    };
    if has_arguments {
        return Err(format!("{name} has arguments but cannot be invoked as function"));
    }
    Ok(value)
}
