//! `promproof config --schema`: a JSON Schema of `promproof.toml`, for editors.

use serde_json::{Map, Value, json};

use crate::lint::config::{KeyInfo, Kind, Level, SectionInfo, Value as Default, sections};
use crate::lint::registry;

/// The schema, as editors for TOML know it: draft 7.
pub fn schema() -> Value {
    let mut properties = Map::new();
    for section in sections() {
        let table = table(&section);
        match section.name {
            "" => properties.extend(table),
            name if section.is_list => {
                let required: Vec<&str> =
                    section.keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
                let mut items = object(table);
                items["required"] = json!(required);
                if !section.one_of.is_empty() {
                    let one_of = section.one_of.iter().map(|key| json!({ "required": [key] }));
                    items["anyOf"] = one_of.collect();
                }
                properties
                    .insert(name.to_owned(), described(section.about, json!({ "type": "array", "items": items })));
            }
            name => {
                properties.insert(name.to_owned(), described(section.about, object(table)));
            }
        }
    }
    let mut schema = object(properties);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["$id"] =
        json!("https://raw.githubusercontent.com/promproof/promproof/main/docs/schemas/promproof.schema.json");
    schema["title"] = json!("promproof.toml");
    schema["definitions"] = json!({ "rules": rules() });
    schema
}

fn table(section: &SectionInfo) -> Map<String, Value> {
    section.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect()
}

fn object(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn described(about: &str, mut schema: Value) -> Value {
    schema["description"] = json!(about);
    schema
}

fn property(key: &KeyInfo) -> Value {
    let texts = || json!({ "type": "string" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let mut schema = match key.kind {
        // What stands beside a `$ref` does not count.
        Kind::Levels => return json!({ "description": key.about, "allOf": [{ "$ref": "#/definitions/rules" }] }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Names { at_least_one } => {
            let mut names = list(json!({ "type": "string", "minLength": 1 }));
            if at_least_one {
                names["minItems"] = json!(1);
            }
            names
        }
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::SomeOf(words) => list(json!({ "enum": words })),
        Kind::Paths => list(texts()),
        Kind::TextsByName => json!({ "type": "object", "additionalProperties": list(texts()) }),
        Kind::Duration => duration(),
        Kind::File => json!({ "type": "string", "minLength": 1 }),
        Kind::Files => list(json!({ "type": "string", "minLength": 1 })),
        Kind::TextByName => json!({ "type": "object", "additionalProperties": texts() }),
        Kind::Rules => list(json!({ "enum": known_rules() })),
        Kind::Version => json!({ "type": "string", "pattern": "^v?[0-9]+([.][0-9]+){0,2}([-+].*)?$" }),
        Kind::Text => json!({ "type": "string", "minLength": 1 }),
        Kind::Number => json!({ "type": "integer", "minimum": 0 }),
        Kind::Pattern => texts(),
        Kind::Patterns => list(texts()),
        Kind::PatternsByName => json!({ "type": "object", "additionalProperties": texts() }),
        Kind::DurationsByName => json!({ "type": "object", "additionalProperties": duration() }),
    };
    if key.default != Default::None && !key.is_required {
        schema["default"] = json!(key.default);
    }
    described(key.about, schema)
}

/// A duration as Prometheus writes it.
fn duration() -> Value {
    let units = ["y", "w", "d", "h", "m", "s", "ms"].map(|unit| format!("([0-9]+{unit})?"));
    json!({ "type": "string", "minLength": 2, "pattern": format!("^{}$", units.concat()) })
}

/// Levels of rules and categories.
fn rules() -> Value {
    let level = |about: &str| json!({ "enum": Level::WORDS, "description": about });
    let mut properties = Map::new();
    for rule in registry().iter().map(|rule| rule.meta()) {
        properties.insert(rule.id.to_owned(), level(rule.summary));
        let category = rule.category();
        for name in [category.to_owned(), format!("{category}/*")] {
            properties.entry(name).or_insert_with(|| level(&format!("all rules of {category}")));
        }
    }
    object(properties)
}

/// The names of rules and categories.
fn known_rules() -> Vec<String> {
    rules()["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect()
}
