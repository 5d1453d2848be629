//! Templates whose definitions call each other with nested `args`, whose variables and guards pile up, and whose loops
//! ask queries: analysed, expanded within a budget, and linted as annotations.

use promproof::lint::{self, Config};
use promproof::model::{Labels, SampleValue};
use promproof::source::Span;
use promproof::template::{self, Context, Querier, Template, TemplateSample};
use promproof::workspace::{self, Document, Purpose, Workspace};

use super::apart::{self, Plan};
use super::{once_in, quoted, size};
use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};
use crate::mutate;

/// So much work an expansion may do here; one in sixteen may do what the program lets it.
const MAX_WORK: usize = 20_000;
const MAX_OUTPUT: usize = 1 << 20;

#[test]
fn generated() {
    let plan = Plan { test: "hostile::templates::generated", inputs: 600, share: 7_000 };
    let config = Config::default();
    let try_one = move |seed| try_one(&mut Generator::new(seed), &config);
    apart::run(&plan, try_one, |tally| {
        tally.comes_to("parse", 60);
        tally.comes_to("are expanded to their end", 15);
        tally.comes_to("call definitions", 15);
        tally.comes_to("ask a query", 15);
    });
}

fn try_one(random: &mut Generator, config: &Config) -> Outcome {
    let mut text = any(random);
    if once_in(random, 12) {
        let mut bytes = text.into_bytes();
        mutate::bytes(random, &mut bytes, &["{{", "}}", "(", ")", "|", "$", ".", " end ", " define ", "\"", "args"]);
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    fuzz::show(&text);
    let parsed = match template::parse(&text) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(!error.annotation_text("__alert_A").is_empty());
            return Outcome::Refused;
        }
    };
    fuzz::reached("parse");
    analyse(&parsed);
    if once_in(random, 32) {
        check(random, &text, config);
    }
    if expand(random, &parsed) { Outcome::Result } else { Outcome::Empty }
}

fn analyse(parsed: &Template) {
    let references = parsed.references();
    let inside = |span: Span| assert!(span.start() <= span.end() && span.end() <= parsed.text().len(), "{span:?}");
    references.labels.iter().for_each(|label| inside(label.span));
    references.all_labels.iter().chain(&references.others).for_each(|reference| inside(reference.span));
    references.queries.iter().for_each(|query| inside(query.span));
    if references.incomplete {
        fuzz::reached("are too much to follow");
    }
    if !references.queries.is_empty() {
        fuzz::reached("ask a query");
    }
    if !references.labels.is_empty() {
        fuzz::reached("read a label");
    }
    if parsed.text().contains("{{ template") && !parsed.definitions().is_empty() {
        fuzz::reached("call definitions");
    }
}

/// Whether it is expanded to its end.
fn expand(random: &mut Generator, parsed: &Template) -> bool {
    let labels = Labels::from_pairs([("__name__", "x"), ("job", "j"), ("instance", "i:9090"), ("l1", "1")]);
    let values = [0.0, -1.5, f64::NAN, f64::INFINITY, 1e300, 5e-324].map(SampleValue::Float);
    let context = Context {
        name: "__alert_A",
        labels: &labels,
        external_labels: &labels,
        external_url: "http://e/x",
        value: &values[random.below(values.len())],
        t_ms: [0, 1_800_000, i64::MAX, i64::MIN][random.below(4)],
        querier: &Elements(size(random, 300)),
    };
    let whole = once_in(random, 16);
    let expanded = if whole { parsed.expand(&context) } else { parsed.expand_within(&context, MAX_WORK) };
    match expanded {
        Ok(text) => {
            assert!(text.len() <= MAX_OUTPUT);
            fuzz::reached("are expanded to their end");
            true
        }
        Err(error) => {
            assert!(error.span.end() <= parsed.text().len());
            if error.message.contains("steps to expand") {
                fuzz::reached("are more than may be expanded");
            }
            false
        }
    }
}

/// Lints the text as annotation and label.
fn check(random: &mut Generator, text: &str, config: &Config) {
    let text = quoted(&text.replace(['\n', '\r'], " "));
    let expr = random.pick(&["up == 0", "sum by (job) (up) > 1", "absent(up)", "vector(1)", "up > 1 or down"]);
    let rules = format!(
        "groups:\n- name: g\n  labels: {{g: {text}}}\n  rules:\n  - alert: A\n    expr: {expr}\n    labels: {{l: {text}}}\n    \
         annotations: {{d: {text}, e: {text}}}\n"
    );
    let file = workspace::from_bytes("rules.yml", rules.into_bytes()).file;
    let mut workspace = Workspace::new(Purpose::Check, config.settings());
    workspace.add(Document::rule_file(&file, &config.settings()));
    for found in lint::run(&workspace, config) {
        assert!(found.primary.span.end() <= found.primary.file.text().len());
    }
    fuzz::reached("are linted");
}

/// Answers each query with so many elements.
struct Elements(usize);

impl Querier for Elements {
    fn query(&self, query: &str, _t_ms: i64) -> Result<Vec<TemplateSample>, String> {
        if query == "fail" {
            return Err("no".to_owned());
        }
        let element = |index: usize| {
            let labels = Labels::from_pairs([("job", "j"), ("i", index.to_string().as_str())]);
            TemplateSample { labels, value: index as f64 }
        };
        Ok((0..self.0).map(element).collect())
    }
}

/// Any template.
pub(super) fn any(random: &mut Generator) -> String {
    let definitions = if once_in(random, 3) { 0 } else { size(random, 40) };
    let nodes = 1 + size(random, 300);
    let mut writer = Writer {
        random,
        out: String::new(),
        variables: Vec::new(),
        definitions,
        next_variable: 0,
        loops: 0,
        is_inside: true,
    };
    writer.all(nodes);
    writer.out
}

/// Writes one template.
struct Writer<'r> {
    random: &'r mut Generator,
    out: String,
    /// The variables that are declared here.
    variables: Vec<String>,
    /// So many definitions there are: `d0`, `d1`…
    definitions: usize,
    next_variable: usize,
    /// How many loops are around.
    loops: usize,
    /// Whether this is a definition: what it is given is mostly of `args`.
    is_inside: bool,
}

const LABELS: [&str; 7] = ["job", "instance", "l1", "l2", "missing", "__name__", "Labels"];
const TEXTS: [&str; 12] = [
    "\"\"",
    "\"a\"",
    "\"j\"",
    "`\\d+`",
    "\"(.*)\"",
    "\"$1$1$1$1\"",
    "\"é\\n\"",
    "\"5m\"",
    "\"1e3\"",
    "\"a:80\"",
    "\"(a*)*b\"",
    "\"%d\"",
];
const NUMBERS: [&str; 12] =
    ["0", "1", "2", "1.5", "-1", "1000", "100000", "1e18", "9223372036854775807", "0x1p-2", "'x'", "2"];
const QUERIES: [&str; 8] = [
    "\"up\"",
    "\"down\"",
    "\"up\"",
    "\"up == 0\"",
    "\"sum by (job) (up)\"",
    "\"fail\"",
    "(printf \"up{job=%q}\" $.Labels.job)",
    "\"up{\"",
];
const OF_ONE: [&str; 20] = [
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "title",
    "toUpper",
    "toLower",
    "len",
    "print",
    "println",
    "html",
    "js",
    "urlquery",
    "not",
    "toTime",
    "toDuration",
    "parseDuration",
    "stripPort",
    "graphLink",
];
const OF_TWO: [&str; 10] = ["eq", "ne", "lt", "le", "gt", "ge", "and", "or", "index", "match"];

impl Writer<'_> {
    fn all(&mut self, nodes: usize) {
        for index in 0..self.definitions {
            self.out.push_str(&format!("{{{{ define \"d{index}\" }}}}"));
            self.variables = vec!["$".to_owned()];
            let inside = 1 + self.random.below(4);
            self.list(inside, 2);
            self.out.push_str("{{ end }}");
        }
        let known = ["$", "$labels", "$value", "$externalLabels", "$externalURL"];
        self.variables = known.map(str::to_owned).to_vec();
        self.is_inside = false;
        self.list(nodes, 4);
    }

    fn list(&mut self, nodes: usize, depth: usize) {
        let mark = self.variables.len();
        for _ in 0..nodes {
            self.node(depth);
        }
        self.variables.truncate(mark);
    }

    fn node(&mut self, depth: usize) {
        match self.random.below(14) {
            0 => self.out.push_str(["text ", "\n", "é", "<b>", "{ "][self.random.below(5)]),
            1 => {
                let value = self.value(2);
                let name = format!("$v{}", self.next_variable);
                self.next_variable += 1;
                self.action(&format!("{name} := {value}"));
                self.variables.push(name);
            }
            2 => {
                let name = self.variable();
                let value = self.value(2);
                self.action(&format!("{name} = {value}"));
            }
            3..=5 if self.definitions > 0 => self.call(),
            6 | 7 if depth > 0 => self.branch(depth - 1),
            8 | 9 if depth > 0 => self.range(depth - 1),
            10 if self.loops > 0 => {
                let word = self.random.pick(&["break", "continue"]);
                self.action(word);
            }
            11 if depth > 0 && once_in(self.random, 4) => {
                let value = self.value(1);
                self.out.push_str(&format!("{{{{ block \"b{}\" {value} }}}}", self.next_variable));
                self.next_variable += 1;
                let outside = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
                let loops = std::mem::take(&mut self.loops);
                self.list(2, depth - 1);
                (self.variables, self.loops) = (outside, loops);
                self.action("end");
            }
            _ => {
                let value = self.value(3);
                self.action(&value);
            }
        }
    }

    fn action(&mut self, text: &str) {
        let (open, close) = [("{{ ", " }}"), ("{{- ", " -}}")][usize::from(once_in(self.random, 8))];
        self.out.push_str(&format!("{open}{text}{close}"));
    }

    /// Calls a definition: mostly a later one, so that it ends, at times an earlier one or itself.
    fn call(&mut self) {
        let name = self.random.below(self.definitions);
        let argument = match self.random.below(4) {
            0 => String::new(),
            1 => self.value(1),
            _ => self.args(3),
        };
        self.action(&format!("template \"d{name}\" {argument}"));
    }

    fn args(&mut self, depth: usize) -> String {
        let count = [1, 2, 2, 3, 3, 4, 10][self.random.below(7)];
        let inside: Vec<String> = (0..count)
            .map(|_| match self.random.below(6) {
                0 if depth > 0 => self.args(depth - 1),
                1 => self.value(1),
                2 if self.is_inside => format!(".arg{}", self.random.below(3)),
                3 => self.variable(),
                _ => ".".to_owned(),
            })
            .collect();
        format!("(args {})", inside.join(" "))
    }

    fn branch(&mut self, depth: usize) {
        let word = self.random.pick(&["if", "with"]);
        let condition = match self.random.below(3) {
            0 => format!("$.Labels.{}", self.random.pick(&LABELS)),
            1 => format!("and {} (not {})", self.value(1), self.value(1)),
            _ => self.value(2),
        };
        self.action(&format!("{word} {condition}"));
        self.list(1 + depth, depth);
        match self.random.below(4) {
            0 => {
                self.action("else");
                self.list(1, depth);
            }
            1 => {
                let condition = self.value(1);
                self.action(&format!("else {word} {condition}"));
                self.list(1, depth);
            }
            _ => {}
        }
        self.action("end");
    }

    fn range(&mut self, depth: usize) {
        let over = match self.random.below(6) {
            0 => self.random.pick(&["3", "10", "1000", "1000000", "$.Labels", "$value"]).to_owned(),
            1 => self.args(1),
            2 => self.value(1),
            _ => format!("query {}", self.random.pick(&QUERIES)),
        };
        let mark = self.variables.len();
        let head = match self.random.below(3) {
            0 => {
                let name = self.next_variable;
                self.next_variable += 1;
                self.variables.extend([format!("$k{name}"), format!("$e{name}")]);
                format!("range $k{name}, $e{name} := {over}")
            }
            _ => format!("range {over}"),
        };
        self.action(&head);
        self.loops += 1;
        let inside = 1 + self.random.below(3);
        self.list(inside, depth);
        self.loops -= 1;
        self.variables.truncate(mark);
        if once_in(self.random, 4) {
            self.action("else");
            self.list(1, depth);
        }
        self.action("end");
    }

    fn variable(&mut self) -> String {
        self.variables.get(self.random.below(self.variables.len())).cloned().unwrap_or_else(|| "$".to_owned())
    }

    /// What may stand in a pipeline. Most of it fits the types of what takes it, else nothing would be expanded far.
    fn value(&mut self, depth: usize) -> String {
        let below = depth.saturating_sub(1);
        match self.random.below(if depth == 0 { 7 } else { 19 }) {
            0 => ".".to_owned(),
            1 => self.text(),
            2 => self.variable(),
            3 if !self.is_inside => "$.Value".to_owned(),
            4 => self.random.pick(&TEXTS).to_owned(),
            5 => self.random.pick(&NUMBERS).to_owned(),
            6 if self.is_inside => format!(".{}", self.random.pick(&["arg0", "arg1", "arg1.arg0", "arg0.Labels.job"])),
            6 => format!(".{}", self.random.pick(&["Labels.job", "Value", "Labels", "ExternalURL"])),
            7 => format!("(query {})", self.random.pick(&QUERIES)),
            8 => format!("(query {} | first | value)", self.random.pick(&QUERIES)),
            9 => format!("(query {} | first | label \"job\")", self.random.pick(&QUERIES)),
            10 => format!("(query {} | sortByLabel \"job\" | len)", self.random.pick(&QUERIES)),
            11 => format!("(printf \"%{}\" {})", self.verb(), self.value(below)),
            12 => format!("(reReplaceAll {} {} {})", self.random.pick(&TEXTS), self.random.pick(&TEXTS), self.text()),
            13 => format!("({} {})", self.random.pick(&OF_ONE), self.value(below)),
            14 => format!("({} {} {})", self.random.pick(&OF_TWO), self.value(below), self.value(below)),
            15 => self.args(below),
            16 => format!("({} | {})", self.value(below), self.random.pick(&OF_ONE)),
            17 => format!("(or {} {})", self.value(below), self.text()),
            _ => self.text(),
        }
    }

    fn text(&mut self) -> String {
        match self.random.below(3) {
            0 => self.random.pick(&TEXTS).to_owned(),
            1 if self.is_inside => "(print .)".to_owned(),
            2 if self.is_inside => self.random.pick(&["$.arg0", "$.arg0.Labels.job", ".arg1"]).to_owned(),
            _ => format!("$.Labels.{}", self.random.pick(&LABELS)),
        }
    }

    fn verb(&mut self) -> &'static str {
        match self.random.below(8) {
            0 => self.random.pick(&["1000000d", "100000s", "1000v", "9999999d", "[2]*[1]d", "*d", ".1000000f"]),
            _ => self.random.pick(&["v", "s", "d", ".2f", "q", "-8.3v", "+v", "x", "T"]),
        }
    }
}
