//! The live notice: what another process appends to the store shows on the open desk. The
//! write-ahead log is watched, so that nothing wakes while nobody writes.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::run::Outbox;
use super::workers::{Background, thread_failed};
use crate::problem::{Kind, Problem};
use crate::store::{Result, Store, Tide};

/// How long after the first write of a burst the loop is told: a transaction is several writes.
const SETTLE: Duration = Duration::from_millis(40);
/// The shortest time between two notices, so that a long import beside us costs a few re-reads
/// a second and no more.
const BREATH: Duration = Duration::from_millis(250);

/// The watch on a store's write-ahead log; it ends when it is dropped.
#[derive(Debug)]
pub struct Live(#[allow(dead_code)] RecommendedWatcher); // held for its Drop

impl Live {
    /// Starts to watch the store of a folder; each burst of writes posts one notice.
    ///
    /// Fails where the system can watch no more files.
    pub fn start(folder: &Path, outbox: Outbox<Background>) -> std::result::Result<Self, Problem> {
        let (sender, written) = channel();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                if event.is_ok_and(|event| tells_of_the_log(&event)) {
                    // Without a receiver the workstation has ended.
                    let _ = sender.send(());
                }
            })
            .map_err(unwatched)?;
        // The folder, not the file: SQLite may remove the log and make it anew.
        watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .map_err(unwatched)?;
        thread::Builder::new()
            .name("live".into())
            .spawn(move || tell(&written, &outbox))
            .map_err(thread_failed)?;
        Ok(Self(watcher))
    }
}

fn unwatched(error: notify::Error) -> Problem {
    Problem::new(Kind::Refused, "problem-live-watch")
        .hint("problem-live-watch-hint")
        .caused_by(error)
}

fn tells_of_the_log(event: &notify::Event) -> bool {
    let is_log = |path: &std::path::PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().ends_with("-wal"))
    };
    !event.kind.is_access() && event.paths.iter().any(is_log)
}

fn tell(written: &Receiver<()>, outbox: &Outbox<Background>) {
    while written.recv().is_ok() {
        thread::sleep(SETTLE);
        while written.try_recv().is_ok() {}
        if !outbox.post(Background::Written) {
            return;
        }
        thread::sleep(BREATH);
    }
}

/// How much of the store is on the screen.
#[derive(Debug, Default)]
pub struct Seen {
    version: i64,
    tide: Tide,
}

impl Seen {
    /// Remembers how far the store is now; to be called before the lists are read, so that what
    /// is written meanwhile is seen as new.
    pub fn remember(&mut self, store: &Store) -> Result<()> {
        self.version = store.data_version()?;
        self.tide = store.tide()?;
        Ok(())
    }

    /// Returns whether others have appended or folded since. Own writes do not count, nor do
    /// those of the indexer, which change no list.
    pub fn is_stale(&mut self, store: &Store) -> Result<bool> {
        let version = store.data_version()?;
        if version == self.version {
            return Ok(false);
        }
        self.version = version;
        let tide = store.tide()?;
        let is_stale = tide != self.tide || tide.is_folding;
        self.tide = tide;
        Ok(is_stale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::Desk;
    use crate::desk::begin::init_drill;
    use crate::tui::run::{Feed, channel};
    use std::time::Instant;

    const NOW: i64 = 1_795_333_560_000;

    fn desk(folder: &Path) -> Desk {
        let (clock, random) = (
            Box::new(FixedClock(NOW)),
            Box::new(SeededRandom::new("live")),
        );
        init_drill(folder, "S", "Li", clock, random).unwrap()
    }

    fn beside(folder: &Path) -> Desk {
        let (clock, random) = (
            Box::new(FixedClock(NOW)),
            Box::new(SeededRandom::new("beside")),
        );
        let mut desk = Desk::open(Store::open(folder).unwrap(), clock, random).unwrap();
        let li = desk.people().all()[0].clone();
        desk.act_as(&li);
        desk
    }

    #[test]
    fn an_append_beside_the_desk_is_told_within_a_second_and_an_own_one_is_not_stale() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("data");
        let mut ours = desk(&place);
        let mut theirs = beside(&place);
        let mut seen = Seen::default();
        seen.remember(ours.store()).unwrap();
        let (outbox, feed) = channel();
        let _live = Live::start(&place, outbox).unwrap();
        assert!(
            feed.recv_timeout(Duration::from_millis(400)).is_err(),
            "nobody wrote"
        );

        ours.open_conversation("Sunny", "chat").unwrap();
        assert!(
            !seen.is_stale(ours.store()).unwrap(),
            "own writes are on the screen already"
        );
        while feed.recv_timeout(Duration::from_millis(600)).is_ok() {}
        seen.remember(ours.store()).unwrap();

        let begun = Instant::now();
        theirs.open_conversation("Rainy", "chat").unwrap();
        let told = feed.recv_timeout(Duration::from_secs(1)).unwrap();
        assert!(matches!(told, Feed::Background(Background::Written)));
        assert!(begun.elapsed() < Duration::from_secs(1));
        assert!(seen.is_stale(ours.store()).unwrap());
        assert!(!seen.is_stale(ours.store()).unwrap(), "seen once");
    }

    #[test]
    fn what_the_indexer_writes_is_no_news() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("data");
        let mut ours = desk(&place);
        ours.open_conversation("Sunny", "chat").unwrap();
        let mut seen = Seen::default();
        seen.remember(ours.store()).unwrap();
        let mut indexer = Store::open(&place).unwrap();
        while indexer.index_some().unwrap() {}
        assert_eq!(ours.store().index_behind().unwrap(), 0);
        assert!(!seen.is_stale(ours.store()).unwrap());
    }
}
