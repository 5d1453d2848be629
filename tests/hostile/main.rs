//! Input that is built to do harm, as a stranger's pull request may bring it.
//!
//! Each test runs the program itself under a limit of 1 GiB of address space and a limit of time ([`attack::run`]), and
//! holds that it ends with 0, 1 or 2 and says why. What promproof promises of such input is in `SECURITY.md`, which
//! names these tests. One kind of attack a module: add to the one that fits, or add one here.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

mod attack;
mod discovery;
mod links;
mod memory;
mod pages;
mod reports;
mod rule_files;
mod security;
mod templates;
mod time;
mod workflow;
mod writing;
