//! The threads beside the loop, and what they send into it.

use super::indexer::Indexer;
use super::live::Live;
use crate::problem::Problem;

/// What the workstation's threads tell the loop.
#[derive(Debug)]
pub enum Background {
    /// Something went wrong in one of them.
    Trouble(Problem),
    /// Somebody wrote to the store: this desk, its threads, or another process.
    Written,
}

/// The threads of a workstation; each is optional, as tests and read-only desks need.
#[derive(Debug, Default)]
pub struct Workers {
    /// Brings the search index on.
    pub indexer: Option<Indexer>,
    /// Watches the store for others.
    pub live: Option<Live>,
}

impl Workers {
    /// Tells those whom it concerns that this desk wrote something.
    pub fn poke(&self) {
        if let Some(indexer) = &self.indexer {
            indexer.poke();
        }
    }
}
