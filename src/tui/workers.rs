//! The threads beside the loop, and what they send into it.

use super::indexer::Indexer;
use super::jobs::{JobNews, Jobs};
use super::live::Live;
use super::road::{FolderRoad, RoadNews};
use crate::problem::Problem;

/// What the workstation's threads tell the loop.
#[derive(Debug)]
pub enum Background {
    /// Something went wrong in one of them.
    Trouble(Problem),
    /// Somebody wrote to the store: this desk, its threads, or another process.
    Written,
    /// The road over the shared folder has something to say.
    Road(RoadNews),
    /// Long work has something to say.
    Job(JobNews),
}

/// The threads of a workstation; each is optional, as tests and read-only desks need.
#[derive(Debug, Default)]
pub struct Workers {
    /// Brings the search index on.
    pub indexer: Option<Indexer>,
    /// Watches the store for others.
    pub live: Option<Live>,
    /// Exchanges bundles over the shared folder.
    pub road: Option<FolderRoad>,
    /// Starts long work in a thread of its own.
    pub jobs: Option<Jobs>,
}

impl Workers {
    /// Tells those whom it concerns that this desk wrote something.
    pub fn poke(&self) {
        if let Some(indexer) = &self.indexer {
            indexer.poke();
        }
        if let Some(road) = &self.road {
            road.poke();
        }
    }
}
