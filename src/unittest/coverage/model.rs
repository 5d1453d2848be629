//! What is covered, as plain data: it is written as JSON, read back, and added up.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The coverage of all rule files of a run, or of several runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// One for each rule file, in the order of their paths.
    pub files: Vec<FileCoverage>,
}

/// A rule file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCoverage {
    /// Its path, as it was found.
    pub file: String,
    /// Its rules, in the order of the file.
    pub rules: Vec<RuleCoverage>,
    /// The lines that can be covered, ascending. Known only in the run that loaded the file.
    #[serde(skip)]
    pub lines: Vec<LineHits>,
}

/// A line of a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineHits {
    /// The line, from 1.
    pub line: usize,
    /// In how many test groups what is on it is covered.
    pub hits: u64,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCoverage {
    /// The name of its group.
    pub group: String,
    /// The alert's or the recorded series' name.
    pub name: String,
    /// Which kind of rule it is.
    pub kind: RuleCoverageKind,
    /// Line of its name, from 1.
    pub line: usize,
    /// Column of its name in characters, from 1.
    pub column: usize,
    /// The number of test groups with an assertion that looks at it.
    pub tested: u64,
    /// What there is to cover, in the order of states, expression, labels, annotations.
    pub points: Vec<Point>,
}

/// Which kind of rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleCoverageKind {
    /// `alert:`
    Alert,
    /// `record:`
    Recording,
}

/// Something that tests may cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// What it is.
    pub what: What,
    /// Its line, from 1: that of the operator, of the branch of an `or`, of the template, of the rule.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// The last line that belongs to it.
    pub end_line: usize,
    /// Its source, on one line; of a long text a part. Empty for a state.
    pub text: String,
    /// The number of test groups that cover it.
    pub covered: u64,
    /// The number of test groups in which it happened, whether an assertion looked or not.
    pub reached: u64,
}

/// What a point is. The parent module says when it is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An alert is pending.
    Pending,
    /// An alert fires.
    Firing,
    /// An alert fires only because of `keep_firing_for`.
    KeptFiring,
    /// An alert has fired and is gone.
    Resolved,
    /// There is no alert, and none has fired.
    Silent,
    /// A recording rule gives something.
    Recorded,
    /// A comparison is true.
    ComparisonTrue,
    /// A comparison is false.
    ComparisonFalse,
    /// `and` keeps an element of its left side.
    AndKept,
    /// `and` drops an element of its left side.
    AndDropped,
    /// `unless` keeps an element of its left side.
    UnlessKept,
    /// `unless` drops an element of its left side.
    UnlessDropped,
    /// The left side of an `or` gives an element.
    OrLeft,
    /// The right side of an `or` adds an element.
    OrRight,
    /// A label's template is expanded.
    Label,
    /// An annotation's template is expanded.
    Annotation,
    /// The body of an `if`, `with` or `range` in a template is expanded.
    TemplateBody,
    /// The body of an `if`, `with` or `range` is not expanded; its `else` is, if it has one.
    TemplateElse,
}

/// The three kinds of points that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// States of alerts, and whether recording rules give something.
    State,
    /// Outcomes of operators.
    Branch,
    /// Templates and their branches.
    Template,
}

/// How many of some things are covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many are covered.
    pub covered: usize,
    /// How many there are.
    pub total: usize,
}

impl Category {
    /// All three, in the order in which they are shown.
    pub const ALL: [Category; 3] = [Category::State, Category::Branch, Category::Template];
}

impl What {
    /// Among what it is counted.
    pub fn category(self) -> Category {
        use What::{
            AndDropped, AndKept, Annotation, ComparisonFalse, ComparisonTrue, Firing, KeptFiring, Label, OrLeft,
            OrRight, Pending, Recorded, Resolved, Silent, TemplateBody, TemplateElse, UnlessDropped, UnlessKept,
        };
        match self {
            Pending | Firing | KeptFiring | Resolved | Silent | Recorded => Category::State,
            ComparisonTrue | ComparisonFalse | AndKept | AndDropped | UnlessKept | UnlessDropped | OrLeft | OrRight => {
                Category::Branch
            }
            Label | Annotation | TemplateBody | TemplateElse => Category::Template,
        }
    }
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, covered: bool) {
        self.total += 1;
        self.covered += usize::from(covered);
    }

    /// The covered part in percent; 100 where there is nothing to cover.
    pub fn percent(self) -> f64 {
        if self.total == 0 { 100.0 } else { self.covered as f64 * 100.0 / self.total as f64 }
    }

    /// Whether at least `percent` is covered; exactly so much is enough. Where there is nothing to cover, nothing is
    /// tested, which reaches no `percent` above 0.
    pub fn reaches(self, percent: f64) -> bool {
        if self.total == 0 {
            return percent <= 0.0;
        }
        // Without the division, so that 29 of 50 are 58 percent to the last bit.
        self.covered as f64 * 100.0 >= percent * self.total as f64
    }
}

impl RuleCoverage {
    /// The points of a category.
    pub fn tally(&self, category: Category) -> Tally {
        let mut tally = Tally::default();
        for point in self.points.iter().filter(|point| point.what.category() == category) {
            tally.add(point.covered > 0);
        }
        tally
    }

    /// Whether every point is covered.
    pub fn is_complete(&self) -> bool {
        self.points.iter().all(|point| point.covered > 0)
    }
}

impl FileCoverage {
    /// Its rules: one is covered if an assertion looks at it.
    pub fn rules_tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.rules.iter().for_each(|rule| tally.add(rule.tested > 0));
        tally
    }

    /// Its points of a category.
    pub fn tally(&self, category: Category) -> Tally {
        self.rules.iter().map(|rule| rule.tally(category)).sum()
    }

    /// All its points.
    pub fn total(&self) -> Tally {
        Category::ALL.into_iter().map(|category| self.tally(category)).sum()
    }
}

impl Coverage {
    /// All rules of all files.
    pub fn rules_tally(&self) -> Tally {
        self.files.iter().map(FileCoverage::rules_tally).sum()
    }

    /// The points of a category in all files.
    pub fn tally(&self, category: Category) -> Tally {
        self.files.iter().map(|file| file.tally(category)).sum()
    }

    /// All points of all files. Its percentage is what a threshold is compared with.
    pub fn total(&self) -> Tally {
        self.files.iter().map(FileCoverage::total).sum()
    }

    /// Adds what other test groups cover. What both know is recognised by its place; counts are added up.
    pub fn merge(&mut self, other: Coverage) {
        merge_lists(&mut self.files, other.files, |file| file.file.clone(), FileCoverage::merge);
        self.files.sort_by(|a, b| Path::new(&a.file).cmp(Path::new(&b.file)));
    }
}

impl FileCoverage {
    /// Adds what other test groups cover of the same file.
    pub(super) fn merge(&mut self, other: FileCoverage) {
        let place = |rule: &RuleCoverage| (rule.line, rule.column, rule.name.clone(), rule.group.clone());
        merge_lists(&mut self.rules, other.rules, place, RuleCoverage::merge);
        self.rules.sort_by_key(|rule| (rule.line, rule.column));
        merge_lists(
            &mut self.lines,
            other.lines,
            |line| line.line,
            |line, other| {
                line.hits = line.hits.saturating_add(other.hits);
            },
        );
        self.lines.sort_by_key(|line| line.line);
    }
}

impl RuleCoverage {
    fn merge(&mut self, other: RuleCoverage) {
        self.tested = self.tested.saturating_add(other.tested);
        let place = |point: &Point| (point.line, point.column, point.what);
        merge_lists(&mut self.points, other.points, place, |point, other| {
            point.covered = point.covered.saturating_add(other.covered);
            point.reached = point.reached.saturating_add(other.reached);
        });
    }
}

/// Joins what has the same key, and appends the rest. Of several with one key the first is joined with the first.
fn merge_lists<T, K: Ord>(into: &mut Vec<T>, from: Vec<T>, key: impl Fn(&T) -> K, join: impl Fn(&mut T, T)) {
    let mut places: std::collections::BTreeMap<K, std::collections::VecDeque<usize>> = Default::default();
    for (index, item) in into.iter().enumerate() {
        places.entry(key(item)).or_default().push_back(index);
    }
    for item in from {
        let place = places.get_mut(&key(&item)).and_then(std::collections::VecDeque::pop_front);
        match place.and_then(|index| into.get_mut(index)) {
            Some(known) => join(known, item),
            None => into.push(item),
        }
    }
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), |a, b| Tally { covered: a.covered + b.covered, total: a.total + b.total })
    }
}
