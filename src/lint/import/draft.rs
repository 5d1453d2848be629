//! A `promproof.toml` in the making.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Tool;
use crate::lint::config::{Config, Value, key_text, policy_key_names};
use crate::lint::naming::Name;
use crate::source::words::{self, one_line};
use crate::source::{Diagnostic, Label, Severity, SourceFile, Span};

/// More than anybody demands or switches: each is compared with what the configuration takes.
const MAX_STEPS: usize = 2_000;

/// So many notes at most: each is a line for people.
const MAX_NOTES: usize = 1_000;

/// Keys of a table of the configuration with their values.
pub(super) type Keys = BTreeMap<&'static str, Value>;

/// Something that the source demands of rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    /// The keys that say it, and conditions of its own.
    pub(super) keys: Keys,
    /// `message`
    pub(super) message: Option<String>,
    /// `severity`
    pub(super) severity: Option<&'static str>,
}

impl Demand {
    /// One that a single key says.
    pub(super) fn of(key: &'static str, value: Value) -> Demand {
        Demand { keys: Keys::from([(key, value)]), ..Demand::default() }
    }

    pub(super) fn with(mut self, key: &'static str, value: Value) -> Demand {
        self.keys.insert(key, value);
        self
    }
}

/// Lint rules that are switched on or off: for everything, or where conditions hold.
#[derive(Debug)]
struct Switches {
    when: Keys,
    levels: BTreeMap<String, Value>,
}

/// What is known so far.
#[derive(Debug)]
pub(super) struct Draft<'f> {
    file: &'f Arc<SourceFile>,
    /// The keys at the top.
    top: Keys,
    rules: BTreeMap<String, Value>,
    overrides: Vec<Switches>,
    policies: Vec<(Keys, Keys)>,
    notes: Vec<Diagnostic>,
    /// How much has been demanded and switched.
    steps: usize,
}

/// A value of one text.
pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// A value of one text for one name.
pub(super) fn named(name: &str, value: Value) -> Value {
    Value::ByName(BTreeMap::from([(name.to_owned(), value)]))
}

impl<'f> Draft<'f> {
    pub(super) fn new(file: &'f Arc<SourceFile>) -> Self {
        Draft {
            file,
            top: Keys::new(),
            rules: BTreeMap::new(),
            overrides: Vec::new(),
            policies: Vec::new(),
            notes: Vec::new(),
            steps: 0,
        }
    }

    /// Says that what stands at `span` is left out: `what` it is, and `why`.
    pub(super) fn leave_out(&mut self, span: Span, what: &str, why: impl Into<String>) {
        self.note(span, format!("{} is left out", words::cropped(&one_line(what), 120)), why);
    }

    /// Says that something at `span` does not mean quite the same.
    pub(super) fn note(&mut self, span: Span, message: String, why: impl Into<String>) {
        if self.notes.len() < MAX_NOTES {
            let label = Label::new(self.file, span, why);
            self.notes.push(Diagnostic::new("import/left-out", Severity::Info, message, label));
        }
    }

    /// Sets a key at the top; a list grows.
    pub(super) fn set(&mut self, key: &'static str, value: Value) {
        if !join(&mut self.top, key, &value) {
            self.top.insert(key, value);
        }
    }

    /// Whether there is room for one more demand or switch, which stands at `span`; the first for which there is none is
    /// noted.
    pub(super) fn step(&mut self, span: Span) -> bool {
        self.steps += 1;
        if self.steps == MAX_STEPS + 1 {
            self.note(span, "the rest is left out".to_owned(), format!("this is more than {MAX_STEPS} settings"));
        }
        self.steps <= MAX_STEPS
    }

    /// Switches lint rules on or off where `when` holds, everywhere if it is empty.
    pub(super) fn switch(&mut self, names: impl IntoIterator<Item = Name>, level: &str, when: &Keys) {
        let levels = names.into_iter().map(|name| (name.to_string(), text(level)));
        if when.is_empty() {
            self.rules.extend(levels);
            return;
        }
        match self.overrides.last_mut().filter(|last| last.when == *when) {
            Some(last) => last.levels.extend(levels),
            None => self.overrides.push(Switches { when: when.clone(), levels: levels.collect() }),
        }
    }

    /// Demands something of the rules for which `when` holds, unless the configuration could not say it; `what` stands at
    /// `span`.
    pub(super) fn demand(&mut self, what: &str, demand: Demand, when: &Keys, span: Span) {
        if demand.keys.is_empty() {
            return;
        }
        let Demand { keys, message, severity } = demand;
        let told = [("message", message.map(Value::Text)), ("severity", severity.map(text))];
        let told = told.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let mut conditions: Keys = when.clone().into_iter().chain(told).collect();
        let (own, demanded): (Keys, Keys) = keys.into_iter().partition(|(key, _)| CONDITIONS.contains(key));
        if !and(&mut conditions, own) {
            return self.leave_out(span, what, "a policy has one condition for each key, and this would need two");
        }
        if let Some(complaint) = complaint(&conditions, &demanded) {
            return self.leave_out(span, what, complaint);
        }
        // The same words for the same rules make one policy.
        match self.policies.last_mut() {
            Some((known, all)) if *known == conditions && can_join(all, &demanded) => {
                for (key, value) in demanded {
                    if !join(all, key, &value) {
                        all.insert(key, value);
                    }
                }
            }
            _ => self.policies.push((conditions, demanded)),
        }
    }

    /// The text of the configuration, and what has been noted.
    pub(super) fn finish(self, tool: Tool) -> (String, Vec<Diagnostic>) {
        let name = one_line(self.file.name()).into_owned();
        let mut out = format!("# From {name} of {}, by `promproof config import`.\n", tool.word());
        write_keys(&mut out, "", &self.top);
        if !self.rules.is_empty() {
            out.push_str("\n[rules]\n");
            for (name, level) in &self.rules {
                // `write!` to a string cannot fail.
                let _ = writeln!(out, "{} = {level}", key_text(name));
            }
        }
        for Switches { when, levels } in self.overrides {
            out.push_str("\n[[overrides]]\n");
            write_keys(&mut out, "", &when);
            let _ = writeln!(out, "rules = {}", Value::ByName(levels));
        }
        for (conditions, demanded) in &self.policies {
            out.push_str("\n[[policy]]\n");
            out.push_str(&policy_text(conditions, demanded));
        }
        (out, self.notes)
    }
}

/// The keys of `[[policy]]` that choose rules: those that a demand of the source may bring along.
const CONDITIONS: [&str; 3] = ["kind", "names", "with-labels"];

/// Adds the conditions `more`; says whether all can be said at once.
pub(super) fn and(all: &mut Keys, more: Keys) -> bool {
    more.into_iter()
        .all(|(key, value)| both(all.remove(key), value).is_some_and(|value| all.insert(key, value).is_none()))
}

/// What demands both, if a key can; labels can be demanded together.
fn both(known: Option<Value>, value: Value) -> Option<Value> {
    match (known, value) {
        (None, value) => Some(value),
        (Some(known), value) if known == value => Some(value),
        (Some(Value::ByName(mut known)), Value::ByName(more)) => {
            for (name, value) in more {
                let value = both(known.remove(&name), value)?;
                known.insert(name, value);
            }
            Some(Value::ByName(known))
        }
        _ => None,
    }
}

/// Keys whose lists and tables may grow: what they demand, they demand of each rule by itself.
fn grows(key: &str) -> bool {
    !matches!(
        key,
        "any-label"
            | "any-annotation"
            | "exclusive-labels"
            | "exclusive-annotations"
            | "required-matchers"
            | "matchers-for"
    )
}

/// Whether a policy that has the keys `all` may have `more` besides, and mean both.
fn can_join(all: &Keys, more: &Keys) -> bool {
    let other_end = |key: &str| match key.rsplit_once('-') {
        Some((of, "min")) => Some(format!("{of}-max")),
        Some((of, "max")) => Some(format!("{of}-min")),
        _ => None,
    };
    more.iter().all(|(key, value)| match (all.get(key), value) {
        (None, _) => other_end(key).is_none_or(|other| !all.contains_key(other.as_str())),
        (Some(known), value) if known == value => true,
        (Some(Value::Texts(_)), Value::Texts(_)) => grows(key),
        (Some(Value::ByName(known)), Value::ByName(more)) => {
            grows(key) && more.keys().all(|name| !known.contains_key(name))
        }
        _ => false,
    })
}

/// Adds `value` to the list or the table that is there; says whether one was.
fn join(all: &mut Keys, key: &'static str, value: &Value) -> bool {
    match (all.get_mut(key), value) {
        (Some(Value::Texts(known)), Value::Texts(more)) => {
            let new: Vec<String> = more.iter().filter(|text| !known.contains(text)).cloned().collect();
            known.extend(new);
            true
        }
        (Some(Value::ByName(known)), Value::ByName(more)) => {
            known.extend(more.clone());
            true
        }
        _ => false,
    }
}

fn write_keys(out: &mut String, indent: &str, keys: &Keys) {
    for (key, value) in keys {
        // `write!` to a string cannot fail.
        let _ = writeln!(out, "{indent}{key} = {value}");
    }
}

/// The lines of a policy, in the order of the reference.
fn policy_text(conditions: &Keys, demanded: &Keys) -> String {
    let mut out = String::new();
    for key in policy_key_names() {
        if let Some(value) = conditions.get(key).or_else(|| demanded.get(key)) {
            let _ = writeln!(out, "{key} = {value}");
        }
    }
    out
}

/// What the configuration would say to such a policy, where it would not take it.
fn complaint(conditions: &Keys, demanded: &Keys) -> Option<String> {
    let text = format!("[[policy]]\n{}", policy_text(conditions, demanded));
    let problems = Config::parse(&Arc::new(SourceFile::new("promproof.toml", text))).err()?;
    problems.into_iter().next().map(|problem| problem.message)
}
