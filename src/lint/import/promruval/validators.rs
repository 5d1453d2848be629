//! What each validator of promruval is here.

use std::collections::BTreeMap;

use super::params::{Missing, Params};
use crate::lint::config::Value;
use crate::lint::import::SERVER;
use crate::lint::import::draft::{Demand, Draft, Keys, named, text};
use crate::lint::import::names::{either, literal};
use crate::lint::naming::Name;
use crate::lint::registry::find;

/// What a validator demands, by its parameters.
type Demanded = fn(&Params<'_>) -> Result<Demand, Missing>;

/// What becomes of a validator.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    /// Keys of a policy say it.
    Policy(Demanded),
    /// Lint rules find it without being told.
    Rules(&'static [&'static str]),
    /// Lint rules find it where facts are given: which.
    Facts(&'static [&'static str], &'static str),
    /// Nothing does: why.
    Never(&'static str),
}

use Fate::{Facts, Never, Policy, Rules};

const TENANTS: &str = "nothing is known of tenants";
const PARTIAL: &str = "the strategy is checked where the dialect is `thanos`, and cannot be demanded";
const ONE_METRIC: &str = "what is said of labels holds for all metrics";
const LAYOUT: &str = "nothing is said of the layout of expressions";
const LOKI: &str = "expressions of Loki are not read";
const NAMES: &str = "names and values may be any UTF-8, as in Prometheus 3";
const ANY_METRIC: &str = "no policy demands a metric's name";
const BUCKETS: &str = "no rule is about operations between buckets";

/// Every validator of promruval 3.13, with the names that it had before.
static VALIDATORS: &[(&str, Fate)] = &[
    ("hasLabels", Policy(|params| Ok(Demand::of("required-labels", names(params, "labels")?)))),
    ("doesNotHaveLabels", Policy(no_labels)),
    ("hasAnyOfLabels", Policy(|params| Ok(Demand::of("any-label", Value::Texts(params.texts("labels")?))))),
    ("exclusiveLabels", Policy(exclusive_labels)),
    ("labelHasAllowedValue", Policy(|params| allowed(params, "label", "label-values", "label-patterns"))),
    ("labelMatchesRegexp", Policy(|params| pattern(params, "label", "label-patterns"))),
    ("hasAnnotations", Policy(|params| Ok(Demand::of("required-annotations", names(params, "annotations")?)))),
    ("doesNotHaveAnnotations", Policy(|params| Ok(Demand::of("forbidden-annotations", names(params, "annotations")?)))),
    (
        "hasAnyOfAnnotations",
        Policy(|params| Ok(Demand::of("any-annotation", Value::Texts(params.texts("annotations")?)))),
    ),
    (
        "annotationHasAllowedValue",
        Policy(|params| allowed(params, "annotation", "annotation-values", "annotation-patterns")),
    ),
    ("annotationMatchesRegexp", Policy(|params| pattern(params, "annotation", "annotation-patterns"))),
    ("annotationIsValidURL", Policy(url)),
    ("forIsNotLongerThan", Policy(|params| Ok(Demand::of("for-max", text(params.text("limit")?))))),
    ("keepFiringForIsNotLongerThan", Policy(|params| Ok(Demand::of("keep-firing-max", text(params.text("limit")?))))),
    ("alertNameMatchesRegexp", Policy(alert_name)),
    ("recordedMetricNameMatchesRegexp", Policy(|params| Ok(name_like(params.text("regexp")?, "record")))),
    ("recordedMetricNameDoesNotMatchRegexp", Policy(|params| Ok(name_unlike(params.text("regexp")?, "record")))),
    ("groupNameMatchesRegexp", Policy(|params| Ok(Demand::of("group-pattern", text(params.text("regexp")?))))),
    ("maxRulesPerGroup", Policy(|params| Ok(Demand::of("max-rules", Value::Number(params.number("limit")?))))),
    ("hasAllowedLimit", Policy(|params| Ok(Demand::of("limit-max", Value::Number(params.number("limit")?))))),
    ("hasValidLimit", Policy(|params| Ok(Demand::of("limit-max", Value::Number(params.number("limit")?))))),
    ("hasAllowedEvaluationInterval", Policy(|params| between(params, "interval-min", "interval-max"))),
    ("hasAllowedQueryOffset", Policy(|params| between(params, "query-offset-min", "query-offset-max"))),
    ("expressionDoesNotUseOlderDataThan", Policy(|params| Ok(Demand::of("max-age", text(params.text("limit")?))))),
    (
        "expressionDoesNotUseIrate",
        Policy(|_| Ok(Demand::of("forbidden-functions", Value::Texts(vec!["irate".to_owned()])))),
    ),
    (
        "expressionDoesNotUseMetrics",
        Policy(|params| Ok(Demand::of("forbidden-metrics", Value::Texts(params.texts("metricNameRegexps")?)))),
    ),
    ("expressionDoesNotUseLabels", Policy(|params| Ok(Demand::of("forbidden-matchers", names(params, "labels")?)))),
    ("expressionIsValidPromQL", Rules(&["promql/syntax", "promql/type"])),
    ("expressionDoesNotUseExperimentalFunctions", Rules(&["promql/syntax"])),
    ("validateLabelTemplates", Rules(&["template/syntax"])),
    ("validateAnnotationTemplates", Rules(&["template/syntax"])),
    ("nonEmptyLabels", Rules(&["labels/empty"])),
    ("rateBeforeAggregation", Rules(&["promql/rate-of-sum"])),
    ("doesNotContainTypos", Rules(&["promql/misspelt-label"])),
    ("expressionDoesNotUseRangeShorterThan", Facts(&["promql/short-range"], "`scrape-interval` of `[facts]`")),
    ("validFunctionsOnCounters", Facts(&["promql/counter-without-rate"], "`metadata` of `[facts]`")),
    ("expressionUsesExistingLabels", Facts(&["selector/unknown-label"], "`inventory` of `[facts]`")),
    ("expressionSelectorsMatchesAnything", Facts(&["selector/unknown-metric"], "`inventory` of `[facts]`")),
    ("expressionCanBeEvaluated", Never(SERVER)),
    ("hasAllowedSourceTenants", Never(TENANTS)),
    ("hasSourceTenantsForMetrics", Never(TENANTS)),
    ("hasValidPartialResponseStrategy", Never(PARTIAL)),
    ("hasValidPartialStrategy", Never(PARTIAL)),
    ("expressionUsesOnlyAllowedLabelsForMetricRegexp", Never(ONE_METRIC)),
    ("expressionDoesNotUseLabelsForMetricRegexp", Never(ONE_METRIC)),
    ("expressionUsesOnlyAllowedLabelValuesForMetricRegexp", Never(ONE_METRIC)),
    ("annotationIsValidPromQL", Never("annotations are templates, and are not read as PromQL")),
    ("expressionWithNoMetricName", Never(ANY_METRIC)),
    ("expressionIsWellFormatted", Never(LAYOUT)),
    ("expressionUsesUnderscoresInLargeNumbers", Never(LAYOUT)),
    ("expressionDoesNotUseClassicHistogramBucketOperations", Never(BUCKETS)),
    ("doesNotUseUTF8", Never(NAMES)),
    ("doesNotUseEmoji", Never(NAMES)),
    ("expressionIsValidLogQL", Never(LOKI)),
    ("logQlExpressionUsesRangeAggregation", Never(LOKI)),
    ("logQlExpressionUsesFiltersFirst", Never(LOKI)),
];

/// What becomes of the validator `name`.
pub(super) fn fate(name: &str) -> Option<Fate> {
    VALIDATORS.iter().find(|(known, _)| *known == name).map(|(_, fate)| *fate)
}

/// The names of all validators that are known, and whether something here does what they do.
pub fn validators() -> impl Iterator<Item = (&'static str, bool)> {
    VALIDATORS.iter().map(|(name, fate)| (*name, !matches!(fate, Never(_))))
}

/// Switches on those lint rules that are not on anyway.
pub(super) fn switch_on(ids: &[&'static str], draft: &mut Draft<'_>) {
    let off = ids.iter().filter(|id| find(id).is_some_and(|rule| !rule.meta().enabled_by_default));
    draft.switch(off.map(|id| Name::Rule(id)), "on", &Keys::new());
}

/// Names, where regular expressions are expected.
fn names(params: &Params<'_>, key: Missing) -> Result<Value, Missing> {
    Ok(Value::Texts(params.texts(key)?.iter().map(|name| literal(name)).collect()))
}

fn no_labels(params: &Params<'_>) -> Result<Demand, Missing> {
    let demand = Demand::of("forbidden-labels", names(params, "labels")?);
    Ok(match params.is_on("searchInExpr") {
        true => demand.with("forbidden-matchers", names(params, "labels")?),
        false => demand,
    })
}

fn exclusive_labels(params: &Params<'_>) -> Result<Demand, Missing> {
    let (first, second) = (params.text("firstLabel")?, params.text("secondLabel")?);
    let (of_first, of_second) = (params.text("firstLabelValue").ok(), params.text("secondLabelValue").ok());
    let with = |name: &str, value: Option<String>| {
        (name.to_owned(), text(value.map_or_else(|| ".+".to_owned(), |value| literal(&value))))
    };
    Ok(match (of_first, of_second) {
        (None, None) => Demand::of("exclusive-labels", Value::Texts(vec![first, second])),
        (of_first, None) => Demand::of("forbidden-labels", Value::Texts(vec![literal(&second)]))
            .with("with-labels", Value::ByName(BTreeMap::from([with(&first, of_first)]))),
        (of_first, of_second) => Demand::of("report", Value::Boolean(true))
            .with("with-labels", Value::ByName(BTreeMap::from([with(&first, of_first), with(&second, of_second)]))),
    })
}

/// A list of allowed values; a value that is a list itself has a pattern.
fn allowed(params: &Params<'_>, of: Missing, key: &'static str, pattern: &'static str) -> Result<Demand, Missing> {
    let (name, values) = (params.text(of)?, params.texts("allowedValues")?);
    if !params.is_on("commaSeparatedValue") {
        return Ok(Demand::of(key, named(&name, Value::Texts(values))));
    }
    let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
    let one = format!("(?:{})", either(&values));
    Ok(Demand::of(pattern, named(&name, text(format!("{one}(?:,{one})*")))))
}

fn pattern(params: &Params<'_>, of: Missing, key: &'static str) -> Result<Demand, Missing> {
    Ok(Demand::of(key, named(&params.text(of)?, text(params.text("regexp")?))))
}

fn url(params: &Params<'_>) -> Result<Demand, Missing> {
    Ok(Demand::of("annotation-patterns", named(&params.text("annotation")?, text("https?://[^ ]+"))))
}

fn alert_name(params: &Params<'_>) -> Result<Demand, Missing> {
    let regex = params.text("regexp")?;
    Ok(if params.is_on("negative") { name_unlike(regex, "alert") } else { name_like(regex, "alert") })
}

fn name_like(regex: String, kind: &str) -> Demand {
    Demand::of("name-pattern", text(regex)).with("kind", text(kind))
}

fn name_unlike(regex: String, kind: &str) -> Demand {
    Demand::of("report", Value::Boolean(true)).with("kind", text(kind)).with("names", text(regex))
}

fn between(params: &Params<'_>, least: &'static str, most: &'static str) -> Result<Demand, Missing> {
    let ends = [(least, params.duration("minimum")), (most, params.duration("maximum"))];
    let keys: Keys = ends.into_iter().filter_map(|(key, end)| Some((key, text(end?)))).collect();
    if keys.is_empty() { Err("minimum") } else { Ok(Demand { keys, ..Demand::default() }) }
}

/// What a validator says as a condition of a policy: it holds for the rules to which the validator has no objection.
pub(super) fn condition(name: &str, params: &Params<'_>) -> Option<Keys> {
    let labels = |value: fn() -> Value| {
        let names = params.texts("labels").ok()?;
        let labels = names.into_iter().map(|name| (name, value())).collect();
        Some(Keys::from([("with-labels", Value::ByName(labels))]))
    };
    // A label that is not there is empty, and promruval objects to none that is not there.
    let or_absent = |regex: String| {
        let name = params.text("label").ok()?;
        Some(Keys::from([("with-labels", named(&name, text(format!("(?:{regex})?"))))]))
    };
    let by_name = |kind: &str| {
        let regex = params.text("regexp").ok()?;
        Some(Keys::from([("kind", text(kind)), ("names", text(regex))]))
    };
    match name {
        "hasLabels" if !params.is_on("searchInExpr") => labels(|| text(".+")),
        "doesNotHaveLabels" if !params.is_on("searchInExpr") => labels(|| text("")),
        "labelMatchesRegexp" => or_absent(params.text("regexp").ok()?),
        "labelHasAllowedValue" if !params.is_on("commaSeparatedValue") => {
            let values = params.texts("allowedValues").ok()?;
            or_absent(either(&values.iter().map(|value| literal(value)).collect::<Vec<_>>()))
        }
        "alertNameMatchesRegexp" if !params.is_on("negative") => by_name("alert"),
        "recordedMetricNameMatchesRegexp" => by_name("record"),
        "groupNameMatchesRegexp" => Some(Keys::from([("groups", text(params.text("regexp").ok()?))])),
        _ => None,
    }
}
