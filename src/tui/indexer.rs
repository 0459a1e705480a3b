//! Brings the search index on while the person works: a thread with a connection of its own,
//! asleep until it is told that something was written.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use super::run::Outbox;
use super::workers::{Background, thread_failed};
use crate::problem::Problem;
use crate::store::{Store, StoreError};

/// Between two steps, so that a key that writes never waits for more than one of them.
const BREATH: Duration = Duration::from_millis(20);
/// How long it waits while somebody else writes.
const BUSY: Duration = Duration::from_millis(200);

/// The way to tell the indexer that something was written.
#[derive(Debug)]
pub struct Indexer(Sender<()>);

impl Indexer {
    /// Starts the thread for a store's folder; what goes wrong in it is posted. It ends when
    /// the workstation does.
    pub fn start(folder: &Path, outbox: Outbox<Background>) -> Result<Self, Problem> {
        let (sender, written) = channel();
        let folder = folder.to_owned();
        thread::Builder::new()
            .name("indexer".into())
            .spawn(move || {
                if let Err(error) = follow(folder, &written) {
                    outbox.post(Background::Trouble(error.into()));
                }
            })
            .map_err(thread_failed)?;
        Ok(Self(sender))
    }

    /// Tells it that something was written.
    pub fn poke(&self) {
        // A thread that has ended has said why.
        let _ = self.0.send(());
    }
}

fn follow(folder: PathBuf, written: &Receiver<()>) -> Result<(), StoreError> {
    let mut store = None;
    while written.recv().is_ok() {
        while written.try_recv().is_ok() {}
        let store = match &mut store {
            Some(store) => store,
            none => match Store::open(&folder) {
                Err(error) if error.is_full() => continue,
                opened => none.insert(opened?),
            },
        };
        loop {
            match store.index_some() {
                Ok(false) => break,
                Ok(true) => thread::sleep(BREATH),
                Err(error) if error.is_busy() => thread::sleep(BUSY),
                // The desk says so, and what it writes when there is room again wakes us.
                Err(error) if error.is_full() => break,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;
    use crate::tui::run::channel;
    use std::time::Instant;

    #[test]
    fn what_is_written_is_indexed_without_being_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Box::new(FixedClock(1_795_333_560_000));
        let random = Box::new(SeededRandom::new("indexer"));
        let place = folder.path().join("data");
        let mut desk = init_drill(&place, "S", "Li", clock, random).unwrap();
        let (outbox, feed) = channel();
        let indexer = Indexer::start(&place, outbox).unwrap();
        desk.open_conversation("Sunny", "chat").unwrap();
        assert!(desk.store().index_behind().unwrap() > 0);
        indexer.poke();
        let until = Instant::now() + Duration::from_secs(20);
        while desk.store().index_behind().unwrap() > 0 {
            assert!(Instant::now() < until, "the index did not follow");
            thread::sleep(Duration::from_millis(10));
        }
        assert!(feed.try_recv().is_err(), "nothing went wrong");
    }
}
