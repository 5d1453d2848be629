//! Links to runbook pages.

mod invalid_url;
mod missing;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[&missing::Missing, &invalid_url::InvalidUrl];
