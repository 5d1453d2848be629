//! The owner of files: which there are, what is in them, and what the configuration says of them.

pub mod config_file;
pub mod copies;
mod discovery;
mod filter;
pub mod glob;
mod home;
mod ignoring;
pub mod paths;
mod read;
mod sniff;

pub use discovery::{Discovery, Found, Lookup, discover};
pub use filter::Filter;
pub use home::Home;
pub use read::{MAX_FILE_BYTES, Read, ReadError, from_bytes, read, read_bounded, read_foreign, read_named};
pub use sniff::has_extension;

#[cfg(test)]
mod tests;
