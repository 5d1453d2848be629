//! The owner of files: which there are, what is in them, and what the configuration says of them.

pub mod copies;
mod discovery;
pub mod glob;
pub mod paths;
mod read;

pub use discovery::{Found, directories, discover, has_extension};
pub use read::{MAX_FILE_BYTES, Read, ReadError, from_bytes, read};

#[cfg(test)]
mod tests;
