//! What the rules of all files record, and who reads it: found out once for all lint rules that ask about it.

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::context::{FileContext, WorkspaceContext};
use crate::promql::Expr;
use crate::rules::{Rule, RuleKind};
use crate::source::Span;
use crate::workspace::Workspace;

/// What the rules of all files record under names that have no colon, as scraped metrics have none.
#[derive(Debug, Default)]
pub struct RecordedNames<'a>(FxHashSet<&'a str>);

impl<'a> RecordedNames<'a> {
    /// The names in the rule files of a workspace.
    pub fn of(workspace: &'a Workspace) -> Self {
        let files = workspace.documents().par_iter().filter_map(|document| document.rules());
        let of_some = files.fold(FxHashSet::default, |mut names: FxHashSet<&str>, file| {
            let rules = file.groups.iter().flat_map(|group| &group.rules);
            let recording = rules.filter(|rule| rule.kind == RuleKind::Recording);
            names.extend(recording.map(|rule| rule.name.text()).filter(|name| !name.contains(':')));
            names
        });
        let all = of_some.reduce(FxHashSet::default, |all, other| {
            let (mut larger, smaller) = if all.len() < other.len() { (other, all) } else { (all, other) };
            larger.extend(smaller);
            larger
        });
        RecordedNames(all)
    }

    /// The names.
    pub fn get(&self) -> &FxHashSet<&'a str> {
        &self.0
    }
}

/// Where a rule stands.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Its file.
    pub file: FileContext<'a>,
    /// Index of the file among the rule files.
    pub file_at: usize,
    /// Index of the group in the file.
    pub group_at: usize,
    /// Index of the rule in the group.
    pub rule_at: usize,
    /// The rule.
    pub rule: &'a Rule,
}

impl<'a> Place<'a> {
    /// Of all rules of a file, which has the index `file_at` among the rule files.
    pub(super) fn all_in(file: FileContext<'a>, file_at: usize) -> impl Iterator<Item = Place<'a>> {
        file.rules.groups.iter().enumerate().flat_map(move |(group_at, group)| {
            let rules = group.rules.iter().enumerate();
            rules.map(move |(rule_at, rule)| Place { file, file_at, group_at, rule_at, rule })
        })
    }
}

/// A [`Place`] as it is kept: there is one for each recording rule, and for each that reads one.
#[derive(Clone, Copy)]
struct Spot {
    file_at: u32,
    group_at: u32,
    rule_at: u32,
}

impl Spot {
    fn of(place: &Place<'_>) -> Self {
        // There are fewer files, and fewer rules in a file, than memory has room for.
        let packed = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Spot { file_at: packed(place.file_at), group_at: packed(place.group_at), rule_at: packed(place.rule_at) }
    }

    fn group(&self) -> (u32, u32) {
        (self.file_at, self.group_at)
    }
}

/// All recording rules with one name.
pub struct Definitions<'r, 'a> {
    recording: &'r Recording<'a>,
    /// In the order of the files, so that those of one group stand together.
    spots: &'r [Spot],
}

impl<'r, 'a> Definitions<'r, 'a> {
    /// The first one in the order of the files.
    pub fn first(&self) -> Option<Place<'a>> {
        self.iter().next()
    }

    /// All of them, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = Place<'a>> + use<'r, 'a> {
        let recording = self.recording;
        self.spots.iter().filter_map(|spot| recording.place(*spot))
    }

    /// Whether all of them stand in the group of `reader` and behind it.
    pub fn are_behind(&self, reader: &Place<'_>) -> bool {
        let (Some(first), Some(last)) = (self.spots.first(), self.spots.last()) else { return false };
        let reader = Spot::of(reader);
        first.group() == reader.group() && last.group() == reader.group() && first.rule_at > reader.rule_at
    }

    /// Whether one of them stands in the file of `reader`.
    pub fn are_in_file_of(&self, reader: &Place<'_>) -> bool {
        self.spots.binary_search_by_key(&Spot::of(reader).file_at, |spot| spot.file_at).is_ok()
    }

    /// Whether none of them stands in the group of `reader`.
    pub fn are_elsewhere(&self, reader: &Place<'_>) -> bool {
        self.spots.binary_search_by_key(&Spot::of(reader).group(), Spot::group).is_err()
    }
}

/// A rule that reads what a recording rule records.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    /// The rule that reads.
    pub reader: Place<'a>,
    /// What it reads.
    pub metric: &'a str,
    /// The first place in its expression that names it, in bytes of the decoded text.
    pub span: Span,
}

/// What the recording rules of all files record.
pub struct Recording<'a> {
    files: Vec<FileContext<'a>>,
    /// For each name, where its definitions begin among `definitions`, and where they end.
    by_name: FxHashMap<&'a str, (u32, u32)>,
    /// All recording rules, those of one name together and in the order of the files.
    definitions: Vec<Spot>,
    /// [`Recording::reads`], with the place of the reader.
    reads: Vec<(Spot, &'a str, Span)>,
}

impl<'a> Recording<'a> {
    pub(super) fn of(cx: &WorkspaceContext<'a>) -> Self {
        let recording_rules = || cx.places().filter(|place| place.rule.kind == RuleKind::Recording);
        // Tables that grow would leave twice their size behind.
        let count = recording_rules().count();
        let mut by_name: FxHashMap<&str, (u32, u32)> = FxHashMap::with_capacity_and_hasher(count, FxBuildHasher);
        for place in recording_rules() {
            by_name.entry(place.rule.name.text()).or_default().1 += 1;
        }
        let mut begin = 0;
        for range in by_name.values_mut() {
            // Until they are filled in, both are where the definitions of the name begin.
            begin += std::mem::replace(range, (begin, begin)).1;
        }
        let mut definitions = vec![Spot { file_at: 0, group_at: 0, rule_at: 0 }; count];
        for place in recording_rules() {
            if let Some((_, end)) = by_name.get_mut(place.rule.name.text())
                && let Some(spot) = definitions.get_mut(*end as usize)
            {
                *spot = Spot::of(&place);
                *end += 1;
            }
        }
        let mut reads = Vec::new();
        if !by_name.is_empty() {
            for reader in cx.places() {
                let Some(expr) = &reader.rule.parsed else { continue };
                let recorded = metrics(expr, |metric| by_name.contains_key(metric));
                reads.extend(recorded.into_iter().map(|(metric, span)| (Spot::of(&reader), metric, span)));
            }
        }
        Recording { files: cx.rule_files().collect(), by_name, definitions, reads }
    }

    fn place(&self, Spot { file_at, group_at, rule_at }: Spot) -> Option<Place<'a>> {
        let (file_at, group_at, rule_at) = (file_at as usize, group_at as usize, rule_at as usize);
        let file = *self.files.get(file_at)?;
        let rule = file.rules.groups.get(group_at)?.rules.get(rule_at)?;
        Some(Place { file, file_at, group_at, rule_at, rule })
    }

    /// The recording rules with this name, of which there is at least one.
    pub fn get(&self, name: &str) -> Option<Definitions<'_, 'a>> {
        let (begin, end) = *self.by_name.get(name)?;
        let spots = self.definitions.get(begin as usize..end as usize)?;
        Some(Definitions { recording: self, spots })
    }

    /// The names that are recorded.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.by_name.keys().copied()
    }

    /// Each recorded metric that a rule reads, once for each rule, in the order of the files, the rules and the expressions.
    /// What is read at another time only (`offset`, `@`) is left out: what was recorded before is what it wants.
    pub fn reads(&self) -> impl Iterator<Item = Read<'a>> + Clone {
        let read = |(spot, metric, span): &(Spot, &'a str, Span)| {
            Some(Read { reader: self.place(*spot)?, metric, span: *span })
        };
        self.reads.iter().filter_map(read)
    }

    /// Those of [`Recording::reads`] whose reader is a recording rule itself.
    pub fn reads_by_recording_rules(&self) -> impl Iterator<Item = Read<'a>> + Clone {
        self.reads().filter(|read| read.reader.rule.kind == RuleKind::Recording)
    }
}

/// The metrics among the `wanted` that an expression names, each at the first place where it does, without those that it
/// reads at another time.
fn metrics(expr: &Expr, wanted: impl Fn(&str) -> bool) -> Vec<(&str, Span)> {
    let mut found: Vec<(&str, Span)> = Vec::new();
    let mut known = FxHashSet::default();
    expr.walk(&mut |part| {
        let Some(selector) = part.selector() else { return };
        let is_moved = selector.modifiers.offset.is_some() || selector.modifiers.at.is_some();
        if let Some(name) = selector.name.as_ref().filter(|name| !is_moved && wanted(&name.value))
            && known.insert(&*name.value)
        {
            found.push((&name.value, name.span));
        }
    });
    found
}
