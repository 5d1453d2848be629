//! The program as its users meet it: commands from outside, their files, output and documentation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, too, say what they expect")]

#[path = "../support/folder.rs"]
mod folder;
#[path = "../support/schema.rs"]
mod schema;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/shared.rs"]
mod shared;
#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod action;
mod add_ignores;
mod bad_input;
mod bad_test_files;
mod baseline;
mod book;
mod ci_page;
mod cli;
mod config_import;
mod configuration;
mod conveniences;
mod coverage;
mod extensions;
mod first_day;
mod fix;
mod formats;
mod html_page;
mod init;
mod left_alone;
mod observers;
#[cfg(feature = "online")]
mod online;
mod parts;
mod policies;
mod readme;
mod render_command;
mod require_tests;
mod rule_docs;
mod rule_ids;
mod runbook;
mod runbook_guess;
mod runbook_renamed;
mod schemas;
mod selection;
mod shapes;
mod since;
mod test_command;
mod test_watch;
mod to_promtool;
mod unit_tests;
mod update;
mod writing;
