//! Numbers and series as test files write them.

use crate::model::gofmt::{FloatVerb, format_float, quote};
use crate::model::labels::{METRIC_NAME, is_legacy_label_name, is_legacy_metric_name};

/// A number for people: all its digits, with an exponent only where it is very large or very small.
pub(crate) fn number_text(value: f64) -> String {
    let plain = value == 0.0 || (1e-6..1e15).contains(&value.abs());
    format_float(value, if plain { FloatVerb::Decimal } else { FloatVerb::General }, None)
}

/// A number as go-yaml reads it back to the last bit.
pub(crate) fn number(value: f64) -> String {
    if value.is_nan() {
        ".nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() }
    } else {
        number_text(value)
    }
}

/// A histogram as series notation takes it, of one as Prometheus writes it: there is no `+` before an infinite number.
pub(crate) fn histogram(canonical: &str) -> String {
    canonical.replace("+Inf", "Inf")
}

/// `name{label="value"}`, or all in braces where the name cannot stand in front of them.
pub(crate) fn series_text(labels: &[(String, String)]) -> String {
    let name = labels.iter().find(|(name, _)| name == METRIC_NAME).map_or("", |(_, value)| value.as_str());
    let legacy = name.is_empty() || is_legacy_metric_name(name);
    let mut parts: Vec<String> = if legacy { Vec::new() } else { vec![quote(name.as_bytes())] };
    for (label, value) in labels.iter().filter(|(label, _)| label != METRIC_NAME) {
        let label = if is_legacy_label_name(label) { label.clone() } else { quote(label.as_bytes()) };
        parts.push(format!("{label}={}", quote(value.as_bytes())));
    }
    match (legacy, parts.is_empty()) {
        (true, true) if !name.is_empty() => name.to_owned(),
        (true, _) => format!("{name}{{{}}}", parts.join(", ")),
        (false, _) => format!("{{{}}}", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::series::parse_histogram;

    #[test]
    fn an_infinite_histogram_is_read_back() {
        let text = "{{count:-Inf sum:Inf}}";
        let (read, _) = parse_histogram(text).unwrap();
        assert_eq!(read.test_expression(), "{{count:-Inf sum:+Inf}}");
        assert_eq!(histogram(&read.test_expression()), text);
    }
}
