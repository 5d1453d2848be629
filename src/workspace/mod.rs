//! The owner of files: which there are, what is in them, and what the configuration says of them.

mod chart;
pub mod config_file;
pub mod copies;
mod discovery;
mod document;
mod files;
mod filter;
mod git_config;
pub mod glob;
mod home;
mod ignoring;
mod pages;
mod passed_over;
mod past;
pub mod paths;
mod read;
mod rule_files;
mod settings;
mod sniff;

pub use discovery::{Discovery, Found, Lookup, discover};
pub use document::{Document, Purpose, TestInput};
pub use files::Workspace;
pub use filter::Filter;
pub use git_config::origin_url;
pub use home::Home;
pub(crate) use home::root_of;
pub use pages::{MAX_PAGE_BYTES, PageText, is_markdown};
pub use passed_over::{PassedOver, Reason};
pub use past::Past;
pub use read::{MAX_FILE_BYTES, Read, ReadError, from_bytes, read, read_bounded, read_foreign, read_named};
pub use rule_files::{ResolvedRules, rule_file_paths};
pub use settings::{Dialects, Settings};
pub use sniff::{has_extension, is_worth_reading};

#[cfg(test)]
mod tests;
