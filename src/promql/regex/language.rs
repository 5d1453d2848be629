//! Questions about the values that label matchers accept: is there one at all, is one matcher implied by others?
//!
//! A matcher accepts a regular language. All questions come down to one: is there a text that several matchers accept?
//! It is answered by walking the automata of the matchers side by side until all of them accept, or until no new
//! combination of their states is left. Negated matchers accept where their automaton does not; one more automaton
//! keeps the text to valid UTF-8, as label values are.

use std::collections::VecDeque;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::start;
use regex_automata::{Anchored, util::syntax};
use rustc_hash::FxHashSet;

use super::super::ast::{MatchOp, Matcher};
use super::syntax::Node;
use super::{AnchoredRegex, emit, parser};

/// More combinations of states than this are not looked at: the answer is then [`Answer::Unknown`].
const MAX_STATES: usize = 2_000;
/// Bytes that one automaton may take while it is built and walked.
const MAX_AUTOMATON_BYTES: usize = 1 << 20;
/// Longer patterns are not looked at, in bytes.
const MAX_PATTERN_BYTES: usize = 2_000;

/// What a label's value has to satisfy: `=~"5.."`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition<'a> {
    /// How the value is compared.
    pub op: MatchOp,
    /// With what: a text, or a pattern that has to match the whole value.
    pub value: &'a [u8],
}

impl<'a> Condition<'a> {
    /// The condition that a matcher puts on its label.
    pub fn of(matcher: &'a Matcher) -> Self {
        Condition { op: matcher.op, value: &matcher.value.value }
    }

    /// The condition that accepts what this one does not.
    #[must_use]
    pub fn negated(self) -> Self {
        let op = match self.op {
            MatchOp::Equal => MatchOp::NotEqual,
            MatchOp::NotEqual => MatchOp::Equal,
            MatchOp::Regex => MatchOp::NotRegex,
            MatchOp::NotRegex => MatchOp::Regex,
        };
        Condition { op, ..self }
    }

    fn is_negative(self) -> bool {
        matches!(self.op, MatchOp::NotEqual | MatchOp::NotRegex)
    }

    fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.value).ok().filter(|text| text.len() <= MAX_PATTERN_BYTES)
    }
}

/// Whether there is a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This one, a shortest one. A label that is not there has the empty value.
    Some(String),
    /// None: certain.
    None,
    /// It would take too long to find out, or a pattern is no pattern.
    Unknown,
}

/// A value that satisfies all `conditions`.
pub fn value_satisfying(conditions: &[Condition<'_>]) -> Answer {
    match listed_values(conditions) {
        Some(values) => first_accepted(values, conditions),
        None if conditions.iter().all(|condition| accepts_nothing_there(*condition)) => Answer::Some(String::new()),
        None => search(conditions).unwrap_or(Answer::Unknown),
    }
}

/// So many conditions are asked for an example, which is held against all others.
const MAX_EXAMPLES: usize = 4;
/// A value that patterns seldom name.
const ANY_VALUE: &str = "x";

/// Whether certainly no value satisfies all `conditions`. Costs less than [`value_satisfying`] where some obvious value does.
pub fn is_contradiction(conditions: &[Condition<'_>]) -> bool {
    let all_accept = |value: &str, but: Option<usize>| {
        let mut asked = conditions.iter().enumerate().filter(|(at, _)| Some(*at) != but);
        asked.all(|(_, condition)| plainly_accepts(*condition, value) == Some(true))
    };
    let mut examples = conditions.iter().take(MAX_EXAMPLES).enumerate();
    !examples.any(|(own, condition)| example(*condition).is_some_and(|value| all_accept(&value, Some(own))))
        // What is not one of a few values is most often any other.
        && !all_accept(ANY_VALUE, None)
        && value_satisfying(conditions) == Answer::None
}

/// A value that satisfies the condition, if its pattern shows one.
fn example(condition: Condition<'_>) -> Option<String> {
    if condition.op != MatchOp::Regex {
        return None;
    }
    let mut value = String::new();
    spell(&parser::parse(condition.text()?, true).ok()?, &mut value).then_some(value)
}

/// Appends a text that `node` matches; false where that takes a closer look, and where the text becomes long.
fn spell(node: &Node, out: &mut String) -> bool {
    const LONGEST: usize = 200;
    let mut push = |character: Option<char>| {
        out.extend(character);
        character.is_some() && out.len() <= LONGEST
    };
    match node {
        Node::Empty => true,
        Node::Char { c, .. } => push(Some(*c)),
        Node::Class(class) => push(class.example()),
        Node::Any { .. } => push(Some('x')),
        Node::Group { inner, .. } => spell(inner, out),
        Node::Repeat { min, inner, .. } => (0..*min).all(|_| spell(inner, out)),
        Node::Concat(parts) => parts.iter().all(|part| spell(part, out)),
        Node::Alternate(parts) => parts.first().is_some_and(|first| spell(first, out)),
        Node::LineStart | Node::LineEnd | Node::TextStart | Node::TextEnd | Node::WordBoundary { .. } => false,
    }
}

/// Whether the condition accepts the value, as far as that can be told without compiling a pattern.
fn plainly_accepts(condition: Condition<'_>, value: &str) -> Option<bool> {
    let text = condition.text()?;
    let matches = match condition.op {
        MatchOp::Equal | MatchOp::NotEqual => value == text,
        MatchOp::Regex | MatchOp::NotRegex => AnchoredRegex::plain(text)?.is_match(value),
    };
    Some(matches != condition.is_negative())
}

/// Whether the empty value satisfies it, as with `!="a"`, `!~"a.*"`. No automaton is needed to see that.
fn accepts_nothing_there(condition: Condition<'_>) -> bool {
    let Some(text) = condition.text() else { return false };
    let matches = match condition.op {
        MatchOp::Equal | MatchOp::NotEqual => Some(text.is_empty()),
        MatchOp::Regex | MatchOp::NotRegex => parser::parse(text, true).ok().map(|pattern| pattern.is_nullable()),
    };
    matches.is_some_and(|matches| matches != condition.is_negative())
}

/// Whether every value that satisfies all of `conditions` satisfies `implied` too. False also where it is not known.
pub fn implies(conditions: &[Condition<'_>], implied: Condition<'_>) -> bool {
    let mut with: Vec<Condition<'_>> = conditions.to_vec();
    with.push(implied.negated());
    value_satisfying(&with) == Answer::None
}

/// The only values that one of the conditions leaves, if one lists them: `="a"`, `=~"a|b"`.
fn listed_values(conditions: &[Condition<'_>]) -> Option<Vec<String>> {
    conditions.iter().find_map(|condition| match condition.op {
        MatchOp::Equal => Some(vec![condition.text()?.to_owned()]),
        MatchOp::Regex => {
            let mut values = parser::parse(condition.text()?, true).ok()?.literals()?;
            values.sort_by_key(String::len);
            Some(values)
        }
        MatchOp::NotEqual | MatchOp::NotRegex => None,
    })
}

fn first_accepted(values: Vec<String>, conditions: &[Condition<'_>]) -> Answer {
    let tests: Option<Vec<_>> = conditions.iter().map(|condition| test(*condition)).collect();
    let Some(tests) = tests else { return Answer::Unknown };
    let accepted = values.into_iter().find(|value| tests.iter().all(|test| test.accepts(value)));
    accepted.map_or(Answer::None, Answer::Some)
}

/// A condition that values can be held against.
struct Test<'a> {
    positive: Positive<'a>,
    negative: bool,
}

enum Positive<'a> {
    Text(&'a str),
    Pattern(AnchoredRegex),
}

impl Test<'_> {
    fn accepts(&self, value: &str) -> bool {
        let matches = match &self.positive {
            Positive::Text(text) => value == *text,
            Positive::Pattern(regex) => regex.is_match(value),
        };
        matches != self.negative
    }
}

fn test(condition: Condition<'_>) -> Option<Test<'_>> {
    let text = condition.text()?;
    let positive = match condition.op {
        MatchOp::Equal | MatchOp::NotEqual => Positive::Text(text),
        MatchOp::Regex | MatchOp::NotRegex => Positive::Pattern(AnchoredRegex::new(text).ok()?),
    };
    Some(Test { positive, negative: condition.is_negative() })
}

/// The automaton of one condition.
struct Automaton {
    dfa: DFA,
    cache: Cache,
    /// Whether it accepts where the pattern does not match.
    negative: bool,
}

impl Automaton {
    fn of(condition: Condition<'_>) -> Option<Self> {
        let text = condition.text()?;
        let pattern = match condition.op {
            MatchOp::Equal | MatchOp::NotEqual => ::regex::escape(text),
            MatchOp::Regex | MatchOp::NotRegex => emit::emit(&parser::parse(text, true).ok()?),
        };
        Automaton::new(&pattern, condition.is_negative())
    }

    fn new(pattern: &str, negative: bool) -> Option<Self> {
        // Where the cache would have to be cleared, states would change their names: it fails instead.
        let config = Config::new()
            .cache_capacity(MAX_AUTOMATON_BYTES)
            .minimum_cache_clear_count(Some(0))
            .unicode_word_boundary(true);
        let dfa = DFA::builder()
            .configure(config)
            .syntax(syntax::Config::new().utf8(true).nest_limit(200))
            .thompson(thompson::Config::new().nfa_size_limit(Some(MAX_AUTOMATON_BYTES)))
            .build(&format!(r"\A(?:{pattern})\z"))
            .ok()?;
        let cache = dfa.create_cache();
        Some(Automaton { dfa, cache, negative })
    }

    fn start(&mut self) -> Option<LazyStateID> {
        self.dfa.start_state(&mut self.cache, &start::Config::new().anchored(Anchored::Yes)).ok()
    }

    fn next(&mut self, state: LazyStateID, byte: u8) -> Option<LazyStateID> {
        let next = self.dfa.next_state(&mut self.cache, state, byte).ok()?;
        (!next.is_quit()).then_some(next)
    }

    fn accepts(&mut self, state: LazyStateID) -> Option<bool> {
        let end = self.dfa.next_eoi_state(&mut self.cache, state).ok()?;
        (!end.is_quit()).then(|| end.is_match() != self.negative)
    }

    /// Whether nothing that follows can make it accept.
    fn is_hopeless(&self, state: LazyStateID) -> bool {
        state.is_dead() && !self.negative
    }
}

/// A combination of states, and how it was reached.
struct Reached {
    states: Vec<LazyStateID>,
    /// Index of the combination before, and the byte that led here.
    from: Option<(usize, u8)>,
}

/// Walks all automata at once, breadth first. `None` where a bound is met.
fn search(conditions: &[Condition<'_>]) -> Option<Answer> {
    let mut automata = vec![Automaton::new("(?s:.*)", false)?];
    for condition in conditions {
        automata.push(Automaton::of(*condition)?);
    }
    let bytes = representative_bytes(&automata);
    let start: Vec<LazyStateID> = automata.iter_mut().map(Automaton::start).collect::<Option<_>>()?;
    let mut known: FxHashSet<Vec<LazyStateID>> = FxHashSet::default();
    known.insert(start.clone());
    let mut reached = vec![Reached { states: start, from: None }];
    let mut waiting = VecDeque::from([0_usize]);
    while let Some(at) = waiting.pop_front() {
        let states = reached.get(at)?.states.clone();
        let mut all_accept = true;
        for (automaton, state) in automata.iter_mut().zip(&states) {
            all_accept &= automaton.accepts(*state)?;
        }
        if all_accept {
            return Some(text_to(&reached, at).map_or(Answer::Unknown, Answer::Some));
        }
        for byte in &bytes {
            let mut next = Vec::with_capacity(states.len());
            for (automaton, state) in automata.iter_mut().zip(&states) {
                next.push(automaton.next(*state, *byte)?);
            }
            let is_hopeless = automata.iter().zip(&next).any(|(automaton, state)| automaton.is_hopeless(*state));
            if is_hopeless || known.contains(&next) {
                continue;
            }
            if reached.len() >= MAX_STATES {
                return None;
            }
            known.insert(next.clone());
            waiting.push_back(reached.len());
            reached.push(Reached { states: next, from: Some((at, *byte)) });
        }
    }
    Some(Answer::None)
}

/// One byte of each set of bytes that no automaton tells apart. Letters stand for their set where they can, so that
/// the value that is found reads well.
fn representative_bytes(automata: &[Automaton]) -> Vec<u8> {
    let mut known: FxHashSet<Vec<u8>> = FxHashSet::default();
    let readable = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(b'!'..=b'~');
    readable
        .chain(0..=u8::MAX)
        .filter(|byte| {
            let classes = automata.iter().map(|automaton| automaton.dfa.byte_classes().get(*byte)).collect();
            known.insert(classes)
        })
        .collect()
}

/// The text on whose way a combination was reached.
fn text_to(reached: &[Reached], mut at: usize) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some((before, byte)) = reached.get(at)?.from {
        bytes.push(byte);
        at = before;
    }
    bytes.reverse();
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn condition(text: &str) -> Condition<'_> {
        let (op, value) = match text.as_bytes() {
            [b'=', b'~', value @ ..] => (MatchOp::Regex, value),
            [b'!', b'~', value @ ..] => (MatchOp::NotRegex, value),
            [b'!', b'=', value @ ..] => (MatchOp::NotEqual, value),
            [b'=', value @ ..] => (MatchOp::Equal, value),
            other => panic!("{other:?}"),
        };
        Condition { op, value }
    }

    fn ask(conditions: &[&str]) -> Answer {
        let conditions: Vec<Condition<'_>> = conditions.iter().map(|text| condition(text)).collect();
        value_satisfying(&conditions)
    }

    fn some(text: &str) -> Answer {
        Answer::Some(text.to_owned())
    }

    #[test]
    fn a_value_is_found_or_there_is_none() {
        assert_eq!(ask(&[]), some(""));
        assert_eq!(ask(&["=a"]), some("a"));
        assert_eq!(ask(&["=a", "=b"]), Answer::None);
        assert_eq!(ask(&["=~a|bb|c", "!=a", "!~c"]), some("bb"));
        assert_eq!(ask(&["!~.*"]), Answer::None);
        assert_eq!(ask(&["=~^(a|b)$", "!=a"]), some("b"));
        assert_eq!(ask(&["=~^$", "!="]), Answer::None);
        assert_eq!(ask(&["!~.+"]), some(""));
        assert_eq!(ask(&["=~5..", "=~4.."]), Answer::None);
        assert_eq!(ask(&["=~5..", "!~5[0-9]+"]), some("5aa"));
        assert_eq!(ask(&["=~prod-.*", "=~.*-eu", "!=prod-eu"]), some("prod--eu"));
        assert_eq!(ask(&["=~.*prod.*", "!~.*p.*"]), Answer::None);
        assert_eq!(ask(&["=~^(?i)ab$", "!=ab", "!=AB", "!=Ab"]), some("aB"));
        assert_eq!(ask(&["=~\\d+", "=~[^0-9]*"]), Answer::None);
        assert_eq!(ask(&["!~[^\\x{10FFFF}]*", "!~.*[a-z\\x00-\\x{10FFFE}].*"]), some("\u{10FFFF}"));
    }

    #[test]
    fn what_cannot_be_known_is_unknown() {
        assert_eq!(ask(&["=~("]), Answer::Unknown);
        assert_eq!(ask(&["=~(.*a){300}", "=~(.*b){300}"]), Answer::Unknown);
        let long = format!("!~{}", "a.".repeat(2_000));
        assert_eq!(ask(&[&long]), Answer::Unknown);
    }

    #[test]
    fn a_matcher_that_others_imply() {
        let holds = |of: &[&str], implied: &str| {
            let of: Vec<Condition<'_>> = of.iter().map(|text| condition(text)).collect();
            implies(&of, condition(implied))
        };
        assert!(holds(&["=~5.."], "=~5.*"));
        assert!(!holds(&["=~5.*"], "=~5.."));
        assert!(holds(&[], "=~.*"));
        assert!(holds(&["=~a|b"], "!=c"));
        assert!(!holds(&["=~("], "=~a"));
    }

    proptest! {
        /// What the automata say is what the patterns say.
        #[test]
        fn agrees_with_matching(
            patterns in prop::collection::vec("\\^?(a|b|\\.|\\[ab\\]|\\[\\^ax\\]|ab?|b\\*|\\(a\\|b\\)\\+?|\\^|\\$){0,4}\\$?", 1..4),
            negative in prop::collection::vec(any::<bool>(), 4),
            values in prop::collection::vec("[abc]{0,5}", 12),
        ) {
            let texts: Vec<String> = patterns
                .iter()
                .zip(&negative)
                .map(|(pattern, negative)| format!("{}{pattern}", if *negative { "!~" } else { "=~" }))
                .collect();
            let conditions: Vec<Condition<'_>> = texts.iter().map(|text| condition(text)).collect();
            let tests: Vec<_> = conditions.iter().map(|condition| test(*condition).unwrap()).collect();
            let accepted = |value: &str| tests.iter().all(|test| test.accepts(value));
            // The walk itself, also where values are listed.
            let walked = search(&conditions);
            match &walked {
                Some(Answer::Some(value)) => prop_assert!(accepted(value), "{texts:?} {value:?}"),
                Some(Answer::None) => {
                    for value in &values {
                        prop_assert!(!accepted(value), "{texts:?} {value:?}");
                    }
                }
                other => prop_assert!(false, "{texts:?} {other:?}"),
            }
            let short = value_satisfying(&conditions);
            prop_assert_eq!(walked == Some(Answer::None), short == Answer::None);
            prop_assert_eq!(walked == Some(Answer::None), is_contradiction(&conditions));
            for (condition, test) in conditions.iter().zip(&tests) {
                let example = example(*condition);
                prop_assert!(example.as_ref().is_none_or(|value| test.accepts(value)), "{condition:?} {example:?}");
            }
        }
    }
}
