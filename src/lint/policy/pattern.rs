//! Regular expressions of the configuration: they must match the whole text, as those of Prometheus do, and may speak of
//! the rule that they are compared with.

use std::fmt::Write as _;

use crate::lint::context::RuleContext;
use crate::model::duration::format_duration;
use crate::promql::regex::{AnchoredRegex, RegexError};
use crate::rules::RuleKind;

/// A pattern for a whole text.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The same for every rule.
    Fixed(Box<AnchoredRegex>),
    /// It holds variables such as `{{ $alert }}`.
    OfRule(Vec<Part>),
}

/// A piece of a pattern with variables.
#[derive(Clone, Debug)]
enum Part {
    /// Of the regular expression.
    Text(String),
    /// What stands here is found in the rule.
    Variable(Variable),
}

/// What a pattern may take from a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Variable {
    /// `$alert`, `$record`: the rule's name where it is of that kind, else nothing.
    Name(RuleKind),
    /// `$expr`
    Expr,
    /// `$for`
    For,
    /// `$keep_firing_for`
    KeepFiringFor,
    /// `$labels.name`
    Label(String),
    /// `$annotations.name`
    Annotation(String),
}

/// The variables, as they are written.
pub(in crate::lint) const VARIABLES: [&str; 7] =
    ["$alert", "$record", "$expr", "$for", "$keep_firing_for", "$labels.NAME", "$annotations.NAME"];

/// Why a text is no pattern.
#[derive(Debug)]
pub enum PatternError {
    /// It is no regular expression.
    Regex(RegexError),
    /// What stands between `{{` and `}}` is no variable.
    Variable(String),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It is no regular expression that Prometheus accepts, or it holds a variable that does not exist.
    pub fn new(text: &str) -> Result<Pattern, PatternError> {
        let parts = parts(text).map_err(PatternError::Variable)?;
        let has_variables = parts.iter().any(|part| matches!(part, Part::Variable(_)));
        let sample: String = parts.iter().map(|part| if let Part::Text(text) = part { text } else { "x" }).collect();
        let regex = AnchoredRegex::new(&sample).map_err(PatternError::Regex)?;
        let kind = if has_variables { Kind::OfRule(parts) } else { Kind::Fixed(Box::new(regex)) };
        Ok(Pattern { text: text.to_owned(), kind })
    }

    /// For one of `texts`, as they are.
    ///
    /// # Errors
    /// They are too many for a regular expression.
    pub fn one_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Pattern, PatternError> {
        let mut pattern = String::new();
        for (at, text) in texts.into_iter().enumerate() {
            pattern.push_str(if at == 0 { "" } else { "|" });
            quote(text, &mut pattern);
        }
        Pattern::new(&pattern)
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it speaks of the rule that it is compared with.
    pub(in crate::lint) fn has_variables(&self) -> bool {
        matches!(self.kind, Kind::OfRule(_))
    }

    /// Whether the whole of `text` matches. Variables are nothing where there is no rule.
    pub(in crate::lint) fn accepts(&self, text: &str, rule: Option<&RuleContext<'_>>) -> bool {
        match &self.kind {
            Kind::Fixed(regex) => regex.is_match(text),
            // What is filled in is quoted, and what was sound without it stays so.
            Kind::OfRule(parts) => AnchoredRegex::new(&filled(parts, rule)).is_ok_and(|regex| regex.is_match(text)),
        }
    }
}

/// Splits a pattern at its variables.
fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = next_variable(rest) {
        let variable = Variable::parse(inside).ok_or_else(|| inside.to_owned())?;
        parts.push(Part::Text(before.to_owned()));
        parts.push(Part::Variable(variable));
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}

/// The first `{{ … }}`: what stands before, in and behind it.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inside, after) = rest.split_once("}}")?;
    Some((before, inside.trim(), after))
}

fn filled(parts: &[Part], rule: Option<&RuleContext<'_>>) -> String {
    let mut filled = String::new();
    for part in parts {
        match (part, rule) {
            (Part::Text(text), _) => filled.push_str(text),
            (Part::Variable(variable), Some(rule)) => quote(&variable.of(rule), &mut filled),
            (Part::Variable(_), None) => {}
        }
    }
    filled
}

/// Adds `text` as a regular expression for itself. Also what RE2 does not take for special may stand behind `\x{…}`.
fn quote(text: &str, out: &mut String) {
    for character in text.chars() {
        if character.is_alphanumeric() || character == '_' {
            out.push(character);
        } else {
            // `write!` to a string cannot fail.
            let _ = write!(out, "\\x{{{:x}}}", u32::from(character));
        }
    }
}

impl Variable {
    fn parse(text: &str) -> Option<Variable> {
        Some(match text {
            "$alert" => Variable::Name(RuleKind::Alerting),
            "$record" => Variable::Name(RuleKind::Recording),
            "$expr" => Variable::Expr,
            "$for" => Variable::For,
            "$keep_firing_for" => Variable::KeepFiringFor,
            _ => match text.split_once('.')? {
                ("$labels", name) => Variable::Label(name.to_owned()),
                ("$annotations", name) => Variable::Annotation(name.to_owned()),
                _ => return None,
            },
        })
    }

    fn of(&self, rule: &RuleContext<'_>) -> String {
        let named = |wanted: &str, mut pairs: Vec<(&str, &str)>| {
            let at = pairs.iter().position(|(name, _)| *name == wanted);
            at.map_or_else(String::new, |at| pairs.swap_remove(at).1.to_owned())
        };
        match self {
            Variable::Name(kind) if *kind == rule.rule.kind => rule.rule.name.text().to_owned(),
            Variable::Name(_) => String::new(),
            Variable::Expr => rule.rule.expr.text().to_owned(),
            Variable::For => format_duration(rule.rule.for_ms),
            Variable::KeepFiringFor => format_duration(rule.rule.keep_firing_for_ms),
            Variable::Label(name) => {
                named(name, rule.static_labels().iter().map(|(name, value)| (name.text(), value.text())).collect())
            }
            Variable::Annotation(name) => {
                let annotations = rule.rule.annotations.iter();
                named(name, annotations.map(|(name, value)| (name.text(), value.text())).collect())
            }
        }
    }
}
