//! The script language: text to commands.

use promproof::model::SampleValue;
use promproof::model::duration::parse_duration;
use promproof::model::labels::Labels;
use promproof::promql::series::{self, SeriesItems, SeriesLine};

/// One command and the line that it begins on, from 1.
pub(crate) struct Command {
    pub(crate) line: usize,
    pub(crate) kind: CommandKind,
}

pub(crate) enum CommandKind {
    Clear,
    Load(Load),
    Eval(Box<Eval>),
}

/// Series to append.
pub(crate) struct Load {
    /// Milliseconds between two values.
    pub(crate) interval_ms: i64,
    pub(crate) series: Vec<LoadedSeries>,
    /// Whether classic histograms are also appended as native ones with custom buckets.
    pub(crate) with_nhcb: bool,
}

pub(crate) struct LoadedSeries {
    pub(crate) labels: Labels,
    pub(crate) values: Vec<Option<SampleValue>>,
    /// Start timestamps relative to the samples' times, milliseconds; empty where none were given.
    pub(crate) starts: Vec<Option<i64>>,
}

/// A query and what is expected of it.
#[derive(Default)]
pub(crate) struct Eval {
    pub(crate) query: String,
    pub(crate) time: Times,
    pub(crate) expect: Expect,
}

#[derive(Clone, Copy)]
pub(crate) enum Times {
    Instant(i64),
    Range(Range),
}

impl Default for Times {
    fn default() -> Self {
        Times::Instant(0)
    }
}

/// Milliseconds, both ends included.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) step: i64,
}

#[derive(Default)]
pub(crate) struct Expect {
    pub(crate) ordered: bool,
    /// `Some` where the query must fail.
    pub(crate) fail: Option<Text>,
    pub(crate) warnings: Vec<Text>,
    pub(crate) infos: Vec<Text>,
    pub(crate) no_warnings: bool,
    pub(crate) no_infos: bool,
    pub(crate) string: Option<Vec<u8>>,
    /// Where an instant query yields a range vector: the times of its points.
    pub(crate) range_vector: Option<Range>,
    pub(crate) scalar: Option<f64>,
    pub(crate) series: Vec<ExpectedSeries>,
}

/// A text that an error or annotation must have.
pub(crate) enum Text {
    Any,
    Exactly(String),
    Matches(regex::Regex),
}

impl Text {
    pub(crate) fn accepts(&self, text: &str) -> bool {
        match self {
            Text::Any => true,
            Text::Exactly(expected) => expected == text,
            Text::Matches(regex) => regex.is_match(text),
        }
    }

    pub(crate) fn describe(&self) -> String {
        match self {
            Text::Any => "any text".to_owned(),
            Text::Exactly(text) => text.clone(),
            Text::Matches(regex) => format!("something that matches {regex}"),
        }
    }
}

pub(crate) struct ExpectedSeries {
    pub(crate) labels: Labels,
    pub(crate) values: Vec<Option<ExpectedValue>>,
}

pub(crate) struct ExpectedValue {
    pub(crate) value: SampleValue,
    /// Whether the counter reset hint was written and counts.
    pub(crate) names_hint: bool,
}

/// All commands of a script.
pub(crate) fn parse(text: &str) -> Result<Vec<Command>, String> {
    // Comments become empty lines, and an empty line ends a command.
    let lines: Vec<&str> = text.lines().map(str::trim).map(|l| if l.starts_with('#') { "" } else { l }).collect();
    let mut commands = Vec::new();
    let mut rest = lines.iter().copied().enumerate().peekable();
    while let Some((index, line)) = rest.next() {
        if line.is_empty() {
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default().to_lowercase();
        let mut body = Vec::new();
        if word != "clear" {
            while let Some((_, line)) = rest.next_if(|(_, line)| !line.is_empty()) {
                body.push(line);
            }
        }
        let kind = match word.as_str() {
            "clear" => Ok(CommandKind::Clear),
            "load" | "load_with_nhcb" => load(line, &body).map(CommandKind::Load),
            word if word.starts_with("eval") => eval(line, &body).map(|eval| CommandKind::Eval(Box::new(eval))),
            _ => Err(format!("unknown command {word}")),
        };
        let kind = kind.map_err(|message| format!("line {}: {message}", index + 1))?;
        commands.push(Command { line: index + 1, kind });
    }
    Ok(commands)
}

fn signed_duration(text: &str) -> Result<i64, String> {
    let (text, sign) = text.strip_prefix('-').map_or((text, 1), |text| (text, -1));
    parse_duration(text).map(|millis| sign * millis).map_err(|error| error.to_string())
}

fn load(line: &str, body: &[&str]) -> Result<Load, String> {
    let (word, interval) = line.split_once(char::is_whitespace).ok_or("load needs an interval")?;
    let mut series: Vec<LoadedSeries> = Vec::new();
    let mut starts: Option<(Labels, Vec<Option<i64>>)> = None;
    for text in body {
        let SeriesLine { labels, items, .. } =
            series::parse_line(text).map_err(|error| format!("{text}: {}", error.message))?;
        match items {
            SeriesItems::StartTimestamps(given) => starts = Some((labels, given)),
            SeriesItems::Values(values) => {
                let values = values.first;
                let starts = match starts.take() {
                    Some((of, starts)) if of == labels && starts.len() == values.len() => starts,
                    Some(_) => return Err(format!("{text}: the start timestamps before it are not of this series")),
                    None => Vec::new(),
                };
                // The same series again in one load: the last one wins.
                series.retain(|earlier| earlier.labels != labels);
                series.push(LoadedSeries { labels, values, starts });
            }
        }
    }
    let with_nhcb = word.eq_ignore_ascii_case("load_with_nhcb");
    Ok(Load { interval_ms: signed_duration(interval.trim())?, series, with_nhcb })
}

fn eval(line: &str, body: &[&str]) -> Result<Eval, String> {
    let (command, rest) = word(line);
    let mut eval = Eval::default();
    match command.to_lowercase().as_str() {
        "eval" => {}
        "eval_fail" => eval.expect.fail = Some(Text::Any),
        "eval_warn" => eval.expect.warnings.push(Text::Any),
        "eval_info" => eval.expect.infos.push(Text::Any),
        "eval_ordered" => eval.expect.ordered = true,
        other => return Err(format!("unknown command {other}")),
    }
    let (kind, rest) = word(rest);
    (eval.time, eval.query) = match kind {
        "instant" => {
            let (at, rest) = word(rest);
            let (time, query) = word(rest);
            if at != "at" {
                return Err("expected `at` and a time".to_owned());
            }
            (Times::Instant(signed_duration(time)?), query.to_owned())
        }
        "range" => {
            let (range, query) = range(rest)?;
            (Times::Range(range), query.to_owned())
        }
        other => return Err(format!("expected `instant` or `range`, got {other}")),
    };
    for line in body {
        expectation(&mut eval.expect, line)?;
    }
    let one_value = matches!(eval.time, Times::Instant(_)) && eval.expect.range_vector.is_none();
    if one_value && eval.expect.series.iter().any(|series| series.values.len() != 1) {
        return Err("an instant query has one value for each series".to_owned());
    }
    Ok(eval)
}

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// `from A to B step C`, and what follows.
fn range(text: &str) -> Result<(Range, &str), String> {
    let mut rest = text;
    let mut millis = [0; 3];
    for (keyword, value) in ["from", "to", "step"].into_iter().zip(&mut millis) {
        let (found, after) = word(rest);
        if found != keyword {
            return Err(format!("expected `{keyword}`, got {found}"));
        }
        let (duration, after) = word(after);
        *value = signed_duration(duration)?;
        rest = after;
    }
    let [start, end, step] = millis;
    Ok((Range { start, end, step }, rest))
}

fn expectation(expect: &mut Expect, line: &str) -> Result<(), String> {
    let (first, rest) = word(line);
    match first {
        "expect" => directive(expect, rest),
        "expected_fail_message" => {
            expect.fail = Some(Text::Exactly(rest.to_owned()));
            Ok(())
        }
        "expected_fail_regexp" => {
            expect.fail = Some(Text::Matches(regex::Regex::new(rest).map_err(|error| error.to_string())?));
            Ok(())
        }
        _ => match scalar(line) {
            Some(value) => {
                expect.scalar = Some(value);
                Ok(())
            }
            None => {
                expect.series.push(expected_series(line)?);
                Ok(())
            }
        },
    }
}

fn scalar(line: &str) -> Option<f64> {
    match series::parse_values(line).ok()?.as_slice() {
        [Some(SampleValue::Float(value))] if line != "stale" => Some(*value),
        _ => None,
    }
}

fn directive(expect: &mut Expect, line: &str) -> Result<(), String> {
    let (what, rest) = word(line);
    let text = || match rest.split_once(':') {
        None if rest.is_empty() => Ok(Text::Any),
        Some(("msg", text)) => Ok(Text::Exactly(text.trim().to_owned())),
        Some(("regex", text)) => regex::Regex::new(text.trim()).map(Text::Matches).map_err(|error| error.to_string()),
        _ => Err(format!("expected `msg:` or `regex:`, got {rest}")),
    };
    match what {
        "ordered" => expect.ordered = true,
        "fail" => expect.fail = Some(text()?),
        "warn" => expect.warnings.push(text()?),
        "info" => expect.infos.push(text()?),
        "no_warn" => expect.no_warnings = true,
        "no_info" => expect.no_infos = true,
        "string" => expect.string = Some(unquoted(rest)?),
        "range" => {
            let (vector, rest) = word(rest);
            let (range, rest) = range(rest)?;
            if vector != "vector" || !rest.is_empty() {
                return Err(format!("expected `range vector from … to … step …`, got {line}"));
            }
            expect.range_vector = Some(range);
        }
        other => return Err(format!("unknown expectation {other}")),
    }
    Ok(())
}

/// A quoted text; the scripts need no escapes.
fn unquoted(text: &str) -> Result<Vec<u8>, String> {
    let inner = ['"', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.map(|text| text.as_bytes().to_vec()).ok_or_else(|| format!("expected a quoted text, got {text}"))
}

fn expected_series(line: &str) -> Result<ExpectedSeries, String> {
    let parsed = series::parse_line(line).map_err(|error| format!("{line}: {}", error.message))?;
    let SeriesItems::Values(values) = parsed.items else { return Err(format!("{line}: expected values")) };
    let values = values.first;
    let mut names_hint = Vec::new();
    for item in items(line.get(parsed.metric_span.end()..).unwrap_or_default()) {
        let count = series::parse_values(item).map_err(|error| error.message)?.len();
        names_hint.extend(std::iter::repeat_n(item.contains("counter_reset_hint"), count));
    }
    assert_eq!(names_hint.len(), values.len(), "{line}");
    let value = |(value, names_hint): (Option<SampleValue>, bool)| Some(ExpectedValue { value: value?, names_hint });
    Ok(ExpectedSeries { labels: parsed.labels, values: values.into_iter().zip(names_hint).map(value).collect() })
}

/// The items of a sequence of values, cut at white space outside of braces.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c.is_whitespace()
    })
    .filter(|item| !item.is_empty())
}
