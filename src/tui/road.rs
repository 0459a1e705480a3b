//! The road over the shared folder, beside the person's work: a thread with a connection of its
//! own that looks every 15 seconds, at once after what cannot wait, and as soon as the system
//! tells that a colleague's bundle came: sync drives write on this machine, far shares tell nothing.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::run::Outbox;
use super::workers::{Background, thread_failed};
use crate::chance::Clock;
use crate::desk::road::sync;
use crate::exchange::bundle::{Writing, folder};
use crate::problem::Problem;
use crate::store::Store;

/// Between two looks.
const TURN: Duration = Duration::from_secs(15);
/// Without a look for so long the road counts as broken: a drive that hangs says nothing.
const STALLED: Duration = Duration::from_secs(45);
/// How long after a bundle's coming the look begins: several often come together.
const SETTLE: Duration = Duration::from_millis(60);
/// How long the end waits for the last bundle to be written.
const LAST: Duration = Duration::from_secs(2);

/// What the thread is asked.
enum Ask {
    /// Something was written here: go at once if it cannot wait.
    Written,
    /// A file of another replica came into the folder.
    Came(Instant),
    /// The person asks.
    Now,
    /// The workstation ends.
    Last,
}

/// What the thread tells.
#[derive(Debug)]
pub enum RoadNews {
    /// It was taken for the first time.
    Taken,
    /// The road broke.
    Broke(Problem),
    /// It is whole again, and what was missing went out and came in.
    Healed,
    /// What the person asked for is done.
    Done {
        /// Own events that went out.
        sent: u64,
        /// Events of others that came in.
        new: u64,
    },
    /// So many files are passed over that were not before; one of them, and why.
    PassedOver(usize, String, Problem),
}

/// How the road is, for the status line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoadState {
    /// It was taken so many milliseconds ago.
    Synced(i64),
    /// It is broken since so many milliseconds.
    Broken(i64),
}

#[derive(Debug)]
struct Shared {
    started: Instant,
    looked: Option<Instant>,
    broken: Option<Instant>,
}

/// The way to the thread.
#[derive(Debug)]
pub struct FolderRoad {
    asks: Sender<Ask>,
    shared: Arc<Mutex<Shared>>,
    ended: Receiver<()>,
}

impl FolderRoad {
    /// Starts the thread for a store and a folder; it looks at once.
    ///
    /// Fails for a shop whose bundles must not lie there.
    pub fn start(
        store: &Store,
        folder: &Path,
        clock: Box<dyn Clock>,
        outbox: Outbox<Background>,
    ) -> Result<Self, Problem> {
        Writing::of(store)?;
        let ((asks, asked), (end, ended)) = (channel(), channel());
        let shared = Arc::new(Mutex::new(Shared {
            started: Instant::now(),
            looked: None,
            broken: None,
        }));
        let mut walker = Walker {
            data: store.folder().to_owned(),
            folder: folder.to_owned(),
            store: None,
            watch: None,
            asks: asks.clone(),
            clock,
            outbox,
            shared: Arc::clone(&shared),
        };
        thread::Builder::new()
            .name("road".into())
            .spawn(move || {
                walker.walk(&asked);
                // Its store is closed by the time that its end is told.
                drop(walker);
                drop(end);
            })
            .map_err(thread_failed)?;
        Ok(Self {
            asks,
            shared,
            ended,
        })
    }

    /// Tells it that something was written here.
    pub fn poke(&self) {
        self.ask(Ask::Written);
    }

    /// Lets it go now, and look at everything again that was passed over.
    pub fn go_now(&self) {
        self.ask(Ask::Now);
    }

    fn ask(&self, ask: Ask) {
        // A thread that has ended has no road any more, which its state says.
        let _ = self.asks.send(ask);
    }

    /// Returns how the road is; nothing before it was taken for the first time.
    pub fn state(&self) -> Option<RoadState> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let age = |at: Instant| i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        let last = shared.looked.unwrap_or(shared.started);
        match (shared.broken, shared.looked) {
            (Some(since), _) => Some(RoadState::Broken(age(since))),
            (None, _) if last.elapsed() > STALLED => Some(RoadState::Broken(age(last))),
            (None, looked) => looked.map(|at| RoadState::Synced(age(at))),
        }
    }
}

impl Drop for FolderRoad {
    /// Gives what was written last a moment to go out; what does not, goes at the next start.
    fn drop(&mut self) {
        self.ask(Ask::Last);
        let _ = self.ended.recv_timeout(LAST);
    }
}

struct Walker {
    data: PathBuf,
    folder: PathBuf,
    store: Option<Store>,
    /// The watch on the folder, where the system has one for it; none while it is gone.
    watch: Option<RecommendedWatcher>,
    asks: Sender<Ask>,
    clock: Box<dyn Clock>,
    outbox: Outbox<Background>,
    shared: Arc<Mutex<Shared>>,
}

impl Walker {
    fn walk(&mut self, asked: &Receiver<Ask>) {
        let (mut next, mut begun) = (Instant::now(), Instant::now());
        loop {
            let ask = asked.recv_timeout(next.saturating_duration_since(Instant::now()));
            match ask {
                Ok(Ask::Written) if !self.is_urgent() => continue,
                // The look that has begun since saw it.
                Ok(Ask::Came(at)) if at <= begun => continue,
                Ok(Ask::Came(_)) => thread::sleep(SETTLE),
                _ => {}
            }
            begun = Instant::now();
            self.look(matches!(ask, Ok(Ask::Now)));
            if matches!(ask, Ok(Ask::Last) | Err(RecvTimeoutError::Disconnected)) {
                return;
            }
            next = Instant::now() + TURN;
        }
    }

    fn is_urgent(&self) -> bool {
        self.store
            .as_ref()
            .is_some_and(|store| folder::is_urgent(store).unwrap_or(false))
    }

    fn look(&mut self, is_asked: bool) {
        let is_first = self.store.is_none();
        let done = self.pass(is_asked);
        let was_broken = self.note(done.is_ok());
        self.keep_watch(done.is_ok());
        match done {
            Ok(pass) => {
                if was_broken {
                    self.tell(RoadNews::Healed);
                } else if is_first {
                    self.tell(RoadNews::Taken);
                }
                if is_asked {
                    self.tell(RoadNews::Done {
                        sent: pass.sent,
                        new: pass.new_events(),
                    });
                }
                let count = pass.findings.len();
                if let Some(one) = pass.findings.into_iter().next() {
                    self.tell(RoadNews::PassedOver(count, one.file, one.problem));
                }
            }
            Err(problem) if !was_broken || is_asked => self.tell(RoadNews::Broke(problem)),
            Err(_) => {}
        }
    }

    fn pass(&mut self, is_thorough: bool) -> Result<folder::Pass, Problem> {
        let store = match &mut self.store {
            Some(store) => store,
            none => none.insert(Store::open(&self.data)?),
        };
        let shared = &self.shared;
        let mut going_on = |_| {
            shared.lock().unwrap_or_else(PoisonError::into_inner).looked = Some(Instant::now());
            true
        };
        sync(
            store,
            &self.folder,
            is_thorough,
            self.clock.now(),
            &mut going_on,
        )
    }

    /// Keeps how the road is and returns whether it was broken before.
    fn note(&self, is_whole: bool) -> bool {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let before = shared.broken;
        if is_whole {
            shared.looked = Some(Instant::now());
            shared.broken = None;
        } else if before.is_none() {
            shared.broken = Some(Instant::now());
        }
        before.is_some()
    }

    /// Watches a folder that is there; one that is gone is watched again when it is back.
    /// Where the system cannot, the look every 15 seconds is what there is.
    fn keep_watch(&mut self, is_whole: bool) {
        if !is_whole {
            self.watch = None;
        } else if self.watch.is_none() {
            let own = self.store.as_ref().map(Store::own_replicas);
            let own = own
                .unwrap_or_default()
                .iter()
                .map(ToString::to_string)
                .collect();
            self.watch = watch(&self.folder, own, self.asks.clone()).ok();
        }
    }

    fn tell(&self, news: RoadNews) {
        // Without a loop nobody reads it any more.
        let _ = self.outbox.post(Background::Road(news));
    }
}

/// Asks for a look when a bundle comes into another replica's folder.
fn watch(folder: &Path, own: Vec<String>, asks: Sender<Ask>) -> notify::Result<RecommendedWatcher> {
    let is_theirs = move |path: &PathBuf| {
        let of_own = path
            .parent()
            .and_then(Path::file_name)
            .is_some_and(|name| own.iter().any(|own| name.to_str() == Some(own)));
        !of_own && path.extension().is_some_and(|ending| ending == "zbundle")
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let came =
            event.is_ok_and(|event| !event.kind.is_access() && event.paths.iter().any(&is_theirs));
        if came {
            // A thread that has ended needs no look.
            let _ = asks.send(Ask::Came(Instant::now()));
        }
    })?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}
