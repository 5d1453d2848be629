//! Expansion of the labels and annotations of alerting rules.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::engine::{Prepared, QueryValue, Store};
use crate::model::{Labels, SampleValue};
use crate::promql;
use crate::template::{Context, Querier, TakenBranches, TemplateSample};

use super::budget::Budget;
use super::compile::{CompileOptions, CompiledRule, TemplateField};

/// On what an expansion depends, beside the element's labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dependence {
    /// The element's value.
    pub(super) value: bool,
    /// The evaluation time.
    pub(super) time: bool,
    /// What is stored at the time.
    pub(super) store: bool,
}

impl Dependence {
    /// On what the expansions of `fields` depend.
    pub(super) fn of(fields: &[TemplateField]) -> Dependence {
        let mut all = Dependence::default();
        for template in fields.iter().filter_map(|field| field.template.as_ref()?.as_ref().ok()) {
            let references = template.references();
            let is_value = |kind| kind == crate::template::ReferenceKind::Value;
            all.value |= references.incomplete || references.others.iter().any(|other| is_value(other.kind));
            all.time |= template.calls("now");
            all.store |= !references.queries.is_empty() || references.incomplete;
        }
        all
    }
}

/// One element of an alerting rule's result.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) labels: &'a Labels,
    pub(super) value: &'a SampleValue,
    /// The evaluation time in milliseconds, without the group's offset.
    pub(super) t_ms: i64,
}

/// Expands one field; a failure is text, too.
pub(super) fn expand(
    field: &TemplateField,
    rule: &CompiledRule,
    options: &CompileOptions,
    element: Element<'_>,
    querier: &dyn Querier,
) -> String {
    let name = || format!("__alert_{}", rule.name);
    let template = match &field.template {
        None => return field.text.clone(),
        Some(Err(error)) => return error.annotation_text(&name()),
        Some(Ok(template)) => template,
    };
    let name = name();
    let context = context(&name, options, element, querier);
    template.expand(&context).unwrap_or_else(|error| error.annotation_text(&name))
}

/// Expands one field and notes which branches that takes.
pub(super) fn expand_observed(
    field: &TemplateField,
    rule: &CompiledRule,
    options: &CompileOptions,
    element: Element<'_>,
    querier: &dyn Querier,
    taken: &TakenBranches,
) {
    if let Some(Ok(template)) = &field.template {
        let name = format!("__alert_{}", rule.name);
        // What was taken before a failure counts.
        let _ = template.expand_observed(&context(&name, options, element, querier), taken);
    }
}

fn context<'a>(
    name: &'a str,
    options: &'a CompileOptions,
    element: Element<'a>,
    querier: &'a dyn Querier,
) -> Context<'a> {
    Context {
        name,
        labels: element.labels,
        external_labels: &options.external_labels,
        external_url: &options.external_url,
        value: element.value,
        t_ms: element.t_ms,
        querier,
    }
}

/// Answers the queries of templates from a store.
pub(super) struct StoreQuerier<'a> {
    pub(super) options: &'a CompileOptions,
    pub(super) store: &'a Store,
    pub(super) prepared: &'a RefCell<FxHashMap<String, Result<Prepared, String>>>,
    /// What queries may return; `None` where nobody counts.
    pub(super) budget: Option<&'a Budget>,
}

impl StoreQuerier<'_> {
    fn prepare(&self, query: &str) -> Result<Prepared, String> {
        if let Some(known) = self.prepared.borrow().get(query) {
            return known.clone();
        }
        let prepared = promql::parse(query, &self.options.parse)
            .map_err(|errors| errors.first().map_or_else(String::new, |error| error.upstream_text(query)))
            .and_then(|expr| self.options.engine.prepare(&expr).map_err(|error| error.message));
        let mut cache = self.prepared.borrow_mut();
        if cache.len() >= MAX_PREPARED {
            cache.clear();
        }
        cache.insert(query.to_owned(), prepared.clone());
        prepared
    }
}

/// How many queries of templates are kept prepared.
const MAX_PREPARED: usize = 1_000;

impl Querier for StoreQuerier<'_> {
    fn query(&self, query: &str, t_ms: i64) -> Result<Vec<TemplateSample>, String> {
        let prepared = self.prepare(query)?;
        if self.budget.is_some_and(Budget::is_exceeded) {
            return Err("the queries of this test return too much".to_owned());
        }
        let output = self.options.engine.instant(self.store, &prepared, t_ms).map_err(|error| error.message)?;
        let returned = if let QueryValue::Vector(samples) = &output.value { samples.len() } else { 1 };
        self.budget.map_or(Ok(()), |budget| budget.query(returned))?;
        match output.value {
            QueryValue::Scalar(value) => Ok(vec![TemplateSample { labels: Labels::empty(), value }]),
            QueryValue::Vector(samples) => {
                let sample = |sample: crate::engine::VectorSample| TemplateSample {
                    labels: sample.labels,
                    value: sample.value.as_float().unwrap_or(0.0),
                };
                Ok(samples.into_iter().map(sample).collect())
            }
            QueryValue::String(_) | QueryValue::Matrix(_) => Err(NOT_A_VECTOR.to_owned()),
        }
    }
}

/// Upstream's text for a rule or template query of another type.
pub(super) const NOT_A_VECTOR: &str = "rule result is not a vector or scalar";
