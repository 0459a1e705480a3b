//! Brings the search index on while the person works: a thread with a connection of its own,
//! asleep until it is told that something was written.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
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
/// How long the end of the workstation waits for it: whoever closes the store last empties the
/// write-ahead log, which the next start would have to read.
const CLOSING: Duration = Duration::from_secs(1);

/// The way to tell the indexer that something was written; it ends with this.
#[derive(Debug)]
pub struct Indexer {
    written: Option<Sender<()>>,
    ended: Receiver<()>,
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.written = None;
        // Nothing is ever sent: the other end goes with the thread. Where that takes too long the
        // log stays as it is, and nothing of it is lost.
        let _ = self.ended.recv_timeout(CLOSING);
    }
}

impl Indexer {
    /// Starts the thread for a store's folder; what goes wrong in it is posted.
    pub fn start(folder: &Path, outbox: Outbox<Background>) -> Result<Self, Problem> {
        let (sender, written) = channel();
        let (ends, ended) = channel();
        let folder = folder.to_owned();
        thread::Builder::new()
            .name("indexer".into())
            .spawn(move || {
                if let Err(error) = follow(folder, &written) {
                    outbox.post(Background::Trouble(error.into()));
                }
                // Its store is closed by the time that its end is told.
                drop::<Sender<()>>(ends);
            })
            .map_err(thread_failed)?;
        Ok(Self {
            written: Some(sender),
            ended,
        })
    }

    /// Tells it that something was written.
    pub fn poke(&self) {
        if let Some(written) = &self.written {
            // A thread that has ended has said why.
            let _ = written.send(());
        }
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
            let pause = match store.index_some() {
                Ok(false) => break,
                Ok(true) => BREATH,
                Err(error) if error.is_busy() => BUSY,
                // The desk says so, and what it writes when there is room again wakes us.
                Err(error) if error.is_full() => break,
                Err(error) => return Err(error),
            };
            // What is written meanwhile ends the pause early: it is read by the next step.
            if written.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
                return Ok(());
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
        // The next start finds the log emptied, whoever closes last.
        drop(desk);
        drop(indexer);
        assert!(place.join("zhiban.db").exists() && !place.join("zhiban.db-wal").exists());
    }
}
