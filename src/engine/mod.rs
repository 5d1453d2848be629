//! PromQL evaluation over an in-memory store.
