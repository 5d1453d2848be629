//! Diagnostics, the same in every command: one file per output format.

pub mod concise;
pub mod full;
pub mod github;
pub mod json;
mod repeated;
