//! What can be known of an expression without data.
//!
//! [`LabelFlow`]: which labels an expression's result can have, and what drops the others.

mod label_flow;

pub use label_flow::{Branch, Cause, Conflict, Dropped, LabelFlow, Presence};
