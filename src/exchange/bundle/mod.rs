//! Bundles: events between replicas as files, proven by hashes and signatures.
//!
//! [`format`] is the whole format; `frame` the archive around it; `read` goes through a bundle
//! entry by entry; `check` finds what is proven; `pack` writes.

mod check;
mod fault;
pub mod format;
mod frame;
mod hex;
mod inspect;
mod pack;
mod read;

pub use check::{Counts, Finding, Wrong};
pub use fault::{BundleFault, Code};
pub use hex::Hex;
pub use inspect::{Inspection, inspect};
pub use pack::Limits;

#[cfg(test)]
mod tests;
