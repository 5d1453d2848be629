//! However expectations are written, an update leaves every byte alone that it need not change: the file that it
//! writes is the one that the same author, with the same habits, would have written at once.

use proptest::prelude::*;

use super::updated;
use crate::folder::Folder;

/// What is wrong with an expected alert.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    Nothing,
    Label,
    Annotation,
    NeedlessLabel,
    MissingLabel,
    NeedlessAnnotation,
    MissingAnnotations,
    /// Nothing of the kind fires.
    Stranger,
}

/// How an expected alert is written.
#[derive(Clone, Debug)]
struct Item {
    mistake: Mistake,
    in_braces: bool,
    labels_in_braces: bool,
    quote: &'static str,
    comments: bool,
    /// Where among the labels the needless one stands.
    needless_at: usize,
}

/// How the list is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum List {
    /// Items with dashes, indented by so much more than the key.
    Lines(usize),
    /// One line in brackets.
    OneLine,
    /// Brackets, with each item in a line, and a comma behind the last or not.
    Brackets { comma: bool },
}

#[derive(Clone, Debug)]
struct Layout {
    list: List,
    items: Vec<Item>,
    /// Alerts that fire and are not expected.
    unexpected: usize,
    end: &'static str,
    crlf: bool,
}

fn item() -> impl Strategy<Value = Item> {
    use Mistake::{
        Annotation, Label, MissingAnnotations, MissingLabel, NeedlessAnnotation, NeedlessLabel, Nothing, Stranger,
    };
    let mistakes =
        [Nothing, Label, Annotation, NeedlessLabel, MissingLabel, NeedlessAnnotation, MissingAnnotations, Stranger];
    let quotes = prop::sample::select(vec!["", "'", "\""]);
    (prop::sample::select(mistakes.to_vec()), any::<bool>(), any::<bool>(), quotes, any::<bool>(), 0..3_usize).prop_map(
        |(mistake, in_braces, labels_in_braces, quote, comments, needless_at)| Item {
            mistake,
            in_braces,
            labels_in_braces,
            quote,
            comments,
            needless_at,
        },
    )
}

fn layout() -> impl Strategy<Value = Layout> {
    let lists = [
        List::Lines(0),
        List::Lines(2),
        List::OneLine,
        List::Brackets { comma: false },
        List::Brackets { comma: true },
    ];
    // One alert alone on each side would be taken for the same.
    let unexpected = prop::sample::select(vec![0, 2]);
    let ends = prop::sample::select(vec!["", "\n", "\n\n  # the end\n", "\n  - name: next # group\n"]);
    (prop::sample::select(lists.to_vec()), prop::collection::vec(item(), 1..5), unexpected, ends, any::<bool>())
        .prop_map(|(list, items, unexpected, end, crlf)| Layout { list, items, unexpected, end, crlf })
}

impl Layout {
    /// The alerts that fire: those that an item is about, and those that none is about.
    fn names(&self) -> Vec<String> {
        let of_items = self.items.iter().enumerate().filter(|(_, item)| item.mistake != Mistake::Stranger);
        let expected = of_items.map(|(index, _)| format!("a{index}"));
        expected.chain((0..self.unexpected).map(|index| format!("b{index}"))).collect()
    }

    /// The test file, with its mistakes or as it should be.
    fn text(&self, correct: bool) -> String {
        let series = self
            .names()
            .into_iter()
            .map(|name| format!("\n      - {{series: 'm{{i=\"{name}\", l=\"l{name}\"}}', values: 1}}"));
        let head = "# head\nrule_files: [rules.yml]\ntests:\n  - input_series:";
        let test = "\n    alert_rule_test:\n      - eval_time: 0m # now\n        alertname: A\n        exp_alerts:";
        let series: String = series.collect();
        let text = format!("{head}{series}{test}{}{}", self.list(correct), self.end);
        if self.crlf { text.replace('\n', "\r\n") } else { text }
    }

    fn list(&self, correct: bool) -> String {
        let unexpected = (0..if correct { self.unexpected } else { 0 }).map(|index| format!("b{index}"));
        let items = self.items.iter().enumerate();
        match self.list {
            List::Lines(more) => {
                let indent = " ".repeat(8 + more);
                let lines = items.map(|(index, item)| item.in_lines(index, &indent, correct));
                let new = unexpected.map(|name| {
                    format!("\n{indent}- exp_labels:\n{indent}    i: {name}\n{indent}    l: l{name}\n{indent}  exp_annotations:\n{indent}    note: n {name}")
                });
                let list: String = lines.chain(new).collect();
                let is_empty = correct && self.names().is_empty();
                format!("{} # list{list}", if is_empty { " []" } else { "" })
            }
            List::OneLine => {
                let kept =
                    items.filter(|(_, item)| item.stays(correct)).map(|(index, item)| item.braces(index, correct));
                format!(
                    " [{}] # list",
                    kept.chain(unexpected.map(|name| new_in_braces(&name))).collect::<Vec<_>>().join(", ")
                )
            }
            List::Brackets { comma } => self.brackets(comma, correct, unexpected.collect()),
        }
    }

    fn brackets(&self, comma: bool, correct: bool, unexpected: Vec<String>) -> String {
        let indent = " ".repeat(12);
        let kept = self.items.iter().filter(|item| item.stays(correct)).count() + unexpected.len();
        let mut number = 0;
        let mut text = " [ # list".to_owned();
        let mut line = |item: &str, comment: &str| {
            number += 1;
            let comma = if comma || number < kept { "," } else { "" };
            format!("\n{indent}{item}{comma}{comment}")
        };
        for (index, item) in self.items.iter().enumerate() {
            if item.comments {
                text.push_str(&format!("\n{indent}# about {index}, or so"));
            }
            if item.stays(correct) {
                text.push_str(&line(&item.braces(index, correct), if item.comments { " # , that" } else { "" }));
            }
        }
        for name in unexpected {
            text.push_str(&line(&new_in_braces(&name), ""));
        }
        text + "\n          ]"
    }
}

fn new_in_braces(name: &str) -> String {
    format!("{{exp_labels: {{i: \"{name}\", l: \"l{name}\"}}, exp_annotations: {{note: \"n {name}\"}}}}")
}

impl Item {
    fn stays(&self, correct: bool) -> bool {
        !correct || self.mistake != Mistake::Stranger
    }

    fn name(&self, index: usize) -> String {
        if self.mistake == Mistake::Stranger { format!("s{index}") } else { format!("a{index}") }
    }

    fn quoted(&self, text: &str) -> String {
        format!("{0}{text}{0}", self.quote)
    }

    /// The labels as they are written. What is added has no habit to follow and comes last.
    fn labels(&self, index: usize, correct: bool, added_quote: &str) -> Vec<Entry> {
        let name = self.name(index);
        let value = if self.mistake == Mistake::Label && !correct { "wrong".to_owned() } else { format!("l{name}") };
        let mut labels = vec![Entry::old("i", self.quoted(&name))];
        match (self.mistake, correct) {
            (Mistake::MissingLabel, false) => {}
            (Mistake::MissingLabel, true) => labels.push(Entry::new("l", format!("{added_quote}{value}{added_quote}"))),
            _ => labels.insert(0, Entry::old("l", self.quoted(&value))),
        }
        if self.mistake == Mistake::NeedlessLabel {
            let needless = Entry::needless("zz", self.quoted("1"), correct);
            labels.insert(self.needless_at.min(labels.len()), needless);
        }
        labels
    }

    fn annotations(&self, index: usize, correct: bool, added_quote: &str) -> Vec<Entry> {
        let text = format!("n {}", self.name(index));
        let note = Entry::old("note", self.quoted(&text));
        match self.mistake {
            Mistake::MissingAnnotations if !correct => Vec::new(),
            Mistake::MissingAnnotations => vec![Entry::new("note", format!("{added_quote}{text}{added_quote}"))],
            Mistake::NeedlessAnnotation => vec![note, Entry::needless("more", self.quoted("x"), correct)],
            Mistake::Annotation if !correct => vec![Entry::old("note", self.quoted("is wrong"))],
            _ => vec![note],
        }
    }

    /// In braces, in one line.
    fn braces(&self, index: usize, correct: bool) -> String {
        let labels = in_braces(&self.labels(index, correct, "\""));
        let annotations = self.annotations(index, correct, "\"");
        if annotations.is_empty() {
            return format!("{{exp_labels: {labels}}}");
        }
        format!("{{exp_labels: {labels}, exp_annotations: {}}}", in_braces(&annotations))
    }

    /// With a dash, and the line break before it.
    fn in_lines(&self, index: usize, indent: &str, correct: bool) -> String {
        let about = if self.comments { format!("\n{indent}# about {index}") } else { String::new() };
        let behind = if self.comments { " # that" } else { "" };
        if !self.stays(correct) {
            return about;
        }
        if self.in_braces {
            return format!("{about}\n{indent}- {}{behind}", self.braces(index, correct));
        }
        let mut text = format!("{about}\n{indent}- exp_labels:");
        if self.labels_in_braces {
            text.push_str(&format!(" {}{behind}", in_braces(&self.labels(index, correct, "\""))));
        } else {
            text.push_str(&self.entries(&self.labels(index, correct, ""), indent));
        }
        let annotations = self.annotations(index, correct, "");
        if !annotations.is_empty() {
            text.push_str(&format!("\n{indent}  exp_annotations:"));
        }
        text + &self.entries(&annotations, indent)
    }

    /// Each in a line, with a comment behind and one above, which stays when what it is about goes.
    fn entries(&self, entries: &[Entry], indent: &str) -> String {
        let [above, behind] = if self.comments { ["# within", " # that"] } else { ["", ""] };
        let mut text = String::new();
        for entry in entries {
            if self.comments && entry.state != State::New {
                text.push_str(&format!("\n{indent}    {above}"));
            }
            let behind = if entry.state == State::New { "" } else { behind };
            if entry.state != State::Gone {
                text.push_str(&format!("\n{indent}    {}: {}{behind}", entry.name, entry.value));
            }
        }
        text
    }
}

/// A label or an annotation.
struct Entry {
    name: &'static str,
    /// With its quotes.
    value: String,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Old,
    New,
    Gone,
}

impl Entry {
    fn old(name: &'static str, value: String) -> Self {
        Entry { name, value, state: State::Old }
    }

    fn new(name: &'static str, value: String) -> Self {
        Entry { name, value, state: State::New }
    }

    fn needless(name: &'static str, value: String, correct: bool) -> Self {
        Entry { name, value, state: if correct { State::Gone } else { State::Old } }
    }
}

fn in_braces(entries: &[Entry]) -> String {
    let entries = entries.iter().filter(|entry| entry.state != State::Gone);
    let entries: Vec<String> = entries.map(|entry| format!("{}: {}", entry.name, entry.value)).collect();
    format!("{{{}}}", entries.join(", "))
}

const RULES: &str = "groups:
  - name: g
    rules: [{alert: A, expr: m == 1, annotations: {note: 'n {{ $labels.i }}'}}]
";

proptest! {
    #[test]
    fn an_update_is_what_its_author_would_have_written(layout in layout()) {
        let (before, after) = (layout.text(false), layout.text(true));
        let folder = Folder::with(&[("rules.yml", RULES)]);
        if before == after {
            prop_assert!(!folder.run(&before).failed(), "{before}\n{}", folder.full(&before));
        } else {
            prop_assert_eq!(updated(&folder, &before), after);
        }
    }
}
