//! See the map of the house in the crate's documentation.
