//! Splits a suite over several runs: which test groups belong to the part `K/N`.
//!
//! The groups, in the order of files and of each file, are cut into N pieces of about the same number of evaluations.
//! The cuts depend on the selected tests alone, so that all N runs agree on them, on any machine; neighbours stay
//! together, so that a rule file is loaded by few of the runs.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::part::{Part, PartOf, Partition};
use super::run::Selection;
use crate::source::Severity;
use crate::testfile::{TestFile, TestGroup};
use crate::workspace::TestInput;

impl Partition {
    /// What of `inputs` belongs to this part, if only what `selection` selects counts.
    pub fn part(self, inputs: &[Arc<TestInput>], selection: &Selection) -> Part {
        let units: Vec<(&TestFile, Option<&TestGroup>)> = inputs
            .iter()
            .flat_map(|input| {
                let test = &input.test;
                let groups = test.groups.iter().filter(|group| selection.selects(test, group));
                let mut units: Vec<_> = groups.map(|group| (test, Some(group))).collect();
                if units.is_empty() || is_broken(test) {
                    units = vec![(test, None)];
                }
                units
            })
            .collect();
        let total: u128 = units.iter().map(|(test, group)| weight(test, *group)).sum();
        let mut before = 0;
        let groups = units.iter().filter(|(_, group)| group.is_some()).count();
        let mut part = Part { of: PartOf { partition: self, groups }, units: FxHashSet::default() };
        for (test, group) in units {
            let weight = weight(test, group);
            // The piece in which the middle of the unit lies; on a cut, the one before it.
            let piece = ((2 * before + weight) * u128::from(self.count)).saturating_sub(1) / (2 * total).max(1);
            if piece + 1 == u128::from(self.index) {
                part.units.insert((test.file.name().to_owned(), group.map(|group| group.span.start())));
            }
            before += weight;
        }
        part
    }
}

fn is_broken(test: &TestFile) -> bool {
    test.problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// How long it takes, about: the number of evaluations, and one for all the rest.
fn weight(test: &TestFile, group: Option<&TestGroup>) -> u128 {
    let evaluations = group.map_or(0, |group| group.max_eval_time_ms().max(0) / test.evaluation_interval_ms.max(1));
    u128::try_from(evaluations).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceFile;
    use crate::{testfile, yaml};

    /// A file with a group for each time, in minutes, that the group looks at.
    fn input(name: &str, minutes: &[u32]) -> Arc<TestInput> {
        let group = |minutes: &u32| format!("  - promql_expr_test: [{{expr: up, eval_time: {minutes}m}}]\n");
        let text = format!("tests:\n{}", minutes.iter().map(group).collect::<String>());
        let file = Arc::new(SourceFile::new(name, text));
        Arc::new(TestInput { test: testfile::decode(&yaml::parse(&file), &file), folder: PathBuf::new() })
    }

    /// Which groups of which files the part has.
    fn members(part: &Part, inputs: &[Arc<TestInput>]) -> Vec<(usize, usize)> {
        let all = inputs.iter().enumerate().flat_map(|(file, input)| {
            let groups = input.test.groups.iter().enumerate();
            groups.filter(|(_, group)| part.has(&input.test, group)).map(move |(group, _)| (file, group))
        });
        all.collect()
    }

    #[test]
    fn words() {
        assert_eq!("2/5".parse(), Ok(Partition { index: 2, count: 5 }));
        for wrong in ["", "2", "0/5", "6/5", "1/0", "-1/5", "a/b", "1/2/3", "1/99999999999"] {
            assert!(wrong.parse::<Partition>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn parts_take_about_the_same_time() {
        let inputs = [input("a.yml", &[1000, 10, 10]), input("b.yml", &[500, 500])];
        let parts =
            (1..=2).map(|index| members(&Partition { index, count: 2 }.part(&inputs, &Selection::default()), &inputs));
        assert_eq!(parts.collect::<Vec<_>>(), [vec![(0, 0), (0, 1)], vec![(0, 2), (1, 0), (1, 1)]]);
    }

    proptest! {
        /// Every group is in exactly one part, files without groups and files with mistakes, too; the order of the
        /// groups is the order of the parts.
        #[test]
        fn nothing_is_lost_and_nothing_runs_twice(
            files in prop::collection::vec(prop::collection::vec(0_u32..50, 0..6), 0..6),
            count in 1_u32..9,
        ) {
            let inputs: Vec<Arc<TestInput>> =
                files.iter().enumerate().map(|(index, minutes)| input(&format!("{index}.yml"), minutes)).collect();
            let parts: Vec<Part> =
                (1..=count).map(|index| Partition { index, count }.part(&inputs, &Selection::default())).collect();
            let joined: Vec<(usize, usize)> = parts.iter().flat_map(|part| members(part, &inputs)).collect();
            let all: Vec<(usize, usize)> =
                files.iter().enumerate().flat_map(|(file, groups)| (0..groups.len()).map(move |group| (file, group))).collect();
            prop_assert_eq!(joined, all);
            for (input, groups) in inputs.iter().zip(&files) {
                let parts = parts.iter().filter(|part| part.has_any(&input.test)).count();
                prop_assert!(parts >= 1 && (parts == 1 || groups.len() > 1));
            }
        }
    }
}
