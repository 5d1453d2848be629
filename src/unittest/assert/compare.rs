//! Expected and actual alerts and samples: whether they are the same for promtool, and if not, where they differ.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::tolerance;
use crate::alerting::AlertAt;
use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::rules::Field;
use crate::source::Span;
use crate::testfile::{AlertTest, ExpectedSample};
use crate::unittest::report::{Alert, Difference, FieldDifference, FieldKind, Sample};

/// More pairs than this are not tried; what is left over is shown as missing and unexpected.
const MAX_PAIRS: usize = 250_000;

/// The alerts that the test expects, in the order of the file. `alertname` is always the test's own, as in promtool.
pub(in crate::unittest) fn expected_alerts(test: &AlertTest) -> Vec<Alert> {
    let alert = |labels: &[(Field, Field)], annotations: &[(Field, Field)]| {
        let mut labels = sorted(labels);
        labels.insert("alertname".to_owned(), test.alertname.text().to_owned());
        Alert { labels: labels.into_iter().collect(), annotations: sorted(annotations).into_iter().collect() }
    };
    test.exp_alerts.iter().map(|expected| alert(&expected.labels, &expected.annotations)).collect()
}

fn sorted(fields: &[(Field, Field)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| (name.text().to_owned(), value.text().to_owned())).collect()
}

/// Labels as they are compared, sorted by name.
pub(in crate::unittest) fn label_pairs(labels: &Labels) -> Vec<(String, String)> {
    labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A firing alert as it is compared.
pub(in crate::unittest) fn actual_alert(alert: &AlertAt<'_>) -> Alert {
    Alert { labels: label_pairs(&alert.timeline.labels), annotations: alert.annotations.to_vec() }
}

/// Whether the two are equal without regard to order.
pub(in crate::unittest) fn same_alerts(expected: &[Alert], actual: &[Alert]) -> bool {
    if expected.len() != actual.len() {
        return false;
    }
    let (mut expected, mut actual): (Vec<_>, Vec<_>) = (expected.iter().collect(), actual.iter().collect());
    expected.sort();
    actual.sort();
    expected == actual
}

/// Whether the two lists, both sorted by labels, are equal as promtool compares them: position by position, NaN never
/// equal, with `fuzzy` one unit in the last place allowed.
pub(in crate::unittest) fn same_samples(expected: &[Sample], actual: &[Sample], fuzzy: bool) -> bool {
    expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| same_sample(e, a, fuzzy))
}

fn same_sample(expected: &Sample, actual: &Sample, fuzzy: bool) -> bool {
    expected.labels == actual.labels && same_value(expected, actual, fuzzy)
}

fn same_value(expected: &Sample, actual: &Sample, fuzzy: bool) -> bool {
    let (e, a) = (expected.value, actual.value);
    if expected.tolerance.is_some_and(|tolerance| tolerance::allows(tolerance, expected, actual)) {
        return true;
    }
    let same = e == a || (fuzzy && (e.next_up() == a || e.next_down() == a));
    same && expected.histogram == actual.histogram
}

/// Something with named fields that can be paired with what resembles it most.
trait Comparable {
    /// The fields that differ between an expected and an actual one.
    fn fields(&self, actual: &Self) -> Vec<FieldDifference>;
    /// The order in which promtool puts them; equal where nothing but a value may differ.
    fn order(&self, other: &Self) -> Ordering;
    /// How many fields the two have in common.
    fn in_common(&self, actual: &Self) -> usize;
}

impl Comparable for Alert {
    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn fields(&self, actual: &Self) -> Vec<FieldDifference> {
        let mut fields = field_differences(FieldKind::Label, &self.labels, &actual.labels);
        fields.extend(field_differences(FieldKind::Annotation, &self.annotations, &actual.annotations));
        fields
    }

    fn in_common(&self, actual: &Self) -> usize {
        // The name is the same for all of them and says nothing.
        shared(&self.labels, &actual.labels).saturating_sub(1) * 2 + shared(&self.annotations, &actual.annotations)
    }
}

impl Comparable for Sample {
    fn order(&self, other: &Self) -> Ordering {
        self.labels.cmp(&other.labels)
    }

    fn fields(&self, actual: &Self) -> Vec<FieldDifference> {
        let mut fields = field_differences(FieldKind::Label, &self.labels, &actual.labels);
        if !same_value(self, actual, false) {
            fields.push(FieldDifference {
                kind: FieldKind::Value,
                name: String::new(),
                expected: Some(self.value_text()),
                actual: Some(actual.value_text()),
                span: None,
            });
        }
        fields
    }

    fn in_common(&self, actual: &Self) -> usize {
        let name = |sample: &Sample| sample.labels.iter().find(|(name, _)| name == METRIC_NAME).cloned();
        // Without labels there is nothing that could tell them apart, so they belong together.
        let bare = usize::from(self.labels.is_empty() && actual.labels.is_empty());
        shared(&self.labels, &actual.labels) * 2 + usize::from(name(self) == name(actual)) + bare
    }
}

fn shared(expected: &[(String, String)], actual: &[(String, String)]) -> usize {
    expected.iter().filter(|pair| actual.contains(pair)).count()
}

fn field_differences(
    kind: FieldKind,
    expected: &[(String, String)],
    actual: &[(String, String)],
) -> Vec<FieldDifference> {
    let mut both: BTreeMap<&str, (Option<&String>, Option<&String>)> = BTreeMap::new();
    for (name, value) in expected {
        both.entry(name).or_default().0 = Some(value);
    }
    for (name, value) in actual {
        both.entry(name).or_default().1 = Some(value);
    }
    let differing = both.into_iter().filter(|(_, (expected, actual))| expected != actual);
    let difference = |(name, (expected, actual)): (&str, (Option<&String>, Option<&String>))| FieldDifference {
        kind,
        name: name.to_owned(),
        expected: expected.cloned(),
        actual: actual.cloned(),
        span: None,
    };
    differing.map(difference).collect()
}

/// Where expected and actual alerts differ, with the places in the test file.
pub(in crate::unittest) fn alert_differences(
    test: &AlertTest,
    expected: &[Alert],
    actual: &[Alert],
) -> Vec<Difference> {
    let mut differences = differences(expected, actual, |e, a| e == a, |e| test.exp_alerts.get(e).map(|x| x.span));
    for difference in &mut differences {
        let Difference::Differs { expected, fields, .. } = difference else { continue };
        let Some(written) = test.exp_alerts.get(*expected) else { continue };
        for field in fields {
            let fields = if field.kind == FieldKind::Label { &written.labels } else { &written.annotations };
            let found = fields.iter().find(|(name, _)| name.text() == field.name);
            field.span = found.map(|(name, value)| if value.span.is_empty() { name.span } else { value.span });
        }
    }
    differences
}

/// Where expected and actual samples differ. `order` maps an index of `expected` to one of the test's `exp_samples`.
pub(in crate::unittest) fn sample_differences(
    written: &[ExpectedSample],
    order: &[usize],
    expected: &[Sample],
    actual: &[Sample],
    fuzzy: bool,
) -> Vec<Difference> {
    let origin = |index: usize| order.get(index).and_then(|index| written.get(*index));
    let same = |e: &Sample, a: &Sample| same_sample(e, a, fuzzy);
    let mut differences = differences(expected, actual, same, |e| origin(e).map(|sample| sample.span));
    for difference in &mut differences {
        let Difference::Differs { expected, fields, .. } = difference else { continue };
        let Some(sample) = origin(*expected) else { continue };
        for field in fields {
            field.span = Some(match field.kind {
                FieldKind::Value if sample.histogram.text().is_empty() => sample.value.span,
                FieldKind::Value => sample.histogram.span,
                _ => sample.labels.span,
            });
        }
    }
    differences
}

/// Leaves out what is equal, then pairs those that have most in common.
fn differences<T: Comparable>(
    expected: &[T],
    actual: &[T],
    same: impl Fn(&T, &T) -> bool,
    span: impl Fn(usize) -> Option<Span>,
) -> Vec<Difference> {
    let (open, free) = unequal(expected, actual, same);
    let paired = pair(expected, actual, &open, &free);
    let mut differences = Vec::new();
    for e in &open {
        let span = span(*e).unwrap_or_default();
        differences.push(match paired.get(e) {
            Some(a) => Difference::Differs { expected: *e, actual: *a, span, fields: expected[*e].fields(&actual[*a]) },
            None => Difference::Missing { expected: *e, span },
        });
    }
    let used: FxHashSet<usize> = paired.into_values().collect();
    differences.extend(free.into_iter().filter(|a| !used.contains(a)).map(|actual| Difference::Unexpected { actual }));
    differences
}

/// The indices of those on each side that have no equal on the other, ascending.
fn unequal<T: Comparable>(expected: &[T], actual: &[T], same: impl Fn(&T, &T) -> bool) -> (Vec<usize>, Vec<usize>) {
    let sorted = |items: &[T]| {
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|a, b| items[*a].order(&items[*b]));
        order
    };
    let (left, right) = (sorted(expected), sorted(actual));
    let (mut open, mut free) = (Vec::new(), Vec::new());
    let (mut l, mut r) = (0, 0);
    while let (Some(e), Some(a)) = (left.get(l), right.get(r)) {
        match expected[*e].order(&actual[*a]) {
            Ordering::Less => open.push(*e),
            Ordering::Greater => free.push(*a),
            Ordering::Equal if same(&expected[*e], &actual[*a]) => {}
            Ordering::Equal => {
                open.push(*e);
                free.push(*a);
            }
        }
        let order = expected[*e].order(&actual[*a]);
        l += usize::from(order.is_le());
        r += usize::from(order.is_ge());
    }
    open.extend(left.iter().skip(l));
    free.extend(right.iter().skip(r));
    open.sort_unstable();
    free.sort_unstable();
    (open, free)
}

/// Which actual one belongs to which expected one, most alike first; a lone one on each side is a pair in any case.
fn pair<T: Comparable>(expected: &[T], actual: &[T], open: &[usize], free: &[usize]) -> FxHashMap<usize, usize> {
    if let ([e], [a]) = (open, free) {
        return [(*e, *a)].into_iter().collect();
    }
    if open.len().saturating_mul(free.len()) > MAX_PAIRS {
        return FxHashMap::default();
    }
    let score = |e: usize, a: usize| expected[e].in_common(&actual[a]);
    let all = open.iter().flat_map(|e| free.iter().map(move |a| (score(*e, *a), *e, *a)));
    let mut candidates: Vec<(usize, usize, usize)> = all.filter(|(score, _, _)| *score > 0).collect();
    candidates.sort_by_key(|(score, e, a)| (Reverse(*score), *e, *a));
    let mut pairs = FxHashMap::default();
    let mut used = FxHashSet::default();
    for (_, e, a) in candidates {
        if !pairs.contains_key(&e) && used.insert(a) {
            pairs.insert(e, a);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let pair = |item: &str| item.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        text.split_whitespace().filter_map(pair).collect()
    }

    fn alert(labels: &str, annotations: &str) -> Alert {
        Alert { labels: pairs(labels), annotations: pairs(annotations) }
    }

    fn sample(labels: &str, value: f64) -> Sample {
        Sample { labels: pairs(labels), value, histogram: String::new(), tolerance: None }
    }

    #[test]
    fn order_does_not_matter_but_number_does() {
        let (a, b) = (alert("alertname=A job=a", ""), alert("alertname=A job=b", ""));
        assert!(same_alerts(&[a.clone(), b.clone()], &[b.clone(), a.clone()]));
        assert!(!same_alerts(std::slice::from_ref(&a), &[a.clone(), a.clone()]));
        assert!(!same_alerts(&[a], &[b]));
    }

    #[test]
    fn nan_is_never_equal_and_fuzzy_allows_one_unit_in_the_last_place() {
        assert!(!same_samples(&[sample("", f64::NAN)], &[sample("", f64::NAN)], true));
        assert!(same_samples(&[sample("", 0.0)], &[sample("", -0.0)], false));
        let (three, near, far) = (3.0, 3.0_f64.next_up(), 3.0_f64.next_up().next_up());
        assert!(!same_samples(&[sample("", three)], &[sample("", near)], false));
        assert!(same_samples(&[sample("", three)], &[sample("", near)], true));
        assert!(!same_samples(&[sample("", three)], &[sample("", far)], true));
    }

    #[test]
    fn what_resembles_each_other_is_compared() {
        let expected = [alert("alertname=A job=a level=page", "s=x"), alert("alertname=A job=c", "")];
        let actual = [alert("alertname=A job=a level=warn", "s=x"), alert("alertname=A job=d", "")];
        let found = differences(&expected, &actual, |e, a| e == a, |_| None);
        let summary: Vec<String> = found
            .iter()
            .map(|difference| match difference {
                Difference::Missing { expected, .. } => format!("missing {expected}"),
                Difference::Unexpected { actual } => format!("unexpected {actual}"),
                Difference::Differs { expected, actual, fields, .. } => {
                    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                    format!("{expected} and {actual} in {}", names.join(","))
                }
            })
            .collect();
        assert_eq!(summary, ["0 and 0 in level", "missing 1", "unexpected 1"]);
    }
}
