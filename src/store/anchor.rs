//! Anchors: what was known of a store when it was last closed, kept outside of it. One lies
//! beside the database, one in the user's state directory.
//!
//! A database cannot say that it was rolled back, copied, or that its write-ahead log was
//! swapped: it is whole in every such case. An anchor can. A store ahead of its anchor whose
//! chains pass through it is normal, for anchors are written at most once a second and never
//! synced; anything else is a [`Doubt`], asked about before the first write.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::id::{Chain, Id, ReplicaId};

use super::error::{Result, StoreError};
use super::read::{self, StreamHead};
use super::{Store, Trouble, keys, look, place};

/// The anchor's name beside the database.
const NEAR: &str = "anchor.json";
/// The folder of anchors within the state directory.
const FAR: &str = "anchors";
/// Under which local setting the database keeps its incarnation.
const INCARNATION: &str = "anchor.incarnation";
/// Anchors are written at most so often, and at the end.
const EVERY: Duration = Duration::from_secs(1);

/// From where a store is watched.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The user's state directory, where there is one.
    pub state: Option<PathBuf>,
    /// The machine's id.
    pub machine: String,
    /// Sixteen thrown bytes: the incarnation of a store that has none yet, or begins a new one.
    pub fresh: Id,
}

impl Watch {
    /// Returns the watch of this machine.
    pub fn here(state: Option<PathBuf>, fresh: Id) -> Self {
        Self {
            state,
            machine: place::machine(),
            fresh,
        }
    }

    fn files(&self, folder: &Path) -> [Option<PathBuf>; 2] {
        let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let name = blake3::hash(whole.as_os_str().as_encoded_bytes()).to_hex();
        let far = self.state.as_ref();
        [
            Some(folder.join(NEAR)),
            far.map(|state| state.join(FAR).join(format!("{}.json", &name[..32]))),
        ]
    }
}

/// Why a store may not be the one that was closed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Events that were here are not: an older copy, a lost write-ahead log, a cut tail.
    Behind,
    /// Other events stand where ours stood: another store, or another's write-ahead log.
    Other,
    /// The database's file is another one: the folder was copied.
    Copied,
    /// The store was last open on another machine.
    Machine,
    /// The database was watched, and no anchor is there.
    NoAnchor,
}

impl Doubt {
    /// Returns whether every event that an anchor knows is there, so that a person may say that
    /// it is the same store.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Copied | Self::Machine | Self::NoAnchor)
    }

    /// Returns the message id of the sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::Behind => "problem-anchor-behind",
            Self::Other => "problem-anchor-other",
            Self::Copied => "problem-anchor-copied",
            Self::Machine => "problem-anchor-machine",
            Self::NoAnchor => "problem-anchor-none",
        }
    }
}

/// What an anchor says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Anchor {
    incarnation: String,
    machine: String,
    /// Device and number of the database's file, where the system tells them.
    file: Option<(u64, u64)>,
    /// Tips of own streams: replica, seq, chain.
    heads: Vec<(String, u64, String)>,
}

/// A watched store's anchors while it is open.
#[derive(Debug)]
pub(super) struct Kept {
    watch: Watch,
    written: Option<Instant>,
    is_behind: bool,
}

/// Returns what is to be doubted of the database of a folder; reads only.
pub(super) fn doubt(conn: &Connection, folder: &Path, watch: &Watch) -> Result<Option<Doubt>> {
    // Of one moment, and under one lock.
    let moment = conn.unchecked_transaction()?;
    let conn = &*moment;
    let incarnation = incarnation(conn)?;
    let [near, far] = watch
        .files(folder)
        .map(|file| file.and_then(|file| read(&file)));
    // A store that nobody has watched yet; what lies in the state directory is of another that
    // lay here before.
    if near.is_none() && incarnation.is_none() {
        return Ok(None);
    }
    let anchors: Vec<Anchor> = near.into_iter().chain(far).collect();
    if anchors.is_empty() {
        return Ok(Some(Doubt::NoAnchor));
    }
    let heads = read::heads(conn)?;
    for anchor in &anchors {
        if Some(&anchor.incarnation) != incarnation.as_ref() {
            return Ok(Some(Doubt::Other));
        }
        if let Some(doubt) = doubt_of_heads(conn, &heads, anchor)? {
            return Ok(Some(doubt));
        }
    }
    let file = place::identity(&folder.join(place::DATABASE));
    let number = |file: Option<(u64, u64)>| file.map(|(_, number)| number);
    Ok(anchors.iter().find_map(|anchor| {
        if anchor.machine != watch.machine {
            return Some(Doubt::Machine);
        }
        // Devices are numbered anew at a start of the system; the file's own number is not.
        let is_other = number(anchor.file).is_some() && number(anchor.file) != number(file);
        is_other.then_some(Doubt::Copied)
    }))
}

fn doubt_of_heads(
    conn: &Connection,
    heads: &[StreamHead],
    anchor: &Anchor,
) -> Result<Option<Doubt>> {
    for (replica, seq, chain) in &anchor.heads {
        let mut longest = None;
        let mut holds = false;
        for head in heads
            .iter()
            .filter(|head| head.replica.to_string() == *replica)
        {
            longest = longest.max(Some(head.seq));
            let here: Option<Chain> = read::chain_at(conn, head.stream, *seq)?;
            holds |= here.is_some_and(|here| here.to_string() == *chain);
        }
        if !holds {
            let is_short = longest.is_none_or(|longest| longest < *seq);
            return Ok(Some(if is_short {
                Doubt::Behind
            } else {
                Doubt::Other
            }));
        }
    }
    Ok(None)
}

fn incarnation(conn: &Connection) -> Result<Option<String>> {
    let mut query = conn.prepare("SELECT value FROM setting_local WHERE key = ?1")?;
    Ok(query
        .query_row([INCARNATION], |row| row.get(0))
        .optional()?)
}

/// An anchor that cannot be read is none.
fn read(file: &Path) -> Option<Anchor> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

impl Store {
    /// Opens a store that is watched from here, after comparing it with its anchors; fails with
    /// [`StoreError::Doubtful`], and nothing written, where it may not be the one that was
    /// closed here.
    pub fn open_watched(folder: &Path, watch: &Watch) -> Result<Self> {
        Self::open_watched_telling(folder, watch, &mut || ())
    }

    /// Opens a store as [`Self::open_watched`] does; `renewing` is told where another release
    /// computed what is in it, before that is made anew, which takes its time in a large store.
    ///
    /// Fails as that does, and with [`StoreError::LockedByOther`] where a workstation, which
    /// then is of that other release, has the store open.
    pub fn open_watched_telling(
        folder: &Path,
        watch: &Watch,
        renewing: &mut dyn FnMut(),
    ) -> Result<Self> {
        let mut store = thread::scope(|scope| {
            let keys = keys::load_beside(scope, folder);
            let looked = look::to_write(folder)?;
            if let Some(doubt) = doubt(&looked.conn, folder, watch)? {
                return Err(StoreError::Doubtful(doubt));
            }
            place::refuse_network(folder)?;
            Self::open_looked(looked, folder, keys, renewing)
        })?;
        store.watch(watch)?;
        Ok(store)
    }

    /// Returns what is to be doubted of a folder's store; no file is changed.
    pub fn doubt(folder: &Path, watch: &Watch) -> Result<Option<Doubt>> {
        doubt(&look::to_read(folder)?, folder, watch)
    }

    /// Opens a store of which a person says that it is the same; refused where events that an
    /// anchor knows are not there, for the same places would be written twice.
    pub fn open_as_same(folder: &Path, watch: &Watch) -> Result<Self> {
        if let Some(doubt) = Self::doubt(folder, watch)?.filter(|doubt| !doubt.is_whole()) {
            return Err(StoreError::Doubtful(doubt));
        }
        let mut store = Self::open(folder)?;
        store.watch(watch)?;
        Ok(store)
    }

    /// Opens a restored or copied store that goes on as another: the keys that were here write
    /// no more and are put by, their streams stay.
    pub fn open_as_new(folder: &Path, watch: &Watch) -> Result<Self> {
        let mut store = Self::open(folder)?;
        store.set_setting_local(INCARNATION, Some(&watch.fresh.to_string()))?;
        keys::put_by(folder, store.keys.keys().copied())?;
        store.keys.clear();
        store.watch(watch)?;
        Ok(store)
    }

    /// Begins to keep anchors.
    fn watch(&mut self, watch: &Watch) -> Result<()> {
        if incarnation(&self.conn)?.is_none() {
            // Of two that begin at once, one is right.
            let sql = "INSERT OR IGNORE INTO setting_local(key, value) VALUES(?1, ?2)";
            let fresh = watch.fresh.to_string();
            self.conn.execute(sql, [INCARNATION, &fresh])?;
        }
        self.anchors = Some(Kept {
            watch: watch.clone(),
            written: None,
            is_behind: true,
        });
        self.write_anchors();
        Ok(())
    }

    /// Notes that own streams grew; writes the anchors unless that was done just now.
    pub(super) fn drop_anchor(&mut self) {
        if let Some(kept) = &mut self.anchors {
            kept.is_behind = true;
            if kept
                .written
                .is_none_or(|written| written.elapsed() >= EVERY)
            {
                self.write_anchors();
            }
        }
    }

    /// Writes both anchors where they say something else. One that cannot be written takes
    /// nothing from what was saved: the old one is still true, and `doctor` shows it.
    pub(super) fn write_anchors(&mut self) {
        // After an error of the disk nobody knows what of the tip will stay.
        if self.trouble == Some(Trouble::Halted) {
            return;
        }
        let Ok(anchor) = self.anchor() else { return };
        let Some(kept) = &mut self.anchors else {
            return;
        };
        if let (true, Some(anchor)) = (kept.is_behind, anchor) {
            let bytes = serde_json::to_vec(&anchor).unwrap_or_default();
            for file in kept.watch.files(&self.folder).into_iter().flatten() {
                if read(&file).as_ref() != Some(&anchor) {
                    let _ = place::write_unsynced(&file, &bytes);
                }
            }
            kept.written = Some(Instant::now());
            kept.is_behind = false;
        }
    }

    fn anchor(&self) -> Result<Option<Anchor>> {
        let (Some(kept), Some(incarnation)) = (&self.anchors, incarnation(&self.conn)?) else {
            return Ok(None);
        };
        let is_own = |replica: &ReplicaId| self.keys.contains_key(replica);
        let heads = self.heads()?;
        let own = heads.iter().filter(|head| is_own(&head.replica));
        Ok(Some(Anchor {
            incarnation,
            machine: kept.watch.machine.clone(),
            file: place::identity(&self.folder.join(place::DATABASE)),
            heads: own
                .map(|head| (head.replica.to_string(), head.seq, head.chain.to_string()))
                .collect(),
        }))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.write_anchors();
    }
}
