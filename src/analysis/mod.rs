//! What can be known of an expression without data.
