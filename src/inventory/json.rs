//! Answers of Prometheus' HTTP API, with the `status` and `data` around them or without:
//!
//! - `/api/v1/metadata`: `{"up": [{"type": "gauge", "help": "…", "unit": ""}]}`
//! - `/api/v1/targets/metadata`: `[{"target": {…}, "metric": "up", "type": "gauge", "unit": ""}]`
//! - `/api/v1/series`: `[{"__name__": "up", "job": "api"}]`
//! - `/api/v1/query`: `{"resultType": "vector", "result": [{"metric": {…}, "value": […]}]}`
//! - `/api/v1/label/__name__/values`: `["up"]`
//!
//! They are read as they come, and never held as a whole.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Full, Inventory, InventoryError, MetricKind, Purpose};
use crate::model::labels::METRIC_NAME;
use crate::source::Span;

/// Whether a text is JSON and no dump, whose lines may begin with a brace, too.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let Some(inside) = text.strip_prefix('{') else { return text.starts_with('[') };
    let inside = inside.trim_start();
    let Some(key) = inside.strip_prefix('"') else { return inside.starts_with('}') && inside.trim_end().len() == 1 };
    // Behind the first text of a dump stands `=`, `,` or `}`.
    let mut escaped = false;
    let end = key.find(|character: char| {
        let is_end = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        is_end
    });
    end.and_then(|end| key.get(end + 1..)).is_some_and(|behind| behind.trim_start().starts_with(':'))
}

pub(super) fn read(inventory: &mut Inventory, text: &str, purpose: Purpose) -> Result<(), InventoryError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let reader = Reader { inventory, purpose };
    let read = Answer(reader).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    read.map_err(|error| {
        let at = offset(text, error.line(), error.column());
        let message = error.to_string();
        // The place is shown beside it.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
        InventoryError { span: Span::at(at), message }
    })
}

/// The byte at a line and a column, both from 1; the column counts bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (start + column.saturating_sub(1)).min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Where what is read goes.
struct Reader<'i> {
    inventory: &'i mut Inventory,
    purpose: Purpose,
}

impl Reader<'_> {
    fn again(&mut self) -> Reader<'_> {
        Reader { inventory: self.inventory, purpose: self.purpose }
    }

    fn name(&mut self, name: &str) -> Result<(), Full> {
        if self.purpose == Purpose::Metadata { Ok(()) } else { self.inventory.add_name(name) }
    }

    fn series(&mut self, labels: &[(String, String)]) -> Result<(), Full> {
        if self.purpose == Purpose::Metadata {
            return Ok(());
        }
        self.inventory.add_series(labels.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

fn full<E: serde::de::Error>(_: Full) -> E {
    E::custom(Full::message())
}

/// The whole answer.
struct Answer<'i>(Reader<'i>);

impl<'de> DeserializeSeed<'de> for Answer<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of Prometheus' HTTP API")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Data(self.0).visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "status" | "warnings" | "infos" | "error" | "errorType" => {
                    if matches!(map.next_value_seed(Part)?, Held::Text(word) if word == "error") {
                        return Err(A::Error::custom("the server answered with an error"));
                    }
                }
                "data" => map.next_value_seed(Data(self.0.again()))?,
                _ => Data(self.0.again()).entry(&key, &mut map)?,
            }
        }
        Ok(())
    }
}

/// What an answer holds: a list of names, series or metadata, or metadata by name.
struct Data<'i>(Reader<'i>);

impl<'de> Data<'_> {
    /// The value under `key` of a table.
    fn entry<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "resultType" | "stats" => map.next_value::<IgnoredAny>().map(|_| ()),
            "result" => map.next_value_seed(Data(self.0.again())),
            name => map.next_value_seed(OfMetric { reader: self.0.again(), name }),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Data<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Data<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of names, series or metadata, or metadata by metric")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(part) = seq.next_element_seed(Part)? {
            let added = match part {
                Held::Text(name) => self.0.name(&name),
                Held::Table(table) => self.element(table),
                Held::Other => Ok(()),
            };
            added.map_err(full)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.entry(&key, &mut map)?;
        }
        Ok(())
    }
}

impl Data<'_> {
    /// A series, a result of a query, or the metadata of a metric of a target.
    fn element(&mut self, table: Table) -> Result<(), Full> {
        if let Some((_, metric)) = table.tables.iter().find(|(name, _)| name == "metric") {
            return self.0.series(metric);
        }
        match (table.text(METRIC_NAME), table.text("metric"), table.text("type")) {
            (Some(_), ..) => self.0.series(&table.texts),
            (None, Some(name), Some(kind)) => {
                self.0.name(name)?;
                let unit = table.text("unit").unwrap_or_default();
                self.0.inventory.add_metadata(name, Some(MetricKind::from_word(kind)), unit)
            }
            _ => Ok(()),
        }
    }
}

/// The list of what targets say of a metric.
struct OfMetric<'i, 'n> {
    reader: Reader<'i>,
    name: &'n str,
}

impl<'de> DeserializeSeed<'de> for OfMetric<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OfMetric<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of metadata")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(part) = seq.next_element_seed(Part)? {
            let Held::Table(table) = part else { continue };
            let (kind, unit) = (table.text("type").map(MetricKind::from_word), table.text("unit").unwrap_or_default());
            self.reader.inventory.add_metadata(self.name, kind, unit).map_err(full)?;
        }
        Ok(())
    }
}

/// So many texts and tables of a table are kept; a series has a few labels.
const MAX_PARTS: usize = 1_000;

/// A value of which texts and tables of texts are kept.
struct Part;

/// What is kept of a value.
enum Held {
    Text(String),
    Table(Table),
    Other,
}

#[derive(Default)]
struct Table {
    texts: Vec<(String, String)>,
    /// Tables of texts in it, without what else they hold.
    tables: Vec<(String, Vec<(String, String)>)>,
}

impl Table {
    fn text(&self, wanted: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.as_str())
    }
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = Held;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Held, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = Held;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Held, E> {
        Ok(Held::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Held, E> {
        Ok(Held::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Held, E> {
        Ok(Held::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Held, E> {
        Ok(Held::Other)
    }

    fn visit_unit<E>(self) -> Result<Held, E> {
        Ok(Held::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Held, E> {
        Ok(Held::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Held, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Held::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Held, A::Error> {
        let mut table = Table::default();
        while let Some(key) = map.next_key::<String>()? {
            match map.next_value_seed(Part)? {
                Held::Text(text) if table.texts.len() < MAX_PARTS => table.texts.push((key, text)),
                Held::Table(inner) if table.tables.len() < MAX_PARTS => table.tables.push((key, inner.texts)),
                _ => {}
            }
        }
        Ok(Held::Table(table))
    }
}
