//! The shape of Prometheus' HTTP API (`/api/v1/query`, `/api/v1/query_range`): numbers as texts, times in seconds.

use std::io;

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, SerializeTuple, Serializer};

use super::QueryReport;
use crate::engine::{AnnotationKind, Point, QueryValue, Series, VectorSample};
use crate::model::histogram::FloatHistogram;
use crate::model::{Labels, SampleValue};

pub(super) fn write(out: &mut dyn io::Write, report: &QueryReport<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Answer(report)).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// The whole answer.
struct Answer<'a>(&'a QueryReport<'a>);

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("status", "success")?;
        map.serialize_entry("data", &Data(self.0))?;
        for (key, kind) in [("warnings", AnnotationKind::Warning), ("infos", AnnotationKind::Info)] {
            let notes = self.0.output.annotations.iter().filter(|note| note.kind == kind);
            let texts: Vec<String> = notes.map(|note| note.to_text(self.0.expr)).collect();
            if !texts.is_empty() {
                map.serialize_entry(key, &texts)?;
            }
        }
        map.end()
    }
}

struct Data<'a>(&'a QueryReport<'a>);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let at = Seconds(self.0.start_ms);
        match &self.0.output.value {
            QueryValue::Scalar(value) => {
                map.serialize_entry("resultType", "scalar")?;
                map.serialize_entry("result", &(at, super::number(*value)))?;
            }
            QueryValue::String(text) => {
                map.serialize_entry("resultType", "string")?;
                map.serialize_entry("result", &(at, String::from_utf8_lossy(text)))?;
            }
            QueryValue::Vector(samples) => {
                map.serialize_entry("resultType", "vector")?;
                map.serialize_entry("result", &samples.iter().map(Element).collect::<Vec<_>>())?;
            }
            QueryValue::Matrix(series) => {
                map.serialize_entry("resultType", "matrix")?;
                map.serialize_entry("result", &series.iter().map(Line).collect::<Vec<_>>())?;
            }
        }
        if let Some(took) = self.0.evaluation {
            let timings = serde_json::json!({ "timings": { "evalTotalTime": took.as_secs_f64() } });
            map.serialize_entry("stats", &timings)?;
        }
        map.end()
    }
}

/// An element of an instant vector.
struct Element<'a>(&'a VectorSample);

impl Serialize for Element<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("metric", &Metric(&self.0.labels))?;
        let at = Seconds(self.0.t_ms);
        match &self.0.value {
            SampleValue::Float(value) => map.serialize_entry("value", &(at, super::number(*value)))?,
            SampleValue::Histogram(histogram) => map.serialize_entry("histogram", &(at, Histogram(histogram)))?,
        }
        map.end()
    }
}

/// A series of a matrix.
struct Line<'a>(&'a Series);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("metric", &Metric(&self.0.labels))?;
        let points: Vec<Point> = self.0.points.iter().collect();
        let floats: Vec<(Seconds, String)> = (points.iter())
            .filter_map(|Point { t_ms, value }| Some((Seconds(*t_ms), super::number(value.as_float()?))))
            .collect();
        let histograms: Vec<(Seconds, Histogram<'_>)> = (points.iter())
            .filter_map(|Point { t_ms, value }| Some((Seconds(*t_ms), Histogram(value.as_histogram()?))))
            .collect();
        if !floats.is_empty() {
            map.serialize_entry("values", &floats)?;
        }
        if !histograms.is_empty() {
            map.serialize_entry("histograms", &histograms)?;
        }
        map.end()
    }
}

/// A time: seconds with the milliseconds behind the point, as Prometheus writes it.
#[derive(Clone, Copy)]
struct Seconds(i64);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            (self.0 / 1000).serialize(serializer)
        } else {
            (self.0 as f64 / 1000.0).serialize(serializer)
        }
    }
}

struct Metric<'a>(&'a Labels);

impl Serialize for Metric<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

struct Histogram<'a>(&'a FloatHistogram);

impl Serialize for Histogram<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &super::number(self.0.count))?;
        map.serialize_entry("sum", &super::number(self.0.sum))?;
        map.serialize_entry("buckets", &Buckets(self.0))?;
        map.end()
    }
}

struct Buckets<'a>(&'a FloatHistogram);

impl Serialize for Buckets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        for bucket in self.0.all_buckets().into_iter().filter(|bucket| bucket.count != 0.0) {
            seq.serialize_element(&BucketTuple {
                boundaries: boundary_rule(bucket.lower_inclusive, bucket.upper_inclusive),
                numbers: [bucket.lower, bucket.upper, bucket.count].map(super::number),
            })?;
        }
        seq.end()
    }
}

/// The API's code for which of a bucket's bounds belong to it.
const fn boundary_rule(lower_inclusive: bool, upper_inclusive: bool) -> u8 {
    match (lower_inclusive, upper_inclusive) {
        (false, true) => 0,
        (true, false) => 1,
        (false, false) => 2,
        (true, true) => 3,
    }
}

struct BucketTuple {
    boundaries: u8,
    numbers: [String; 3],
}

impl Serialize for BucketTuple {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(4)?;
        tuple.serialize_element(&self.boundaries)?;
        self.numbers.iter().try_for_each(|number| tuple.serialize_element(number))?;
        tuple.end()
    }
}
