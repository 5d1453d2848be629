//! What is wrong with a file as YAML.

use crate::source::{Meta, meta};

/// `yaml/syntax`
pub static SYNTAX: Meta = meta!("yaml/syntax", Error, certain, "the file is not valid YAML").stops_reading();

/// `yaml/duplicate-key`
pub static DUPLICATE_KEY: Meta = meta!("yaml/duplicate-key", Error, certain, "a mapping has the same key twice");
