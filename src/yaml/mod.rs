//! YAML text to a tree in which every key and value knows its source bytes.
//!
//! `granit-parser` gives events; this module turns them into [`Node`]s, resolves aliases and `<<` merges with a cap
//! on expansion, and maps every offset of a decoded scalar back to the byte of the file it came from.

mod node;

pub use node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, Sequence};
