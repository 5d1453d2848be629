//! Links to runbook pages, and the pages.

mod anchor_missing;
mod answered;
mod broken_page;
mod broken_relative_link;
mod case_mismatch;
mod dead_shortcode;
mod invalid_url;
mod missing;
mod other_branch;
mod page_missing;
mod page_orphan;
mod page_promql;
mod relative_url;
mod rewritten;
mod rule_drift;
mod section_empty;
mod section_missing;
mod section_placeholder;
mod sections;
mod shared_page;
mod url_dead;
mod url_drift;
mod url_moved;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &anchor_missing::AnchorMissing,
    &broken_page::BrokenPage,
    &broken_relative_link::BrokenRelativeLink,
    &case_mismatch::CaseMismatch,
    &dead_shortcode::DeadShortcode,
    &invalid_url::InvalidUrl,
    &missing::Missing,
    &other_branch::OtherBranch,
    &page_missing::PageMissing,
    &page_orphan::PageOrphan,
    &page_promql::PagePromql,
    &relative_url::RelativeUrl,
    &rule_drift::RuleDrift,
    &section_empty::SectionEmpty,
    &section_missing::SectionMissing,
    &section_placeholder::SectionPlaceholder,
    &shared_page::SharedPage,
    &url_dead::UrlDead,
    &url_drift::UrlDrift,
    &url_moved::UrlMoved,
];
