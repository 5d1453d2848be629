//! The configuration described: its reference page, its JSON Schema, and what holds for a file. All go by the table of keys
//! in [`crate::lint::config`].

mod held;
mod page;
mod schema;

pub use held::{HeldView, write_json, write_toml};
pub use page::page;
pub use schema::schema;
