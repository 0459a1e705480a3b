//! The shared folder: each replica lays its own bundles into `<folder>/<replica>/NNNN.zbundle`
//! and takes in those of the others. One pass exports what is new and imports what is new; when
//! passes happen is the caller's.
//!
//! Nothing in the folder is trusted: a file that is no sound bundle of this shop is passed over
//! with a finding and looked at again when it changes. Copies that a sync drive makes of a file
//! in conflict are bundles like others, and taking one in twice does no harm.

mod beacon;
mod urgent;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::accounting::Accounting;
use super::export::{self, Export, Selection, export};
use super::format::FILE_MAX;
use super::scrub::scrub;
use super::unpack::{Progress, import_with};
use super::writing::Writing;
use crate::domain::id::ReplicaId;
use crate::exchange::envelope::Keys;
use crate::problem::{Kind, Problem};
use crate::store::{Store, private_file};

pub use urgent::is_urgent;

/// Under which local setting stands what was written to the folder and read from it.
const STATE: &str = "folder.state";
/// Beside the store: one pass at a time, also of several processes.
const LOCK: &str = "folder.lock";
/// How the files end.
const ENDING: &str = ".zbundle";

/// The road over a folder, as one pass takes it.
#[derive(Debug, Clone, Copy)]
pub struct Road<'a> {
    /// The folder that several machines see.
    pub folder: &'a Path,
    /// Who lays bundles there: a replica whose key is on this machine.
    pub sender: ReplicaId,
    /// How they are written.
    pub writing: &'a Writing,
    /// Looks again at files that were passed over, and begins anew in a folder that was emptied.
    pub is_thorough: bool,
    /// The time, milliseconds UTC.
    pub now: i64,
}

/// What a pass did.
#[derive(Debug, Default)]
pub struct Pass {
    /// Another process was at it, so nothing was done.
    pub is_busy: bool,
    /// The own events that went out.
    pub sent: u64,
    /// The bundles that came in, each with its accounting.
    pub taken: Vec<Taken>,
    /// The files that were passed over, as far as they were looked at in this pass.
    pub findings: Vec<FolderFinding>,
    /// All files that are passed over until they change.
    pub passed_over: usize,
}

impl Pass {
    /// Returns how many events came in that were not here.
    pub fn new_events(&self) -> u64 {
        self.taken.iter().map(|taken| taken.accounting.new).sum()
    }
}

/// A bundle that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its place below the folder.
    pub file: String,
    /// What became of its events.
    pub accounting: Accounting,
}

/// A file that was passed over.
#[derive(Debug)]
pub struct FolderFinding {
    /// Its place below the folder.
    pub file: String,
    /// Why.
    pub problem: Problem,
}

/// Size and time of change (milliseconds UTC) of a file that was passed over.
type Print = (u64, i64);

/// How many events of others a store holds, and how many wait outside.
type Here = (u64, u64);

/// What this store knows of the folder.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// Which folder: in another one everything begins anew.
    folder: PathBuf,
    /// The program that passed files over; a newer one looks at them again.
    version: String,
    /// The newest bundle that was laid there, below the folder.
    last: Option<String>,
    /// What was read, by the names of the others' folders.
    read: BTreeMap<String, Read>,
    /// When this machine last showed that it is there, milliseconds UTC.
    shown: i64,
    /// When each of the others last showed it, milliseconds UTC, by replica.
    seen: BTreeMap<String, i64>,
}

/// What was read of one folder of another replica.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Read {
    /// The files numbered 1 to this are in.
    upto: u64,
    /// Further files by name: none for what is in, else what was passed over.
    rest: BTreeMap<String, Option<Print>>,
    /// Files with events for which there was no room outside, by name, and what was here then:
    /// read again when it is something else.
    full: BTreeMap<String, Here>,
}

/// Takes the road once: lays there what is new of this machine's replicas, and takes in what
/// the others laid there. `progress` answers whether to go on.
///
/// Fails where the folder is gone, was emptied, or cannot be written, and where the store fails;
/// what was done until then stays, and the next pass does the rest.
pub fn pass(
    store: &mut Store,
    road: &Road<'_>,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Pass, Problem> {
    let guard = private_file(&store.folder().join(LOCK))?;
    match guard.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Ok(Pass {
                is_busy: true,
                ..Pass::default()
            });
        }
        Err(TryLockError::Error(cause)) => {
            return Err(unusable("problem-folder-unwritable", store.folder(), cause));
        }
    }
    let (before, is_new) = State::of(store, road)?;
    let mut walk = Walk {
        road,
        state: before.clone(),
        pass: Pass::default(),
    };
    // Who may not write there can still read.
    let sent = walk.send(store);
    let taken = walk.take(store, progress);
    if is_new || walk.state != before {
        walk.state.keep(store)?;
    }
    sent.and(taken)?;
    // What another process stood in the way of.
    if store.is_scrub_due()? {
        scrub(store)?;
    }
    walk.pass.passed_over = walk.state.passed_over();
    Ok(walk.pass)
}

impl State {
    /// Returns what is known of the road's folder, and whether that is nothing yet.
    fn of(store: &mut Store, road: &Road<'_>) -> Result<(Self, bool), Problem> {
        let kept: Option<Self> = store
            .setting_local(STATE)?
            .and_then(|text| serde_json::from_str(&text).ok());
        let version = env!("CARGO_PKG_VERSION");
        let Some(mut kept) = kept.filter(|kept| kept.folder == road.folder) else {
            export::forget(store, Selection::ForFolder)?;
            let new = Self {
                folder: road.folder.to_owned(),
                version: version.to_owned(),
                ..Self::default()
            };
            return Ok((new, true));
        };
        if road.is_thorough || kept.version != version {
            kept.version = version.to_owned();
            for read in kept.read.values_mut() {
                read.rest.retain(|_, print| print.is_none());
                read.full.clear();
            }
        }
        Ok((kept, false))
    }

    fn keep(&self, store: &mut Store) -> Result<(), Problem> {
        let text = serde_json::to_string(self).map_err(Problem::defect)?;
        Ok(store.set_setting_local(STATE, Some(&text))?)
    }

    fn passed_over(&self) -> usize {
        let passed_over = |read: &Read| {
            let rest = read.rest.values().filter(|print| print.is_some());
            rest.count() + read.full.len()
        };
        self.read.values().map(passed_over).sum()
    }
}

impl Read {
    /// Returns whether a file of this name need not be opened: it is in.
    fn is_in(&self, name: &str) -> bool {
        number_of(name).is_some_and(|number| number <= self.upto)
            || matches!(self.rest.get(name), Some(None))
    }

    fn took(&mut self, name: &str) {
        self.rest.insert(name.to_owned(), None);
        while self.rest.get(&name_of(self.upto + 1)) == Some(&None) {
            self.upto += 1;
            self.rest.remove(&name_of(self.upto));
        }
    }
}

/// Returns how much of others is here.
fn here(store: &Store) -> Result<Here, Problem> {
    let own = store.own_replicas();
    let heads = store.heads()?.into_iter();
    let others = heads.filter(|head| !own.contains(&head.replica));
    let held = others.map(|head| head.seq - head.from_seq).sum();
    Ok((held, store.count_outside()?))
}

/// Returns when a replica last showed in the shared folder that it is there, milliseconds UTC.
pub fn last_seen(store: &Store, replica: ReplicaId) -> Result<Option<i64>, Problem> {
    let kept: Option<State> = store
        .setting_local(STATE)?
        .and_then(|text| serde_json::from_str(&text).ok());
    Ok(kept.and_then(|kept| kept.seen.get(&replica.to_string()).copied()))
}

struct Walk<'a> {
    road: &'a Road<'a>,
    state: State,
    pass: Pass,
}

impl Walk<'_> {
    /// Lays down what is new of this machine's replicas.
    fn send(&mut self, store: &mut Store) -> Result<(), Problem> {
        let folder = self.road.folder;
        self.look_for_the_folder(store)?;
        let name = self.road.sender.to_string();
        let own = folder.join(&name);
        if !own.is_dir() {
            fs::create_dir(&own)
                .map_err(|cause| unusable("problem-folder-unwritable", folder, cause))?;
        }
        if export::own_news(store, Selection::ForFolder)?.is_empty() {
            self.try_to_write()?;
            return self.show(store, &own);
        }
        let number =
            clear(&own).map_err(|cause| unusable("problem-folder-unwritable", folder, cause))? + 1;
        let options = self.road.writing.write(Export {
            selection: Selection::ForFolder,
            ..Export::new(self.road.sender, self.road.now)
        });
        let exported = export(store, &options, &own.join(name_of(number)))?;
        self.pass.sent = exported.events;
        self.state.shown = self.road.now;
        self.state.last = exported
            .files
            .last()
            .and_then(|file| file.file_name())
            .map(|file| format!("{name}/{}", file.to_string_lossy()));
        Ok(())
    }

    /// Makes sure that the folder is there, and is the one into which bundles were laid.
    fn look_for_the_folder(&mut self, store: &mut Store) -> Result<(), Problem> {
        let folder = self.road.folder;
        let entries =
            fs::read_dir(folder).map_err(|cause| unusable("problem-folder-gone", folder, cause))?;
        let Some(last) = &self.state.last else {
            return Ok(());
        };
        if folder.join(last).exists() {
            return Ok(());
        }
        // An empty folder is what is left of a drive that is not connected.
        if !self.road.is_thorough && !entries.flatten().any(|entry| replica_of(&entry).is_some()) {
            return Err(Problem::new(Kind::Unreadable, "problem-folder-empty")
                .arg("folder", folder.display())
                .hint("problem-folder-empty-hint"));
        }
        self.state.last = None;
        export::forget(store, Selection::ForFolder)?;
        Ok(())
    }

    /// Learns, without writing anything, whether the folder could be written.
    fn try_to_write(&self) -> Result<(), Problem> {
        let folder = self.road.folder;
        let Some(last) = &self.state.last else {
            return Ok(());
        };
        OpenOptions::new()
            .append(true)
            .open(folder.join(last))
            .map(|_| ())
            .map_err(|cause| unusable("problem-folder-unwritable", folder, cause))
    }

    /// Shows that this machine is there, where its last bundle does not.
    fn show(&mut self, store: &Store, own: &Path) -> Result<(), Problem> {
        let since = self.road.now.saturating_sub(self.state.shown);
        if (0..beacon::EVERY).contains(&since) {
            return Ok(());
        }
        if let (Some(shop), Some(key)) = (store.shop_id(), store.key_of(self.road.sender)) {
            beacon::write(own, shop, &key, self.road.now)
                .map_err(|cause| unusable("problem-folder-unwritable", self.road.folder, cause))?;
            self.state.shown = self.road.now;
        }
        Ok(())
    }

    /// Notes when another was there; a time that has not come yet counts as now.
    fn note_seen(&mut self, store: &Store, other: &str) -> Result<(), Problem> {
        let (Some(shop), Ok(replica)) = (store.shop_id(), other.parse()) else {
            return Ok(());
        };
        let Some(key) = store.public_key(replica)? else {
            return Ok(());
        };
        let theirs = self.road.folder.join(other);
        if let Some(at) = beacon::read(&theirs, shop, replica, &key) {
            // A clock that is ahead must not keep its owner here when they are gone.
            let newest = self.state.seen.entry(replica.to_string()).or_default();
            *newest = at.min(self.road.now).max(*newest);
        }
        Ok(())
    }

    /// Takes in what the others laid down.
    fn take(
        &mut self,
        store: &mut Store,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), Problem> {
        let gone = |cause| unusable("problem-folder-gone", self.road.folder, cause);
        let own = store.own_replicas();
        let mut others: Vec<String> = fs::read_dir(self.road.folder)
            .map_err(gone)?
            .flatten()
            .filter_map(|entry| Some((replica_of(&entry)?, entry.file_name())))
            .filter(|(replica, _)| !own.contains(replica))
            .filter_map(|(_, name)| name.into_string().ok())
            .collect();
        others.sort_unstable();
        for other in others {
            // One that cannot be listed now is listed in the next pass.
            let Ok(entries) = fs::read_dir(self.road.folder.join(&other)) else {
                continue;
            };
            let mut names: Vec<String> = entries
                .flatten()
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
                .filter_map(|entry| entry.file_name().into_string().ok())
                .filter(|name| name.ends_with(ENDING))
                .collect();
            names.sort_unstable_by_key(|name| (number_of(name), name.clone()));
            for name in names {
                if !progress(START) {
                    return Err(Problem::new(Kind::Refused, "problem-cancelled"));
                }
                self.take_file(store, &other, &name, progress)?;
            }
            self.note_seen(store, &other)?;
        }
        Ok(())
    }

    fn take_file(
        &mut self,
        store: &mut Store,
        other: &str,
        name: &str,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), Problem> {
        let read = self.state.read.entry(other.to_owned()).or_default();
        if read.is_in(name) {
            return Ok(());
        }
        let path = self.road.folder.join(other).join(name);
        // Gone since it was listed.
        let Ok(print) = print_of(&path) else {
            return Ok(());
        };
        if read.rest.get(name) == Some(&Some(print)) {
            return Ok(());
        }
        if let Some(then) = read.full.get(name)
            && *then == here(store)?
        {
            return Ok(());
        }
        let file = format!("{other}/{name}");
        let done = if print.0 > FILE_MAX {
            Err(Problem::new(Kind::Unreadable, "problem-bundle-limit")
                .hint("problem-bundle-damaged-hint")
                .arg("file", &file)
                .arg("what", "file")
                .arg("limit", FILE_MAX))
        } else {
            Keys::of(store)
                .map_err(Problem::from)
                .and_then(|keys| import_with(store, &path, &keys, self.road.now, progress))
        };
        match done {
            Ok(accounting) => {
                if accounting.must_come_again {
                    let problem = Problem::new(Kind::Refused, "problem-bundle-unkept")
                        .hint("problem-bundle-unkept-hint")
                        .arg("file", &file)
                        .arg("count", accounting.unkept);
                    read.full.insert(name.to_owned(), here(store)?);
                    self.pass.findings.push(FolderFinding {
                        file: file.clone(),
                        problem,
                    });
                } else {
                    read.full.remove(name);
                    read.took(name);
                }
                self.pass.taken.push(Taken { file, accounting });
            }
            // The store or the person stopped it: not the file's fault.
            Err(problem) if !is_of_the_file(&problem) => return Err(problem),
            Err(problem) => {
                // What a sync program holds at this moment opens later without a change.
                if problem.message != "problem-file-unreadable" {
                    read.rest.insert(name.to_owned(), Some(print));
                }
                self.pass.findings.push(FolderFinding { file, problem });
            }
        }
        Ok(())
    }
}

/// What `progress` is told before a file is opened.
const START: Progress = Progress {
    step: super::unpack::Step::Check,
    done: 0,
    total: 0,
};

fn is_of_the_file(problem: &Problem) -> bool {
    matches!(
        problem.kind,
        Kind::Unreadable | Kind::Refused | Kind::NotUnderstood
    ) && problem.message != "problem-cancelled"
}

fn unusable(message: &'static str, folder: &Path, cause: std::io::Error) -> Problem {
    Problem::new(Kind::Unreadable, message)
        .arg("folder", folder.display())
        .hint("problem-folder-hint")
        .caused_by(cause)
}

/// Returns whose folder an entry is; a sync drive may have put words behind the id.
fn replica_of(entry: &fs::DirEntry) -> Option<ReplicaId> {
    let name = entry.file_name().into_string().ok()?;
    let id = name.get(..32)?.parse().ok()?;
    entry.file_type().ok()?.is_dir().then_some(id)
}

fn name_of(number: u64) -> String {
    format!("{number:04}{ENDING}")
}

/// Returns a file's number; copies and parts have none.
fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(ENDING)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

fn print_of(path: &Path) -> std::io::Result<Print> {
    let found = File::open(path)?.metadata()?;
    let changed = found
        .modified()?
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64);
    Ok((found.len(), changed))
}

/// Removes what a killed export left in the own folder, and returns the greatest number there,
/// that of a bundle in parts included.
fn clear(own: &Path) -> std::io::Result<u64> {
    let mut greatest = 0;
    for entry in fs::read_dir(own)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".zbundle-part") {
            fs::remove_file(entry.path())?;
        } else if name.ends_with(ENDING) {
            let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
            greatest = greatest.max(digits.parse().unwrap_or(0));
        }
    }
    Ok(greatest)
}
