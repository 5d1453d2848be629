//! What promproof's test files may say beyond promtool's: series given once for many, the life of an alert, expressions
//! that must fail, tolerances. Each has a key of its own, so that a file without these keys means what it means to
//! promtool.

use std::fmt;

use super::notation::number_text;
use crate::model::gofmt::quote;
use crate::promql::regex::AnchoredRegex;
use crate::rules::Field;
use crate::source::{Span, Spanned};

/// `repeat` of an input series: the series stands for one series for each combination of its placeholders' values, the
/// first placeholder changing slowest.
#[derive(Debug)]
pub struct Repeat {
    /// The value of `repeat`.
    pub span: Span,
    /// The placeholders, in the order of the file.
    pub placeholders: Vec<Placeholder>,
}

/// A word that stands in braces in `series` and `values`, `{i}`, and what it is replaced with.
#[derive(Debug)]
pub struct Placeholder {
    /// The word, without braces.
    pub name: String,
    /// Its replacements.
    pub values: PlaceholderValues,
}

/// What a placeholder is replaced with.
#[derive(Debug)]
pub enum PlaceholderValues {
    /// Whole numbers.
    Numbers {
        /// The first.
        first: u64,
        /// How many.
        count: usize,
        /// Shorter ones get zeros in front, up to so many digits.
        width: usize,
    },
    /// Texts as they are listed.
    Texts(Vec<Field>),
}

impl Repeat {
    /// The same for all that say the same.
    pub(crate) fn signature(&self) -> String {
        let values = |placeholder: &Placeholder| match &placeholder.values {
            PlaceholderValues::Numbers { first, count, width } => {
                format!("{} {first} {count} {width}", placeholder.name)
            }
            PlaceholderValues::Texts(texts) => {
                format!("{} {:?}", placeholder.name, texts.iter().map(Field::text).collect::<Vec<_>>())
            }
        };
        self.placeholders.iter().map(values).collect::<Vec<_>>().join("\n")
    }
}

impl PlaceholderValues {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            PlaceholderValues::Numbers { count, .. } => *count,
            PlaceholderValues::Texts(texts) => texts.len(),
        }
    }

    /// Appends value number `index`, from 0, to `out`.
    pub(crate) fn push(&self, index: usize, out: &mut String) {
        match self {
            PlaceholderValues::Numbers { first, width, .. } => {
                let number = first.saturating_add(u64::try_from(index).unwrap_or(u64::MAX));
                out.push_str(&format!("{number:0width$}"));
            }
            PlaceholderValues::Texts(texts) => out.push_str(texts.get(index).map_or("", Field::text)),
        }
    }
}

/// What a text has to be like.
#[derive(Clone, Debug)]
pub struct TextPattern {
    /// The text or the regular expression.
    pub text: Field,
    /// How the two are compared.
    pub kind: PatternKind,
    /// The compiled regular expression of [`PatternKind::Matches`].
    pub(crate) regex: Option<AnchoredRegex>,
}

/// How a text is compared with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatternKind {
    /// `exact:`; the same text.
    Exact,
    /// `contains:`; it is a part of the text.
    Contains,
    /// `matches:`; a regular expression in RE2's syntax that matches the whole text, line breaks included, as `=~` of
    /// PromQL does.
    Matches,
}

impl TextPattern {
    /// Whether `text` is like this.
    pub fn accepts(&self, text: &str) -> bool {
        match self.kind {
            PatternKind::Exact => self.text.text() == text,
            PatternKind::Contains => text.contains(self.text.text()),
            PatternKind::Matches => self.regex.as_ref().is_some_and(|regex| regex.is_match(text)),
        }
    }
}

impl PatternKind {
    /// The key of the test file.
    pub fn key(self) -> &'static str {
        match self {
            PatternKind::Exact => "exact",
            PatternKind::Contains => "contains",
            PatternKind::Matches => "matches",
        }
    }

    /// What stands in front of the pattern in messages: nothing, `a text that contains `, `a text that matches `.
    pub fn words(self) -> &'static str {
        match self {
            PatternKind::Exact => "",
            PatternKind::Contains => "a text that contains ",
            PatternKind::Matches => "a text that matches ",
        }
    }
}

/// By how much a value may differ from the expected one. Both bounds are inclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// By so much; never negative.
    Absolute(f64),
    /// By so many percent of the expected value; never negative.
    Relative(f64),
}

impl fmt::Display for Tolerance {
    /// As it is written: `0.1`, `1%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tolerance::Absolute(difference) => f.write_str(&number_text(*difference)),
            Tolerance::Relative(percent) => write!(f, "{}%", number_text(*percent)),
        }
    }
}

impl Tolerance {
    /// The largest difference from `expected` that is allowed.
    pub fn allowed(self, expected: f64) -> f64 {
        match self {
            Tolerance::Absolute(difference) => difference,
            Tolerance::Relative(percent) => expected.abs() * percent / 100.0,
        }
    }

    /// Whether `actual` is near enough to `expected`. A NaN is never near anything, an infinity only to itself.
    pub fn allows(self, expected: f64, actual: f64) -> bool {
        let difference = (actual - expected).abs();
        expected == actual || (difference.is_finite() && difference <= self.allowed(expected))
    }
}

/// One item of `alert_timeline`: when the alerts of one name that have certain labels are pending, fire and resolve.
#[derive(Debug)]
pub struct TimelineTest {
    /// The item's mapping in the file.
    pub span: Span,
    /// `alertname`
    pub alertname: Field,
    /// `labels`, in the order of the file: the item is about the alerts whose labels are like these; what is not named
    /// does not count.
    pub labels: Vec<(Field, TextPattern)>,
    /// What is said of each state, in the order of the file.
    pub moments: Vec<Moments>,
    /// `annotations`: what they are like when an alert begins to fire.
    pub annotations: Vec<(Field, TextPattern)>,
    /// `count`: how many alerts there are.
    pub count: Option<Spanned<usize>>,
    /// `until`, in milliseconds from the start of the test: what is later does not count.
    pub until: Option<Spanned<i64>>,
}

/// All the times at which a state begins.
#[derive(Debug)]
pub struct Moments {
    /// What begins.
    pub moment: Moment,
    /// The value of the key.
    pub span: Span,
    /// When, in milliseconds from the start of the test, ascending; none where it is said with `never`.
    pub times: Vec<Spanned<i64>>,
    /// Whether it is said with `never`.
    pub never: bool,
}

/// The beginning of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Moment {
    /// `pending_at`: the expression begins to hold, and `for` has not passed.
    Pending,
    /// `fires_at`: the alert begins to fire.
    Firing,
    /// `resolves_at`: the alert no longer fires.
    Resolved,
}

impl Moment {
    /// The key of the test file.
    pub fn key(self) -> &'static str {
        match self {
            Moment::Pending => "pending_at",
            Moment::Firing => "fires_at",
            Moment::Resolved => "resolves_at",
        }
    }

    /// `becomes pending`, `fires`, `resolves`.
    pub fn verb(self) -> &'static str {
        match self {
            Moment::Pending => "becomes pending",
            Moment::Firing => "fires",
            Moment::Resolved => "resolves",
        }
    }
}

impl TimelineTest {
    /// The last time that is named, in milliseconds from the start of the test; `None` where there is none.
    pub fn last_named_ms(&self) -> Option<i64> {
        let times = self.moments.iter().flat_map(|moments| &moments.times).map(|time| time.value);
        times.chain(self.until.map(|until| until.value)).max()
    }

    /// The alerts that it is about, as messages name them: `A{service="api"}`.
    pub fn subject(&self) -> String {
        let label = |(name, pattern): &(Field, TextPattern)| {
            let text = quote(pattern.text.text().as_bytes());
            match pattern.kind {
                PatternKind::Exact => format!("{}={text}", name.text()),
                PatternKind::Matches => format!("{}=~{text}", name.text()),
                PatternKind::Contains => format!("{} contains {text}", name.text()),
            }
        };
        let labels: Vec<String> = self.labels.iter().map(label).collect();
        let name = self.alertname.text();
        if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(", ")) }
    }

    /// Whether an alert with these labels has to be there at all.
    pub(crate) fn needs_an_alert(&self) -> bool {
        !self.annotations.is_empty() || self.moments.iter().any(|moments| !moments.times.is_empty())
    }
}
