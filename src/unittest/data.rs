//! Data to evaluate an expression over, where there is no whole test: series given in words, the input series of a
//! test group, or a text dump.

use std::fmt;
use std::sync::Arc;

use super::part::Part;
use super::report::GroupReport;
use super::run::{self, Needs, Observer, RunOptions, Running, Selection};
use crate::engine::Store;
use crate::model::exposition::{self, DumpSample};
use crate::model::{Labels, SampleValue};
use crate::promql::series::{self, SeriesItems};
use crate::source::{Diagnostic, SourceFile, Span};
use crate::testfile::inputs;
use crate::testfile::{TestFile, TestGroup};
use crate::workspace::{TestInput, Workspace};

/// Samples in a store, and the time that they cover.
#[derive(Debug, Default)]
pub struct Data {
    /// The samples.
    pub store: Store,
    /// Times of the first and the last sample in milliseconds; `None` where there is none.
    pub extent_ms: Option<(i64, i64)>,
}

/// Keeps the samples of a group that ran to its last sample.
struct StoreKeeper;

impl Observer for StoreKeeper {
    type Seen = Store;

    fn needs(&self) -> Needs {
        Needs { all_samples: true, ..Needs::default() }
    }

    fn look(&self, running: &Running<'_>, _report: &GroupReport) -> Store {
        running.store.clone()
    }
}

/// Why data cannot be loaded.
#[derive(Debug)]
pub struct DataError {
    /// What is wrong.
    pub message: String,
    /// Where, if the data came from a file.
    pub place: Option<(Arc<SourceFile>, Span)>,
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DataError {}

impl Data {
    /// Adds a line of series notation, `up{job="a"} 1 1 0`, its values `interval_ms` apart from time 0 on.
    ///
    /// # Errors
    /// The line is not series notation, or the series is there already with other values.
    pub fn add_line(&mut self, line: &str, interval_ms: i64) -> Result<(), DataError> {
        let without_place = |message: String| DataError { message: format!("{message} in `{line}`"), place: None };
        let parsed = series::parse_line(line).map_err(|error| without_place(error.message))?;
        let SeriesItems::Values(values) = parsed.items else {
            return Err(without_place("start timestamps need a series that they belong to".to_owned()));
        };
        let values = values.first;
        if let Some(refused) = parsed.refused.filter(|_| values.iter().any(Option::is_some)) {
            return Err(without_place(refused));
        }
        self.add_values(&parsed.labels, values, 0, interval_ms).map_err(without_place)
    }

    /// Adds the input series of a group of `test`, read as a test reads them: of two series with the same labels the
    /// last one counts, and an empty line ends the input.
    ///
    /// # Errors
    /// A series is not written in series notation, there are too many values, or a series clashes with one that is
    /// there already.
    pub fn add_group(&mut self, test: &TestFile, group: &TestGroup) -> Result<(), DataError> {
        let at = |span: Span, message: String| DataError { message, place: Some((Arc::clone(&test.file), span)) };
        let inputs = inputs::read(test, group, i64::MAX).map_err(|error| at(error.primary.span, error.message))?;
        for (input, origin) in inputs.series.iter().zip(&inputs.origins) {
            let span = group.input_series.get(*origin).map_or(group.span, |item| item.span);
            for (t_ms, value) in &input.samples {
                self.add(&input.labels, *t_ms, value.clone()).map_err(|message| at(span, message))?;
            }
        }
        Ok(())
    }

    /// Adds the input series of test group `index` of `input`, as [`Data::add_group`] does, and what the rules of the file
    /// record over them, `ALERTS` and `ALERTS_FOR_STATE` included. Gives what kept the rules from running: then there are
    /// the input series alone.
    ///
    /// # Errors
    /// As [`Data::add_group`].
    pub fn add_test(
        &mut self,
        workspace: &Workspace,
        input: &Arc<TestInput>,
        index: usize,
        options: &RunOptions,
    ) -> Result<Option<Diagnostic>, DataError> {
        let Some(group) = input.test.groups.get(index) else { return Ok(None) };
        self.add_group(&input.test, group)?;
        let part = Some(Arc::new(Part::of_group(&input.test, group)));
        let selection = Selection { part, ..Selection::default() };
        let options = RunOptions { verdicts_only: true, selection, ..options.clone() };
        let (report, stores) = run::observe(workspace, std::slice::from_ref(input), &options, &StoreKeeper);
        let Some(file) = report.files.into_iter().next() else { return Ok(None) };
        let errors = file.groups.into_iter().flat_map(|group| group.errors);
        let problem = file.problems.into_iter().chain(file.rule_problems).chain(errors).next();
        let Some(store) = stores.of(0, index) else { return Ok(problem) };
        for series in store.series() {
            // The input series are there already.
            if self.store.get(series.labels()).is_some() {
                continue;
            }
            for (t_ms, value) in series.samples() {
                // In the order of time, and nobody else writes such a series.
                let _ = self.store.append(series.labels(), t_ms, value, None);
            }
        }
        Ok(problem)
    }

    /// Adds every sample of a dump ([`exposition::parse_dump`]); samples without a timestamp are at time 0. The order
    /// of the dump does not matter.
    ///
    /// # Errors
    /// A line is not a sample, or a series has two values at one time.
    pub fn add_dump(&mut self, file: &Arc<SourceFile>) -> Result<(), DataError> {
        let at = |span: Span, message: String| DataError { message, place: Some((Arc::clone(file), span)) };
        let mut samples = exposition::parse_dump(file.text()).map_err(|error| at(error.span, error.message))?;
        // Stable, so that series are created in the order of the dump where times are equal.
        samples.sort_by_key(|sample| sample.t_ms.unwrap_or(0));
        for DumpSample { labels, t_ms, value, span } in samples {
            self.add(&labels, t_ms.unwrap_or(0), value.into()).map_err(|message| at(span, message))?;
        }
        Ok(())
    }

    fn add_values(
        &mut self,
        labels: &Labels,
        values: Vec<Option<SampleValue>>,
        start_ms: i64,
        interval_ms: i64,
    ) -> Result<(), String> {
        let mut t_ms = start_ms;
        for value in values {
            if let Some(value) = value {
                self.add(labels, t_ms, value)?;
            }
            t_ms = t_ms.checked_add(interval_ms).ok_or("the series goes on past the end of time")?;
        }
        Ok(())
    }

    fn add(&mut self, labels: &Labels, t_ms: i64, value: SampleValue) -> Result<(), String> {
        self.store.append(labels, t_ms, value, None).map_err(|error| format!("{labels}: {error}"))?;
        let (first, last) = self.extent_ms.unwrap_or((t_ms, t_ms));
        self.extent_ms = Some((first.min(t_ms), last.max(t_ms)));
        Ok(())
    }
}
