//! The functions of templates: Go's own and those of Prometheus.

mod collections;
mod compare;
mod convert;
mod escape;
mod hosts;
mod humanize;
mod query;
mod regex;
mod text;

pub(super) use collections::not_callable;

use super::eval::Evaluator;
use super::time::MethodParameter;
use super::value::Value;
use crate::source::words;

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    Any,
    Text,
    Int,
    Duration,
    Time,
    Vector,
    Sample,
}

type Call = fn(&mut Evaluator<'_>, &[Value]) -> Result<Value, String>;

/// A function.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// What any number of further arguments must be.
    pub(super) variadic: Option<Parameter>,
    pub(super) call: Call,
}

impl Parameter {
    /// Go's name of the type.
    pub(super) fn type_name(self) -> &'static str {
        match self {
            Parameter::Any => "interface {}",
            Parameter::Text => "string",
            Parameter::Int => "int",
            Parameter::Duration => "time.Duration",
            Parameter::Time => "time.Time",
            Parameter::Vector => "template.queryResult",
            Parameter::Sample => "*template.sample",
        }
    }
}

impl From<MethodParameter> for Parameter {
    fn from(parameter: MethodParameter) -> Self {
        match parameter {
            MethodParameter::Text => Parameter::Text,
            MethodParameter::Int => Parameter::Int,
            MethodParameter::Duration => Parameter::Duration,
            MethodParameter::Time => Parameter::Time,
        }
    }
}

const fn fixed(name: &'static str, parameters: &'static [Parameter], call: Call) -> Function {
    Function { name, parameters, variadic: None, call }
}

const fn variadic(name: &'static str, parameters: &'static [Parameter], call: Call) -> Function {
    Function { name, parameters, variadic: Some(Parameter::Any), call }
}

const ANY: &[Parameter] = &[Parameter::Any];
const TWO: &[Parameter] = &[Parameter::Any, Parameter::Any];
const TEXT: &[Parameter] = &[Parameter::Text];
const TEXT_TEXT: &[Parameter] = &[Parameter::Text, Parameter::Text];
const SAMPLE: &[Parameter] = &[Parameter::Sample];

/// Every function, by name.
static FUNCTIONS: &[Function] = &[
    // `and`, `or` and `call` are evaluated by the evaluator itself: they look at the arguments' nodes.
    variadic("and", ANY, |_, _| Ok(Value::Absent)),
    variadic("args", &[], collections::args),
    variadic("call", ANY, |_, _| Ok(Value::Absent)),
    variadic("eq", ANY, compare::eq),
    fixed("externalURL", &[], hosts::external_url),
    fixed("first", &[Parameter::Vector], query::first),
    fixed("ge", TWO, compare::ge),
    fixed("graphLink", TEXT, hosts::graph_link),
    fixed("gt", TWO, compare::gt),
    variadic("html", &[], escape::html),
    fixed("humanize", ANY, humanize::humanize),
    fixed("humanize1024", ANY, humanize::humanize1024),
    fixed("humanizeDuration", ANY, humanize::humanize_duration),
    fixed("humanizePercentage", ANY, humanize::humanize_percentage),
    fixed("humanizeTimestamp", ANY, humanize::humanize_timestamp),
    variadic("index", ANY, collections::index),
    variadic("js", &[], escape::js),
    fixed("label", &[Parameter::Text, Parameter::Sample], query::label),
    fixed("le", TWO, compare::le),
    fixed("len", ANY, collections::len),
    fixed("lt", TWO, compare::lt),
    fixed("match", TEXT_TEXT, regex::matches),
    fixed("ne", TWO, compare::ne),
    fixed("not", ANY, |_, values| Ok(Value::Bool(!values.first().is_some_and(Value::truth)))),
    fixed("now", &[], convert::now),
    variadic("or", ANY, |_, _| Ok(Value::Absent)),
    fixed("parseDuration", TEXT, convert::parse_duration),
    fixed("pathPrefix", &[], hosts::path_prefix),
    variadic("print", &[], text::print),
    variadic("printf", TEXT, text::printf),
    variadic("println", &[], text::println),
    fixed("query", TEXT, query::query),
    fixed("reReplaceAll", &[Parameter::Text, Parameter::Text, Parameter::Text], regex::replace_all),
    fixed("safeHtml", TEXT, text::unchanged),
    variadic("slice", ANY, collections::slice),
    fixed("sortByLabel", &[Parameter::Text, Parameter::Vector], query::sort_by_label),
    fixed("stripDomain", TEXT, hosts::strip_domain),
    fixed("stripPort", TEXT, hosts::strip_port),
    fixed("strvalue", SAMPLE, query::strvalue),
    fixed("tableLink", TEXT, hosts::table_link),
    fixed("title", TEXT, text::title),
    fixed("toDuration", ANY, convert::to_duration),
    fixed("toLower", TEXT, text::to_lower),
    fixed("toTime", ANY, convert::to_time),
    fixed("toUpper", TEXT, text::to_upper),
    fixed("urlQueryEscape", TEXT, escape::url_query_escape),
    variadic("urlquery", &[], escape::urlquery),
    fixed("value", SAMPLE, query::value),
];

/// The function called `name`.
pub(super) fn by_name(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Whether templates of alerts have a function called `name`.
pub(super) fn is_defined(name: &str) -> bool {
    by_name(name).is_some()
}

/// What to write instead of the unknown function `name`.
pub(super) fn suggestion(name: &str) -> Option<String> {
    if name == "tmpl" {
        return Some("tmpl exists only in console templates".to_owned());
    }
    // Sprig's and Helm's names, and Go's.
    let known = match name.to_ascii_lowercase().as_str() {
        "upper" => Some("toUpper"),
        "lower" => Some("toLower"),
        "replace" | "regexreplaceall" | "replaceall" => Some("reReplaceAll"),
        "regexmatch" => Some("match"),
        "title" => Some("title"),
        "round" | "floor" | "ceil" => Some("printf \"%.0f\""),
        "default" => Some("or"),
        "urlencode" => Some("urlQueryEscape"),
        _ => None,
    };
    let nearest = known.or_else(|| words::nearest(name, FUNCTIONS.iter().map(|function| function.name)))?;
    Some(format!("write {nearest}"))
}
