//! The fast reader gives the events of `granit-parser` or none: on the corpora, and on fragments of rule files that are
//! broken at random.
//!
//! ```console
//! PROMPROOF_FUZZ_INPUTS=20000000 cargo test --release --lib same_events -- --nocapture
//! PROMPROOF_FUZZ_SEED=4711 PROMPROOF_FUZZ_INPUTS=1 cargo test --lib same_events -- --nocapture
//! ```

use crate::yaml::event::Event;
use crate::yaml::{fast, granit};

/// The events of a text without mistakes.
fn granit_events(text: &str) -> Option<Vec<Event<'_>>> {
    granit::Events::new(text).collect::<Result<_, _>>().ok()
}

/// The events of a text that the fast reader takes.
fn fast_events(text: &str) -> Option<Vec<Event<'_>>> {
    let mut events = Vec::new();
    let read = fast::read(text, |event| {
        events.push(event);
        Ok(())
    });
    read.ok().map(|()| events)
}

/// The events and the comments, without what means nothing: when a comment comes between other events, and where the end
/// of a collection in lines was noticed.
fn meaningful(events: Vec<Event<'_>>) -> (Vec<Event<'_>>, Vec<Event<'_>>) {
    let (mut comments, mut others): (Vec<_>, Vec<_>) =
        events.into_iter().partition(|event| matches!(event, Event::Comment(_)));
    let mut in_brackets = Vec::new();
    for event in &mut others {
        match event {
            Event::SequenceStart { bracket, .. } | Event::MappingStart { bracket, .. } => {
                in_brackets.push(bracket.is_some());
            }
            Event::End(at) if in_brackets.pop() == Some(false) => *at = 0,
            _ => {}
        }
    }
    comments.sort_by_key(|comment| match comment {
        Event::Comment(span) => span.start(),
        _ => 0,
    });
    (others, comments)
}

/// Whether the fast reader takes the text; an error where it takes it otherwise than `granit-parser`.
pub(crate) fn compare(text: &str) -> Result<bool, String> {
    let Some(ours) = fast_events(text) else { return Ok(false) };
    let Some(theirs) = granit_events(text) else { return Err("the text has a mistake".to_owned()) };
    let ((ours, our_comments), (theirs, their_comments)) = (meaningful(ours), meaningful(theirs));
    if our_comments != their_comments {
        return Err(format!("comments: {our_comments:?} instead of {their_comments:?}"));
    }
    match ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs) {
        Some((ours, theirs)) => Err(format!("{ours:?} instead of {theirs:?}")),
        None if ours.len() == theirs.len() => Ok(true),
        None => Err(format!("{} events instead of {}", ours.len(), theirs.len())),
    }
}

/// What rule files are made of, and other YAML beside them.
const FRAGMENTS: [&str; 13] = [
    "groups:\n  - name: node\n    interval: 30s\n    rules:\n      - alert: Down\n        expr: up == 0\n        for: 5m\n        labels:\n          severity: page\n",
    "# a file\n---\ngroups:\n- name: 'a b'\n  rules:\n  # first\n  - record: job:up:sum   # sums\n    expr: |\n      sum by (job) (\n        up{job=\"a\"}\n      )\n\n  - alert: B\n    expr: >-\n      a\n      > 1\n\n        and b\n    annotations: {summary: \"x\", b: 'it''s'}\n",
    "a: \"line one\n  line two\\n\n\n  three \\\n  four\\\n  \\ five \\\"six\\\\\"\nb: 'one\n  two\n\n  it''s three '\nc: plain text\n  goes on\n\n  and on\nd: e\n",
    "a:\n- b: c\n  d:\n  - e\n  - f: g\n  -\n  - \n    h: i\n-\n  - - j\n    - k\n  - l\nm:\nn:\n  o:\n    p\n",
    "a: |2-\n    x\n  y\n\nb: >+\n  c\n\n\nd: |-\n\n  é\n   {{ $x }}\n  # no comment\n# a comment\ne: >1\n f\n  g\n h\n",
    "a: [1, two, 'three', \"four\", [5, {six: 7}], ]\nb: {c: d, \"e\": 1, 'f':g, h: [], i: {}}   # flow\n- x\nc: [a b, c:d, -1, http://x/#y]\n",
    "? a\n: b\n&x y: *x\n!!str z: 1\n%a: @b\n<<: {c: d}\n...\n",
    "{a: b}\n---\n[c]\n'd': \"e\"\n\"f g\" : h\n- |\n  i\n- >\n j\n",
    "key with spaces: value: with colon\nurl: http://a:9090/b#c\nt: 10:20:30 # c\nneg: -1\ndash: -x\nf: .5\nq: a?b\ne: ''\nn: ~\ns: a 'b' \"c\"\nx: a#b\ny: a #b\n",
    "tests:\n  - interval: 1m\n    input_series:\n      - series: 'up{job=\"a\"}'\n        values: '1x5 0x5 _'\n    alert_rule_test:\n      - eval_time: 5m\n        exp_alerts:\n          - exp_annotations:\n              summary: \"a\\\n                \\ b\"\n              text: a\n                b # c\n              d: \"\n                e\"\n",
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  rules.yml: |\n    groups:\n      - name: a\n        rules: []\n  'x': |-\n    y\n\n    # z\n\n",
    ":a:b: :c:d\n?e: -f\n--: ---\n-x:\n- -1\n- --\n- :\n- ?\n\"\\u00e9\\x41\": \"\\U0001f600\"\n",
    "  a: 1\n  b:\n  - 2\n  -   c: 3\n      d: 4\n  - - e\n  # end\n",
];

const PIECES: [&str; 64] = [
    "\n",
    "\n\n",
    " ",
    "  ",
    "    ",
    "- ",
    "-",
    ": ",
    ":",
    " #",
    "#",
    "# c\n",
    "'",
    "\"",
    "''",
    "\\",
    "\\n",
    "\\\"",
    "\\\n",
    "\\ ",
    "|",
    ">",
    "|-\n",
    ">+\n",
    "|2\n",
    "|\n",
    ">\n",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "[]",
    "{}",
    "a: b",
    "a: b\n",
    "- a\n",
    "- a: b\n",
    "a:\n",
    "---\n",
    "...\n",
    "---",
    "? ",
    "&a ",
    "*a",
    "!t ",
    "%",
    "@",
    "~",
    "é",
    "\u{a0}",
    "\t",
    "\r\n",
    "x\n",
    "-1",
    ":a",
    "?b",
    "\\x41",
    "\\u00e9",
    "\\U0001f600",
    "\\ud83d",
    "\\u0",
    "\\/",
];

/// Numbers that look random, the same ones for a seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 33) as usize % limit.max(1)
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// A few lines of the fragments, changed in some places.
pub(crate) fn mutant(seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let fragment = random.pick(&FRAGMENTS);
    let mut lines: Vec<String> = fragment.split_inclusive('\n').map(str::to_owned).collect();
    if random.below(2) == 0 {
        // A part of it: small texts hold more that fits together.
        let first = random.below(lines.len());
        lines.truncate(first + 1 + random.below(8));
        lines.drain(..first);
    }
    for _ in 0..random.below(4) {
        let at = random.below(lines.len());
        if lines.is_empty() {
            break;
        }
        match random.below(6) {
            0 => lines[at].insert_str(0, random.pick(&[" ", "  ", "    "])),
            1 => lines[at] = lines[at].strip_prefix(random.pick(&[" ", "  ", "    "])).unwrap_or(&lines[at]).to_owned(),
            2 => {
                lines.remove(at);
            }
            3 => lines.insert(at, lines[random.below(lines.len())].clone()),
            4 => {
                let other = random.pick(&FRAGMENTS);
                let others: Vec<&str> = other.split_inclusive('\n').collect();
                lines.insert(at, random.pick(&others).to_owned());
            }
            _ => {
                let indentation = " ".repeat(random.below(7));
                lines[at] = format!("{indentation}{}", lines[at].trim_start_matches(' '));
            }
        }
    }
    let mut text = lines.concat();
    for _ in 0..random.below(4) {
        let start = text.floor_char_boundary(random.below(text.len() + 1));
        match random.below(4) {
            0 => {
                let end = text.floor_char_boundary((start + 1 + random.below(4)).min(text.len()));
                text.replace_range(start..end.max(start), "");
            }
            1 => text.truncate(if random.below(4) == 0 { start } else { text.len() }),
            _ => text.insert_str(start, random.pick(&PIECES)),
        }
    }
    text
}

#[test]
fn the_corpora_read_the_same() {
    let Some(folder) = crate::source::testing::shared("") else { return };
    let mut files = Vec::new();
    super::places::yaml_files(&folder, &mut files);
    let (mut taken, mut without_mistakes) = (0, 0);
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        without_mistakes += usize::from(granit_events(&text).is_some());
        match compare(&text) {
            Ok(is_taken) => taken += usize::from(is_taken),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    // Of the others 110 are empty lists and nulls, which the mixins without alerts or rules are rendered to.
    assert_eq!((files.len(), without_mistakes, taken), (788, 620, 495));
}

pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn mutants_read_the_same() {
    let first = number("PROMPROOF_FUZZ_SEED").unwrap_or(1);
    let count = number("PROMPROOF_FUZZ_INPUTS").unwrap_or(20_000);
    let mut taken = 0;
    for seed in first..first.saturating_add(count) {
        let text = mutant(seed);
        if count == 1 {
            println!("{text}");
        }
        match compare(&text) {
            Ok(is_taken) => taken += u64::from(is_taken),
            Err(error) => panic!("seed {seed}: {text:?}\n{error}"),
        }
    }
    println!("{count} mutants from {first}, {taken} of them taken");
    assert!(count < 1000 || taken > count / 10, "only {taken} of {count} mutants are for the fast reader");
}
