//! All that crosses the edge of the machine as files.

pub mod bundle;
pub mod intake;
pub mod outlet;
