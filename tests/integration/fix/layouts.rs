//! However a rule file is written, fixes leave every byte alone that they need not change: the file that they write is
//! the one that the same author, with the same habits, would have written at once. A damaged file is not damaged more.

use proptest::prelude::*;

use promproof::lint::{self, Config};
use promproof::source::{Applicability, SourceFile};
use promproof::workspace::{Document, Purpose, Workspace};

/// How a rule is written.
#[derive(Clone, Debug)]
struct Rule {
    in_braces: bool,
    quote: &'static str,
    /// `expr` in lines below a `|` or `>`.
    block: Option<&'static str>,
    /// The field that is misspelt.
    misspelt: Option<&'static str>,
    /// A needless suppression above the rule, behind its first line, and among others that are needed.
    comments: [bool; 2],
}

#[derive(Clone, Debug)]
struct Layout {
    rules: Vec<Rule>,
    indent: usize,
    kubernetes: bool,
    crlf: bool,
    bom: bool,
    end: &'static str,
}

fn rule() -> impl Strategy<Value = Rule> {
    let misspelt = prop::sample::select(vec![None, Some("expr"), Some("for"), Some("annotations"), Some("alert")]);
    let quotes = prop::sample::select(vec!["", "'", "\""]);
    let blocks = prop::sample::select(vec![None, Some("|"), Some(">-")]);
    (any::<bool>(), quotes, blocks, misspelt, any::<[bool; 2]>())
        .prop_map(|(in_braces, quote, block, misspelt, comments)| Rule { in_braces, quote, block, misspelt, comments })
}

fn layout() -> impl Strategy<Value = Layout> {
    let ends = prop::sample::select(vec!["", "\n", "\n\n# the end"]);
    (prop::collection::vec(rule(), 1..5), 0..5_usize, any::<bool>(), any::<bool>(), any::<bool>(), ends)
        .prop_map(|(rules, indent, kubernetes, crlf, bom, end)| Layout { rules, indent, kubernetes, crlf, bom, end })
}

const NEEDLESS: &str = "# promproof: ignore[template/missing-label] as it was";

impl Layout {
    fn text(&self, correct: bool) -> String {
        let head = if self.kubernetes {
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n  - name: g # that\n    rules:"
        } else {
            "groups:\n  - name: g # that\n    rules:"
        };
        let rules: String =
            self.rules.iter().enumerate().map(|(index, rule)| self.rule(index, rule, correct)).collect();
        let text = format!("{}# head\n{head}{rules}{}", if self.bom { "\u{feff}" } else { "" }, self.end);
        if self.crlf { text.replace('\n', "\r\n") } else { text }
    }

    fn rule(&self, index: usize, rule: &Rule, correct: bool) -> String {
        let indent = " ".repeat(4 + self.indent);
        let field = |name: &str| match (name, rule.misspelt == Some(name) && !correct) {
            (name, false) => name.to_owned(),
            ("for", _) => "fro".to_owned(),
            (name, _) => format!("{name}x"),
        };
        let quoted = |text: &str| format!("{0}{text}{0}", rule.quote);
        let above = if rule.comments[0] && !correct { format!("\n{indent}{NEEDLESS}") } else { String::new() };
        let behind = if rule.comments[1] && !correct { format!("  {NEEDLESS}") } else { String::new() };
        let [alert, expr, hold, annotations] = ["alert", "expr", "for", "annotations"].map(field);
        let [name, duration] = [format!("A{index}"), "5m".to_owned()].map(|text| quoted(&text));
        if rule.in_braces {
            return format!(
                "{above}\n{indent}- {{{alert}: {name}, {expr}: \"up == {index}\", {hold}: {duration}, {annotations}: {{s: x}}}}{behind}"
            );
        }
        let value = match rule.block {
            Some(mark) => format!("{mark} # below\n{indent}    up\n{indent}    == {index}"),
            None => quoted(&format!("up == {index}")),
        };
        format!(
            "{above}\n{indent}- {alert}: {name}{behind}\n{indent}  {expr}: {value}\n\n{indent}  {hold}:   {duration} # long\n{indent}  {annotations}:\n{indent}    s: x"
        )
    }
}

fn read(text: &str) -> Document {
    Document::rule_file(&std::sync::Arc::new(SourceFile::new("r.yml", text)), &Config::default().settings())
}

fn fixed(text: &str) -> String {
    let config = Config::default();
    let mut workspace = Workspace::new(Purpose::Check, config.settings());
    workspace.add(read(text));
    lint::fix(&mut workspace, &config, Applicability::Unsafe);
    workspace.documents()[0].source.text().to_owned()
}

proptest! {
    #[test]
    fn fixes_are_what_the_author_would_have_written(layout in layout()) {
        prop_assert_eq!(fixed(&layout.text(false)), layout.text(true));
    }

    /// Whatever is cut out of a file and put in: what could be read of it is there after the fixes, and a second time
    /// there is nothing to fix.
    #[test]
    fn a_damaged_file_is_not_damaged_more(
        layout in layout(),
        from in any::<prop::sample::Index>(),
        length in 0..40_usize,
        junk in "[-:#{}\\[\\]\"'|>&*! \na-z]{0,6}",
    ) {
        let text = layout.text(false);
        let from = text.floor_char_boundary(from.index(text.len()));
        let to = text.floor_char_boundary((from + length).min(text.len())).max(from);
        let damaged = format!("{}{junk}{}", &text[..from], &text[to..]);
        let new = fixed(&damaged);
        prop_assert_eq!(&fixed(&new), &new);
        let (old, new) = (read(&damaged), read(&new));
        prop_assert!(new.problems().count() <= old.problems().count());
        let names = |document: &Document| -> Vec<String> {
            let rules = document.rules().into_iter().flat_map(|file| &file.groups).flat_map(|group| &group.rules);
            rules.map(|rule| rule.name.text().to_owned()).filter(|name| !name.is_empty()).collect()
        };
        let (old, new) = (names(&old), names(&new));
        prop_assert!(old.iter().all(|name| new.contains(name)), "{old:?} {new:?}");
    }
}
