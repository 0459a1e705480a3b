//! The threads beside the loop, and what they send into it.

use std::fmt;
use std::io;
use std::path::Path;

use super::indexer::Indexer;
use super::jobs::{JobNews, Jobs};
use super::live::Live;
use super::road::{FolderRoad, RoadNews};
use crate::problem::{Kind, Problem};
use crate::store::Store;

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

/// Says that the system gives no thread, and what to do about it.
pub fn thread_failed(error: io::Error) -> Problem {
    Problem::new(Kind::Refused, "problem-thread")
        .hint("problem-thread-hint")
        .caused_by(error)
}

/// Starts the threads of a workstation over a store.
pub type StartWorkers = Box<dyn FnOnce(&Store) -> Workers>;

/// Opens a road for a store over a folder.
pub type OpenRoad = Box<dyn Fn(&Store, &Path) -> Result<FolderRoad, Problem>>;

/// The threads of a workstation; each is optional, as tests and read-only desks need.
#[derive(Default)]
pub struct Workers {
    /// Brings the search index on.
    pub indexer: Option<Indexer>,
    /// Watches the store for others.
    pub live: Option<Live>,
    /// Exchanges bundles over the shared folder.
    pub road: Option<FolderRoad>,
    /// Starts long work in a thread of its own.
    pub jobs: Option<Jobs>,
    /// Opens another road, where the shared folder changes while the workstation runs.
    pub roads: Option<OpenRoad>,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers")
            .field("indexer", &self.indexer)
            .field("live", &self.live)
            .field("road", &self.road)
            .finish_non_exhaustive()
    }
}

impl Workers {
    /// Opens a road over a folder; none where this workstation goes over none.
    pub fn open_road(&self, store: &Store, folder: &Path) -> Result<Option<FolderRoad>, Problem> {
        self.roads
            .as_ref()
            .map(|open| open(store, folder))
            .transpose()
    }

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
