//! JUnit's XML, read back as far as joining needs it: suites with their attributes, and cases as they are written.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::tests_json::order;
use super::warnings::{self, Place};
use crate::report::test::junit::FILE_CASE;

/// Attributes that are computed anew.
const TOTALS: [&str; 5] = ["tests", "failures", "errors", "skipped", "time"];

/// All suites of a document.
#[derive(Debug, Default)]
pub struct Suites {
    suites: Vec<Suite>,
}

#[derive(Debug, Default)]
struct Suite {
    /// Names and values as written, without the totals.
    attributes: Vec<(String, String)>,
    /// Seconds; `None` where no part tells.
    time: Option<f64>,
    items: Vec<Item>,
}

/// What a suite holds.
#[derive(Debug)]
struct Item {
    /// As written, with what is in it.
    text: String,
    /// `None` if it is no case.
    case: Option<Case>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Case {
    failed: bool,
    error: bool,
    skipped: bool,
    /// Whether it stands for the whole file; each part that has some of the file has it.
    whole_file: bool,
    /// What it warns of, if it stands for a warning; several parts may have it.
    warning: Option<Place>,
}

/// Reads a document: `testsuites`, or one `testsuite` alone.
///
/// # Errors
/// Malformed XML, or another document.
pub(super) fn read(text: &str) -> Result<Suites, String> {
    let mut reading = Reading { text, depth: 0, root: None, suites: Vec::new(), item: None };
    let mut reader = Reader::from_str(text);
    loop {
        let start = reader.buffer_position();
        let event = reader.read_event().map_err(|error| at(text, reader.error_position(), &error.to_string()))?;
        let result = match &event {
            Event::Eof => break,
            Event::Start(tag) => reading.open(tag, start).map(|()| reading.depth += 1),
            Event::Empty(tag) => reading.open(tag, start).and_then(|()| reading.close(reader.buffer_position())),
            Event::End(_) => {
                reading.depth = reading.depth.saturating_sub(1);
                reading.close(reader.buffer_position())
            }
            _ => Ok(()),
        };
        result.map_err(|message| at(text, start, &message))?;
    }
    match (reading.depth, reading.root.is_some()) {
        (0, true) => Ok(Suites { suites: reading.suites }),
        (0, false) => Err("it is no JUnit report: `<testsuites>` is missing".to_owned()),
        _ => Err(format!("malformed XML: it ends within {} open elements", reading.depth)),
    }
}

fn at(text: &str, position: u64, message: &str) -> String {
    let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    let line = text.as_bytes().get(..end).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}: {message}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    Suites,
    OneSuite,
}

struct Reading<'a> {
    text: &'a str,
    /// How many elements are open.
    depth: usize,
    /// The name of the root.
    root: Option<Root>,
    suites: Vec<Suite>,
    /// The item that is being read: its depth, its first byte, its case.
    item: Option<(usize, u64, Option<Case>)>,
}

impl Reading<'_> {
    fn open(&mut self, tag: &BytesStart<'_>, start: u64) -> Result<(), String> {
        let name = tag.local_name();
        if let Some((depth, _, case)) = &mut self.item {
            if let Some(case) = case.as_mut().filter(|_| self.depth == *depth + 1) {
                match name.as_ref() {
                    "failure" => case.failed = true,
                    "error" => case.error = true,
                    "skipped" => case.skipped = true,
                    _ => {}
                }
            }
            return Ok(());
        }
        match (self.depth, name.as_ref()) {
            (0, _) if self.root.is_some() => Err("there is more than one root element".to_owned()),
            (0, "testsuites") => {
                self.root = Some(Root::Suites);
                Ok(())
            }
            (0 | 1, "testsuite") => {
                self.root.get_or_insert(Root::OneSuite);
                self.suites.push(Suite::of(tag)?);
                Ok(())
            }
            (0, _) => Err("it is no JUnit report: `<testsuites>` is missing".to_owned()),
            (depth, name) => {
                let case = (name == "testcase").then(|| attribute(tag, "name")).transpose()?;
                let case = case.map(|name| Case::named(&name.unwrap_or_default()));
                self.item = Some((depth, start, case));
                Ok(())
            }
        }
    }

    /// The innermost element ends before the byte `end`.
    fn close(&mut self, end: u64) -> Result<(), String> {
        let Some((depth, start, case)) = self.item.take_if(|(depth, _, _)| *depth == self.depth) else { return Ok(()) };
        let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
        let text = self.text.get(range).unwrap_or_default().to_owned();
        let in_suite = depth > 1 || self.root == Some(Root::OneSuite);
        match self.suites.last_mut().filter(|_| in_suite) {
            Some(suite) => suite.items.push(Item { text, case }),
            None if case.is_some() => return Err("a `<testcase>` is outside of all suites".to_owned()),
            // Properties of the whole, which belong to no suite.
            None => {}
        }
        Ok(())
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    Ok(attributes(tag)?.into_iter().find(|(known, _)| known == name).map(|(_, value)| value))
}

/// Names and values as written.
fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let pair = |attribute: Result<quick_xml::events::attributes::Attribute<'_>, _>| match attribute {
        Ok(attribute) => Ok((attribute.key.as_ref().to_owned(), attribute.value.into_owned())),
        Err(error) => Err(format!("malformed XML: {error}")),
    };
    tag.attributes().map(pair).collect()
}

impl Suite {
    fn of(tag: &BytesStart<'_>) -> Result<Suite, String> {
        let (totals, attributes): (Vec<_>, Vec<_>) =
            attributes(tag)?.into_iter().partition(|(name, _)| TOTALS.contains(&name.as_str()));
        let time = totals.iter().find(|(name, _)| name == "time").and_then(|(_, value)| value.parse::<f64>().ok());
        let time = time.filter(|seconds| seconds.is_finite());
        Ok(Suite { attributes, time, items: Vec::new() })
    }

    fn name(&self) -> &str {
        self.attributes.iter().find(|(name, _)| name == "name").map_or("", |(_, value)| value)
    }

    fn count(&self, of: fn(&Case) -> bool) -> usize {
        self.items.iter().filter_map(|item| item.case.as_ref()).filter(|case| of(case)).count()
    }

    /// Adds another one of the same name. What is said of the whole file is said once.
    fn merge(&mut self, mut other: Suite) {
        self.time = match (self.time, other.time) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        let warnings = self.join_warnings(&mut other);
        let once: HashSet<String> =
            self.items.iter().filter(|item| item.is_about_the_whole()).map(|item| item.text.clone()).collect();
        self.items.extend(other.items.into_iter().filter(|item| !once.contains(&item.text)));
        self.items.sort_by(|a, b| a.warning_key().cmp(&b.warning_key()));
        self.items.extend(warnings);
    }

    /// Takes the warnings that both have printed, and makes one item of them.
    fn join_warnings(&mut self, other: &mut Suite) -> Option<Item> {
        let name = self.name().to_owned();
        let take = |suite: &mut Suite| {
            let at = suite.items.iter().position(|item| warnings::lines(&item.text, &name).is_some())?;
            Some(suite.items.remove(at).text)
        };
        let texts = [take(self), take(other)];
        let [mine, others] = texts.each_ref().map(|text| text.as_ref().and_then(|text| warnings::lines(text, &name)));
        (mine.is_some() || others.is_some())
            .then(|| Item { text: warnings::joined(mine.unwrap_or_default(), others.unwrap_or_default()), case: None })
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "  <testsuite")?;
        let (name, others): (Vec<_>, Vec<_>) = self.attributes.iter().partition(|(name, _)| name == "name");
        name.iter().try_for_each(|(name, value)| write_attribute(out, name, value))?;
        write_totals(out, |of| self.count(of))?;
        if let Some(time) = self.time {
            write!(out, r#" time="{time:.6}""#)?;
        }
        others.iter().try_for_each(|(name, value)| write_attribute(out, name, value))?;
        writeln!(out, ">")?;
        self.items.iter().try_for_each(|item| writeln!(out, "    {}", item.text))?;
        writeln!(out, "  </testsuite>")
    }
}

impl Case {
    /// A case of this name of which nothing else is known.
    fn named(name: &str) -> Self {
        Case { whole_file: name == FILE_CASE, warning: warnings::place_of_case(name), ..Case::default() }
    }
}

impl Item {
    fn is_about_the_whole(&self) -> bool {
        self.case.is_none_or(|case| case.whole_file || case.warning.is_some())
    }

    /// Warnings come last, in the order of the file; everything else stays where it is.
    fn warning_key(&self) -> Option<(Place, &str)> {
        Some((self.case?.warning?, &self.text))
    }
}

/// A value as it was written, between quotes that do not occur in it.
fn write_attribute(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    let quote = if value.contains('"') { '\'' } else { '"' };
    write!(out, " {name}={quote}{value}{quote}")
}

fn write_totals(out: &mut dyn Write, count: impl Fn(fn(&Case) -> bool) -> usize) -> io::Result<()> {
    write!(
        out,
        r#" tests="{}" failures="{}" errors="{}" skipped="{}""#,
        count(|_| true),
        count(|case| case.failed),
        count(|case| case.error),
        count(|case| case.skipped),
    )
}

impl Suites {
    /// Adds the suites of another document; those of one name become one.
    pub(super) fn merge(&mut self, other: Suites) {
        let mut places: HashMap<String, usize> =
            self.suites.iter().enumerate().map(|(index, suite)| (suite.name().to_owned(), index)).collect();
        for suite in other.suites {
            match places.get(suite.name()).and_then(|index| self.suites.get_mut(*index)) {
                Some(known) => known.merge(suite),
                None => {
                    places.insert(suite.name().to_owned(), self.suites.len());
                    self.suites.push(suite);
                }
            }
        }
        let name = |suite: &Suite| {
            let name = suite.name();
            quick_xml::escape::unescape(name).map_or_else(|_| name.to_owned(), |name| name.into_owned())
        };
        self.suites.sort_by(|a, b| order(&name(a)).cmp(&order(&name(b))));
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        write!(out, "<testsuites")?;
        write_totals(out, |of| self.suites.iter().map(|suite| suite.count(of)).sum())?;
        writeln!(out, ">")?;
        self.suites.iter().try_for_each(|suite| suite.write(out))?;
        writeln!(out, "</testsuites>")
    }
}
