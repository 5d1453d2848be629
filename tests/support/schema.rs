//! As much of JSON Schema as our schemas and that of SARIF need.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use regex::Regex;
use serde_json::{Map, Value};

/// What of `value` is not as `schema` says; empty where all is. Knows `type`, `enum`, `properties`, `required`,
/// `additionalProperties`, `items`, bounds, `pattern`, `uniqueItems`, `allOf`, `oneOf`, `anyOf` and `$ref` within the schema.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "", &mut found);
    found
}

/// Keywords that demand nothing which is checked here.
const SILENT: [&str; 8] = ["$schema", "definitions", "description", "title", "default", "format", "$id", "examples"];

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else { return };
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target} is missing"));
        return check(root, target, value, at, found);
    }
    let mut say = |message: String| found.push(format!("{}: {message}", if at.is_empty() { "/" } else { at }));
    for (keyword, demand) in schema {
        let size = |of: Option<usize>| of.map(|of| of as u64);
        let bound = demand.as_u64();
        match keyword.as_str() {
            "type" => {
                let types: Vec<&str> = match demand {
                    Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
                    one => one.as_str().into_iter().collect(),
                };
                if !types.iter().any(|name| is_a(value, name)) {
                    say(format!("is no {}: {value}", types.join(" or ")));
                }
            }
            "enum" if !demand.as_array().unwrap().contains(value) => say(format!("{value} is none of {demand}")),
            "minimum" if value.as_f64().is_some_and(|value| value < demand.as_f64().unwrap()) => {
                say(format!("{value} is below {demand}"));
            }
            "maximum" if value.as_f64().is_some_and(|value| value > demand.as_f64().unwrap()) => {
                say(format!("{value} is above {demand}"));
            }
            "minItems" if size(value.as_array().map(Vec::len)) < bound && value.is_array() => say("too few".to_owned()),
            "maxItems" if size(value.as_array().map(Vec::len)) > bound => say("too many".to_owned()),
            "minLength" if value.is_string() && size(value.as_str().map(str::len)) < bound => {
                say("too short".to_owned());
            }
            "uniqueItems" if demand == true => {
                let items = value.as_array().map_or(&[][..], Vec::as_slice);
                if (1..items.len()).any(|at| items[..at].contains(&items[at])) {
                    say("has an item twice".to_owned());
                }
            }
            "pattern" => {
                let pattern = Regex::new(demand.as_str().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    say(format!("{value} does not match {demand}"));
                }
            }
            "required" => {
                let names = demand.as_array().unwrap().iter().filter_map(Value::as_str);
                for name in names.filter(|name| value.is_object() && value.get(name).is_none()) {
                    say(format!("`{name}` is missing"));
                }
            }
            "minProperties" if size(value.as_object().map(Map::len)) < bound && value.is_object() => {
                say("too few keys".to_owned());
            }
            "maxProperties" if size(value.as_object().map(Map::len)) > bound => say("too many keys".to_owned()),
            "oneOf" | "anyOf" => {
                let holds = |schema: &&Value| {
                    let mut found = Vec::new();
                    check(root, schema, value, at, &mut found);
                    found.is_empty()
                };
                let count = demand.as_array().unwrap().iter().filter(holds).count();
                if count == 0 || keyword == "oneOf" && count > 1 {
                    say(format!("{count} of {keyword} hold for {value}"));
                }
            }
            "enum"
            | "minimum"
            | "maximum"
            | "minItems"
            | "maxItems"
            | "minLength"
            | "minProperties"
            | "maxProperties"
            | "uniqueItems"
            | "allOf"
            | "properties"
            | "additionalProperties"
            | "items" => {}
            other => assert!(SILENT.contains(&other), "the keyword {other} is not known here"),
        }
    }
    for schema in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        check(root, schema, value, at, found);
    }
    let known = schema.get("properties").and_then(Value::as_object);
    for (name, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        match (known.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
            (Some(schema), _) => check(root, schema, inner, &at, found),
            (None, Some(Value::Bool(false))) => found.push(format!("{at}: not known")),
            (None, Some(schema)) => check(root, schema, inner, &at, found),
            (None, None) => {}
        }
    }
    if let Some(schema) = schema.get("items") {
        for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
            check(root, schema, inner, &format!("{at}/{index}"), found);
        }
    }
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type: {other}"),
    }
}
