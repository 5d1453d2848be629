//! Runbook links.
