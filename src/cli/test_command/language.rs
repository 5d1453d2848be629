//! How rule files and expressions are read: options of `test` and `render`.

use std::io::Write as _;

use clap::Args;

use crate::cli::{Session, Trouble};
use crate::promql::ParseOptions;
use crate::report::text::one_line;
use crate::rules::LoadOptions;
use crate::unittest::RunOptions;

/// How rule files and expressions are read.
#[derive(Debug, Args)]
pub(in crate::cli) struct LanguageArgs {
    /// Accept fields in rule files that Prometheus does not know
    #[arg(long)]
    pub ignore_unknown_fields: bool,

    /// Prometheus features to turn on, comma-separated: promql-experimental-functions, promql-delayed-name-removal,
    /// promql-extended-range-selectors, promql-binop-fill-modifiers, promql-duration-expr
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    pub enable_feature: Vec<String>,
}

impl LanguageArgs {
    /// Options of a run that reads files so.
    ///
    /// # Errors
    /// Where standard error cannot be written.
    pub(in crate::cli) fn run_options(&self, session: &Session) -> Result<RunOptions, Trouble> {
        let mut parse = ParseOptions::default();
        let mut delayed_name_removal = false;
        for feature in self.enable_feature.iter().map(|feature| feature.trim()).filter(|feature| !feature.is_empty()) {
            match feature {
                "promql-experimental-functions" => parse.experimental_functions = true,
                "promql-extended-range-selectors" => parse.extended_range_selectors = true,
                "promql-binop-fill-modifiers" => parse.fill_modifiers = true,
                "promql-duration-expr" => parse.duration_expressions = true,
                "promql-delayed-name-removal" => delayed_name_removal = true,
                // As promtool does: features of the server that mean nothing here must not break a test.
                unknown => {
                    let unknown = one_line(unknown);
                    writeln!(session.stderr(), "warning: unknown feature `{unknown}` in --enable-feature")?;
                }
            }
        }
        let ignore_unknown_fields = self.ignore_unknown_fields;
        let load = LoadOptions { parse, ignore_unknown_fields, ..LoadOptions::default() };
        Ok(RunOptions { load, delayed_name_removal, ..RunOptions::default() })
    }
}
