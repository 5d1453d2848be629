//! `promproof test --partition K/N`: one part of a suite.

use clap::Args;

use crate::cli::Error;
use std::sync::Arc;

use crate::unittest::{Part, Partition, Selection};
use crate::workspace::TestInput;

/// Which part is run.
#[derive(Debug, Args)]
pub(in crate::cli) struct PartitionArgs {
    /// Run only the Kth of N parts of what is selected, for N jobs side by side; `promproof report merge` joins their
    /// reports
    #[arg(long, value_name = "K/N")]
    pub partition: Option<Partition>,
}

impl PartitionArgs {
    /// Leaves only what belongs to the part. What to say where that is nothing.
    pub(in crate::cli) fn select(&self, inputs: &mut Vec<Arc<TestInput>>, selection: &mut Selection) -> Option<String> {
        let partition = self.partition?;
        // Tests are counted anew where an update has changed them.
        selection.part = None;
        let part: Part = partition.part(inputs, selection);
        let count = part.of.groups;
        inputs.retain(|input| part.has_any(&input.test));
        selection.part = Some(part.into());
        inputs.is_empty().then(|| {
            let Partition { index, count: parts } = partition;
            format!("part {index} of {parts} has no test (test groups in all parts: {count})")
        })
    }

    /// A part covers a part: the threshold is for the whole.
    ///
    /// # Errors
    /// Both are asked for.
    pub(in crate::cli) fn forbid_threshold(&self, threshold: Option<f64>) -> Result<(), Error> {
        if self.partition.is_none() || threshold.is_none() {
            return Ok(());
        }
        Err(Error::new("--fail-under with --partition would judge a part by what the whole should cover")
            .help("write the coverage of each part with --coverage-json, then `promproof report merge --fail-under`"))
    }
}
