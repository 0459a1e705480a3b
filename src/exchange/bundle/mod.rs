//! Bundles: events between replicas as files, proven by hashes and signatures.
//!
//! [`mod@format`] is the whole format; `frame` the archive around it; `read` goes through a bundle
//! entry by entry, `lines` through its events; `check` finds what is proven; `pack` writes, `export`
//! from the store; `unpack` takes a bundle into the store in `chunks`, `outside` keeps what cannot
//! go there yet, `folding` folds what came in, `witness` sees where heads do not go together.
//! Carriers: `folder` is the shared folder, `text` the block for chats, `writing` how both write.

mod accounting;
mod attach;
mod carrier;
mod check;
mod chunks;
mod crowd;
mod export;
mod fault;
pub mod folder;
mod folding;
pub mod format;
mod frame;
mod hex;
mod inspect;
pub mod kind;
mod lines;
mod outside;
mod pack;
mod read;
mod scrub;
mod spill;
pub mod text;
mod unpack;
mod witness;
mod writing;

pub use accounting::Accounting;
pub use carrier::answer;
pub use check::{Counts, Finding, Wrong};
pub use export::{Export, Exported, Selection, export};
pub use fault::{BundleFault, Code};
pub use hex::Hex;
pub use inspect::{Inspection, inspect, inspect_bytes, inspect_with};
pub use pack::Limits;
pub use scrub::scrub;
pub use unpack::{Progress, Step, import, import_with};
pub use witness::{Alarm, Contrast, Place, alarms, last_export_of, look, short, witnessed};
pub use writing::Writing;

#[cfg(test)]
mod tests;
