//! Who looks at a run beside its assertions: coverage, pictures, renderings, translations.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::running::Running;
use crate::rules::RuleFile;
use crate::unittest::report::GroupReport;

/// What an observer needs of a run beside what assertions need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// What the operators of rules' expressions do.
    pub operators: bool,
    /// Which input series comes from which item of `input_series`.
    pub origins: bool,
    /// Groups run to their last sample, also where no assertion looks at it.
    pub all_samples: bool,
    /// Groups run at least up to this time, in milliseconds from their start.
    pub until_ms: Option<i64>,
    /// Rules run although templates of theirs do not parse.
    pub broken_templates: bool,
}

/// Looks at each test group while its samples are there; they are dropped afterwards. Threads share it.
pub trait Observer: Sync {
    /// What is kept of a group.
    type Seen: Send;

    /// What it needs; the same at every call.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// A test file is about to run with these rule files.
    fn begin(&self, _rules: &[Arc<RuleFile>]) {}

    /// Looks at a group whose assertions have been checked.
    fn look(&self, running: &Running<'_>, report: &GroupReport) -> Self::Seen;
}

impl Needs {
    /// What both need.
    #[must_use]
    pub fn and(self, other: Needs) -> Needs {
        Needs {
            operators: self.operators || other.operators,
            origins: self.origins || other.origins,
            all_samples: self.all_samples || other.all_samples,
            until_ms: self.until_ms.max(other.until_ms),
            broken_templates: self.broken_templates || other.broken_templates,
        }
    }
}

/// Nobody.
impl Observer for () {
    type Seen = ();

    fn look(&self, _running: &Running<'_>, _report: &GroupReport) {}
}

/// Perhaps somebody.
impl<O: Observer> Observer for Option<O> {
    type Seen = Option<O::Seen>;

    fn needs(&self) -> Needs {
        self.as_ref().map(O::needs).unwrap_or_default()
    }

    fn begin(&self, rules: &[Arc<RuleFile>]) {
        if let Some(observer) = self {
            observer.begin(rules);
        }
    }

    fn look(&self, running: &Running<'_>, report: &GroupReport) -> Self::Seen {
        self.as_ref().map(|observer| observer.look(running, report))
    }
}

/// Both.
impl<A: Observer, B: Observer> Observer for (A, B) {
    type Seen = (A::Seen, B::Seen);

    fn needs(&self) -> Needs {
        self.0.needs().and(self.1.needs())
    }

    fn begin(&self, rules: &[Arc<RuleFile>]) {
        self.0.begin(rules);
        self.1.begin(rules);
    }

    fn look(&self, running: &Running<'_>, report: &GroupReport) -> Self::Seen {
        (self.0.look(running, report), self.1.look(running, report))
    }
}

/// What was seen of the groups of one file, by their index in `tests`.
pub(super) type SeenInFile<S> = FxHashMap<usize, S>;

/// What an observer saw of a run.
#[derive(Debug)]
pub struct Seen<S> {
    files: Vec<SeenInFile<S>>,
}

impl<S> Default for Seen<S> {
    fn default() -> Self {
        Seen { files: Vec::new() }
    }
}

impl<S> Seen<S> {
    pub(super) fn new(files: Vec<SeenInFile<S>>) -> Self {
        Seen { files }
    }

    /// What was seen of a group: `file` is the index of its file in the run, `group` its own in `tests`. `None` where
    /// it did not run.
    pub fn of(&self, file: usize, group: usize) -> Option<&S> {
        self.files.get(file)?.get(&group)
    }

    /// Everything that was seen, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut S> {
        self.files.iter_mut().flat_map(|file| file.values_mut())
    }

    /// The same with a part, or something made, of each thing seen; groups without one are left out.
    pub fn filter_map<T>(self, mut part: impl FnMut(S) -> Option<T>) -> Seen<T> {
        let mut file =
            |seen: SeenInFile<S>| seen.into_iter().filter_map(|(group, seen)| Some((group, part(seen)?))).collect();
        Seen { files: self.files.into_iter().map(&mut file).collect() }
    }
}
