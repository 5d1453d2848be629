//! Samples from a text dump: the Prometheus text format, OpenMetrics, and what `promtool tsdb dump` prints.
//!
//! All three write a sample as `name{label="value"} value timestamp`. They differ in the unit of the timestamp:
//! OpenMetrics, which ends in `# EOF`, counts seconds; the other two count milliseconds.

use std::fmt;

use super::Labels;
use super::labels::METRIC_NAME;
use crate::source::Span;

/// One line of a dump.
#[derive(Clone, Debug, PartialEq)]
pub struct DumpSample {
    /// The series.
    pub labels: Labels,
    /// Milliseconds since the Unix epoch; `None` where the line has no timestamp.
    pub t_ms: Option<i64>,
    /// The value.
    pub value: f64,
    /// The line's bytes.
    pub span: Span,
}

/// Why a dump cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpError {
    /// Bytes of the dump.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DumpError {}

/// Reads every sample of a dump, in the order of the text. Comments, `# HELP`, `# TYPE` and `# UNIT` lines and
/// exemplars are passed over.
///
/// # Errors
/// The first line that is neither a comment nor a sample.
pub fn parse_dump(text: &str) -> Result<Vec<DumpSample>, DumpError> {
    let unit = if text.trim_end().ends_with("# EOF") { TimestampUnit::Seconds } else { TimestampUnit::Milliseconds };
    let mut samples = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            let at = start + (line.len() - line.trim_start().len());
            samples.push(LineParser { text: content, at: 0, base: at, unit }.sample()?);
        }
        start += line.len();
    }
    Ok(samples)
}

/// The series of a line of a dump that is no comment, whatever stands behind it: the value of a native histogram, a
/// timestamp, an exemplar. `base`: where the line begins in the dump.
///
/// # Errors
/// Where the line does not begin with a series.
pub fn parse_series(line: &str, base: usize) -> Result<Labels, DumpError> {
    let mut parser = LineParser { text: line, at: 0, base, unit: TimestampUnit::Milliseconds };
    let labels = parser.series()?;
    parser.skip_blanks();
    match parser.peek() {
        None => Err(parser.error("expected a value behind the series")),
        Some('{') => Ok(labels),
        Some(_) => parser.value().map(|_| labels),
    }
}

/// A series with more labels than this is refused.
const MAX_LABELS: usize = 1_000;

/// What a timestamp counts.
#[derive(Clone, Copy)]
enum TimestampUnit {
    Seconds,
    Milliseconds,
}

/// Reads one line from left to right.
struct LineParser<'a> {
    text: &'a str,
    /// Next byte of `text`.
    at: usize,
    /// Where `text` begins in the dump.
    base: usize,
    unit: TimestampUnit,
}

impl LineParser<'_> {
    fn sample(mut self) -> Result<DumpSample, DumpError> {
        let labels = self.series()?;
        let value = self.value()?;
        let t_ms = self.timestamp()?;
        let span = Span::new(self.base, self.base + self.text.len());
        Ok(DumpSample { labels, t_ms, value, span })
    }

    /// The metric's name and its labels.
    fn series(&mut self) -> Result<Labels, DumpError> {
        let mut labels = Vec::new();
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
        if !name.is_empty() {
            labels.push((METRIC_NAME.to_owned(), name.clone()));
        }
        let end = self.at;
        self.skip_blanks();
        if self.peek() == Some('{') {
            self.at += 1;
            self.labels(&mut labels)?;
        } else if name.is_empty() {
            return Err(self.error("expected a metric name or `{`"));
        } else {
            self.at = end;
        }
        Ok(Labels::from_pairs(labels))
    }

    /// Everything behind `{`, up to and with `}`.
    fn labels(&mut self, labels: &mut Vec<(String, String)>) -> Result<(), DumpError> {
        loop {
            self.skip_blanks();
            if self.eat('}') {
                return Ok(());
            }
            let quoted = self.peek() == Some('"');
            let name = if quoted { self.quoted()? } else { self.take_while(|c| c.is_ascii_alphanumeric() || c == '_') };
            self.skip_blanks();
            if self.eat('=') {
                self.skip_blanks();
                let value = self.quoted()?;
                if name.is_empty() {
                    return Err(self.error("a label needs a name"));
                }
                labels.push((name, value));
                if labels.len() > MAX_LABELS {
                    return Err(self.error(format!("a series has more than {MAX_LABELS} labels")));
                }
            } else if quoted {
                labels.push((METRIC_NAME.to_owned(), name));
            } else {
                return Err(self.error("expected `=` behind the label's name"));
            }
            self.skip_blanks();
            if !self.eat(',') && self.peek() != Some('}') {
                return Err(self.error("expected `,` or `}`"));
            }
        }
    }

    fn quoted(&mut self) -> Result<String, DumpError> {
        let opening = self.at;
        if !self.eat('"') {
            return Err(self.error("expected a quoted text"));
        }
        let mut out = String::new();
        while let Some(c) = self.next() {
            match c {
                '"' => return Ok(out),
                '\\' => match self.next() {
                    Some('n') => out.push('\n'),
                    Some(escaped @ ('"' | '\\')) => out.push(escaped),
                    Some(other) => out.extend(['\\', other]),
                    None => break,
                },
                c => out.push(c),
            }
        }
        Err(self.error_at(opening, "the quote is never closed"))
    }

    fn value(&mut self) -> Result<f64, DumpError> {
        self.skip_blanks();
        let from = self.at;
        let word = self.take_while(|c| !c.is_whitespace());
        parse_value(&word).ok_or_else(|| self.error_at(from, format!("expected a sample value, found `{word}`")))
    }

    fn timestamp(&mut self) -> Result<Option<i64>, DumpError> {
        self.skip_blanks();
        let from = self.at;
        let word = self.take_while(|c| !c.is_whitespace());
        if word.is_empty() || word.starts_with('#') {
            return Ok(None);
        }
        let ms = match self.unit {
            TimestampUnit::Milliseconds => word.parse::<i64>().ok(),
            TimestampUnit::Seconds => word.parse::<f64>().ok().map(|s| (s * 1000.0).round()).and_then(whole_ms),
        };
        let ms = ms.ok_or_else(|| self.error_at(from, format!("expected a timestamp, found `{word}`")))?;
        self.skip_blanks();
        match self.peek() {
            None | Some('#') => Ok(Some(ms)),
            Some(_) => Err(self.error("expected the end of the line")),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn skip_blanks(&mut self) {
        self.take_while(|c| c == ' ' || c == '\t');
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += len;
        rest[..len].to_owned()
    }

    fn error(&self, message: impl Into<String>) -> DumpError {
        self.error_at(self.at, message)
    }

    fn error_at(&self, from: usize, message: impl Into<String>) -> DumpError {
        DumpError { span: Span::new(self.base + from, self.base + self.text.len()), message: message.into() }
    }
}

/// A number as both formats write it; `Inf` and `NaN` in any case.
fn parse_value(word: &str) -> Option<f64> {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let digits = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let named = ["inf", "infinity", "nan"].iter().any(|name| unsigned.eq_ignore_ascii_case(name));
    if digits || named { word.parse().ok() } else { None }
}

/// The whole number of milliseconds, where it fits.
fn whole_ms(ms: f64) -> Option<i64> {
    // 2^63 is exact as f64; anything below fits.
    (ms.is_finite() && ms.abs() < 9_223_372_036_854_775_808.0).then_some(ms as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match parse_dump(text) {
            Ok(samples) => samples
                .iter()
                .map(|s| format!("{} {} @ {:?}", s.labels, s.value, s.t_ms))
                .collect::<Vec<_>>()
                .join("\n"),
            Err(e) => format!("{}..{}: {}", e.span.start(), e.span.end(), e.message),
        }
    }

    #[test]
    fn text_format_counts_milliseconds() {
        insta::assert_snapshot!(
            shown("# TYPE up gauge\nup{job=\"a\",path=\"C:\\\\x\\n\"} 1 1700000000000\nup 0\n"),
            @r#"
        {__name__="up", job="a", path="C:\\x\n"} 1 @ Some(1700000000000)
        {__name__="up"} 0 @ None
        "#
        );
    }

    #[test]
    fn openmetrics_counts_seconds_and_may_have_exemplars() {
        insta::assert_snapshot!(
            shown("h_bucket{le=\"+Inf\"} 3 1.5 # {trace=\"x\"} 0.2\n# EOF\n"),
            @r#"{__name__="h_bucket", le="+Inf"} 3 @ Some(1500)"#
        );
    }

    #[test]
    fn quoted_names_and_tsdb_dumps() {
        insta::assert_snapshot!(
            shown("{\"my.metric\", \"a.b\"=\"c\"} NaN 5\n{__name__=\"up\", job=\"x\"} +Inf -7"),
            @r#"
        {__name__="my.metric", "a.b"="c"} NaN @ Some(5)
        {__name__="up", job="x"} inf @ Some(-7)
        "#
        );
    }

    #[test]
    fn errors_point_at_the_word() {
        insta::assert_snapshot!(shown("up 1\nup{job=\"a} 1"), @"12..17: the quote is never closed");
        insta::assert_snapshot!(shown("up x"), @"3..4: expected a sample value, found `x`");
        insta::assert_snapshot!(shown("up 1 later"), @"5..10: expected a timestamp, found `later`");
    }
}
