//! What an erase takes beside the bodies: drafts, attachments, and what pages of the files
//! still hold. The first goes in the transaction that folds; the rest is due from then on and
//! done when nobody stands in the way, also after a crash.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};

use crate::domain::body::Absence;
use crate::domain::event::{Event, Verb};
use crate::domain::id::{Chain, Id};
use crate::domain::payload::{Direction, Payload};
use crate::domain::registers::{IDENTIFYING, ORDER_NUMBER};

use super::error::{Result, StoreError};
use super::project::{self, text_of};
use super::{Store, UnfoldedEvent, health, id_at, place, read, scratch};

/// The local setting that says that the files still hold what was erased.
const DUE: &str = "scrub";
/// Up to this size SQLite rewrites a database in memory; a larger one by a file of its own,
/// which has no name and holds nothing erased.
const IN_MEMORY: u64 = 256 << 20;
/// The fewest characters of a name, and of what is spelled in ASCII, that tell a draft is about
/// somebody: a shorter word is in too many.
const NAME_MIN: usize = 2;
const ASCII_MIN: usize = 4;

/// Returns the hash of the file that an event attaches.
pub(super) fn attached(event: &Event) -> Option<[u8; 32]> {
    if event.head.verb != Verb::Attach as u8 {
        return None;
    }
    match Payload::read(event)? {
        Payload::Attach { hash, .. } => Some(hash),
        _ => None,
    }
}

/// Returns where an attachment lies in the folder of attachments.
fn place_of(folder: &Path, hash: &[u8; 32]) -> PathBuf {
    let name = Chain(*hash).to_string();
    folder.join(&name[..2]).join(name)
}

/// Returns whether any of these files lies beside the database of a connection.
pub(super) fn any_is_here(conn: &Connection, hashes: &[[u8; 32]]) -> bool {
    let folder = conn
        .path()
        .map(Path::new)
        .and_then(Path::parent)
        .map(|folder| folder.join(health::ATTACHMENTS));
    folder.is_some_and(|folder| hashes.iter().any(|hash| place_of(&folder, hash).exists()))
}

/// Notes that the files are to be scrubbed.
pub(super) fn mark_due(conn: &Connection) -> Result<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO setting_local(key, value) VALUES(?1, '1')")?
        .execute([DUE])?;
    Ok(())
}

/// Forgets everybody's unsent texts about what was erased: those that name the record, its order
/// or the person.
pub(super) fn forget_drafts<'a>(
    conn: &Connection,
    erased: impl Iterator<Item = &'a Event>,
) -> Result<()> {
    let signs: BTreeSet<String> = erased.flat_map(signs).collect();
    forget_in_list(conn, &signs)?;
    let mut drafts = conn.prepare_cached("SELECT person, key, text FROM draft")?;
    let drafts: Vec<(String, String, String)> = drafts
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (person, key, text) in &drafts {
        if signs
            .iter()
            .any(|sign| key.contains(sign) || text.contains(sign))
        {
            conn.prepare_cached("DELETE FROM draft WHERE person = ?1 AND key = ?2")?
                .execute((person, key))?;
        }
    }
    Ok(())
}

/// Takes the same words out of the list of what was given away: a file or a reason may bear the
/// person's name.
fn forget_in_list(conn: &Connection, signs: &BTreeSet<String>) -> Result<()> {
    let mut query = conn.prepare_cached(
        "UPDATE given SET file = replace(file, ?1, '***'), reason = replace(reason, ?1, '***')
         WHERE instr(file, ?1) > 0 OR instr(coalesce(reason, ''), ?1) > 0",
    )?;
    for sign in signs {
        query.execute([sign])?;
    }
    Ok(())
}

/// Returns the words by which a draft is known to be about the same: the record's id, the
/// order's number, and who it is.
fn signs(event: &Event) -> Vec<String> {
    let mut signs = vec![event.head.record.to_string()];
    match Payload::read(event) {
        Some(Payload::Open(change) | Payload::Set(change)) => {
            let is_order = event.head.register == "order";
            for (path, value) in &change.fields {
                let tells = IDENTIFYING.contains(&path.as_str())
                    || path == ORDER_NUMBER.name()
                    || is_order && path == "number";
                if tells {
                    signs.push(text_of(value));
                }
            }
        }
        // Our own name stands in more texts than the buyer's.
        Some(Payload::Say(say)) if say.direction == Direction::In => signs.extend(say.author),
        _ => {}
    }
    signs.retain(|sign| {
        let least = if sign.is_ascii() { ASCII_MIN } else { NAME_MIN };
        sign.chars().count() >= least && !sign.contains(['*', '#', '$'])
    });
    signs
}

impl Store {
    /// Returns all events whose personal parts an `erase` in force takes, here or not.
    pub fn erased(&self) -> Result<BTreeSet<Chain>> {
        let judge = self.judge.judge(&self.conn)?;
        let mut erased = BTreeSet::new();
        for record in self.erased_records()? {
            erased.extend(project::folded(&self.conn, &judge, record, None)?.erases);
        }
        Ok(erased)
    }

    /// Returns how many events erase something, whether they are in force or not: it grows with
    /// each that comes.
    pub fn count_of_erases(&self) -> Result<u64> {
        let mut query = self
            .conn
            .prepare_cached("SELECT count(*) FROM event INDEXED BY event_files WHERE verb = 10")?;
        let count: i64 = query.query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    fn erased_records(&self) -> Result<Vec<Id>> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT record FROM event INDEXED BY event_files WHERE verb = 10",
        )?;
        let rows = query.query_map([], |row| id_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the files that went with what was erased, and which nothing else names.
    pub fn erased_files(&self) -> Result<BTreeSet<[u8; 32]>> {
        let records = self.erased_records()?;
        if records.is_empty() {
            return Ok(BTreeSet::new());
        }
        let erased = self.erased()?;
        let (mut gone, mut kept) = (BTreeSet::new(), BTreeSet::new());
        for (hash, event) in self.attaching()? {
            if erased.contains(&event.chain) {
                gone.insert(hash);
            } else {
                kept.insert(hash);
            }
        }
        Ok(gone.difference(&kept).copied().collect())
    }

    /// Returns the files that events of the log attach, here or not.
    pub fn attached_files(&self) -> Result<BTreeSet<[u8; 32]>> {
        let all = self.attaching()?.into_iter();
        Ok(all.map(|(hash, _)| hash).collect())
    }

    /// Returns each event that attaches a file, with the file's hash, as far as its facts are
    /// here.
    fn attaching(&self) -> Result<Vec<([u8; 32], Event)>> {
        let stored = read::read(&self.conn, "WHERE e.verb = 6 ORDER BY e.key", [])?;
        let events = stored.into_iter().filter_map(|one| one.event);
        Ok(events
            .filter_map(|event| Some((attached(&event)?, event)))
            .collect())
    }

    /// Returns the events whose file is not here though it was neither erased nor withheld (Q10).
    /// They count, with their facts; a file that comes later heals them by being there.
    pub fn missing_files(&self) -> Result<Vec<UnfoldedEvent>> {
        let attaching = self.attaching()?;
        let lacks = |hash: &[u8; 32]| !self.has_file(hash);
        if !attaching.iter().any(|(hash, ..)| lacks(hash)) {
            return Ok(Vec::new());
        }
        let erased = self.erased()?;
        Ok(attaching
            .into_iter()
            .filter(|(hash, event)| {
                let is_withheld = event.body.absence() == Some(Absence::Withheld);
                !is_withheld && !erased.contains(&event.chain) && lacks(hash)
            })
            .map(|(_, event)| UnfoldedEvent {
                code: "Q10".to_owned(),
                chain: event.chain,
                event: Some(event),
            })
            .collect())
    }

    /// Returns how many events of a record lack a body that was withheld from this store.
    pub fn withheld_of(&self, record: Id) -> Result<u64> {
        let withheld = |event: &Event| event.body.absence() == Some(Absence::Withheld);
        Ok(self
            .events(record)?
            .iter()
            .filter(|event| withheld(event))
            .count() as u64)
    }

    /// Returns whether a part of a body that could come is not here within a stream's range, both
    /// ends included: withheld from this store, or gone though no `erase` in force says so. What
    /// is not folded yet may lack one too.
    pub fn is_any_lacking(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<bool> {
        let mut query = self.conn.prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM body INDEXED BY body_withheld
               WHERE digest >= x'02' AND digest < x'03' AND key BETWEEN ?1 AND ?2)
             OR EXISTS(SELECT 1 FROM unfolded WHERE code = 'Q12' AND key BETWEEN ?1 AND ?2)
             OR EXISTS(SELECT 1 FROM dirty) AND EXISTS(SELECT 1 FROM body
               WHERE digest >= x'01' AND digest < x'02' AND key BETWEEN ?1 AND ?2)",
        )?;
        let range = (read::key(stream, from_seq), read::key(stream, to_seq));
        Ok(query.query_row(range, |row| row.get(0))?)
    }

    /// Returns whether an attachment is here.
    pub fn has_file(&self, hash: &[u8; 32]) -> bool {
        place_of(&self.attachments, hash).is_file()
    }

    /// Lays an attachment down, synced, under its hash, and returns that; readable by its owner
    /// alone. It must be there before an event names it.
    pub fn keep_file(&mut self, bytes: &[u8]) -> Result<[u8; 32]> {
        self.writable()?;
        let hash = *blake3::hash(bytes).as_bytes();
        let path = place_of(&self.attachments, &hash);
        if !path.is_file() {
            path.parent().map_or(Ok(()), place::make_folder)?;
            place::write_private(&path, bytes)?;
            path.parent().map_or(Ok(()), place::sync_folder)?;
        }
        Ok(hash)
    }

    /// Notes that something which was erased may lie in the files still.
    pub fn scrub_is_due(&mut self) -> Result<()> {
        self.writing(|store| mark_due(&store.conn))
    }

    /// Returns whether the files still have to be scrubbed.
    pub fn is_scrub_due(&self) -> Result<bool> {
        let due: Option<i64> = self
            .conn
            .prepare_cached("SELECT 1 FROM setting_local WHERE key = ?1")?
            .query_row([DUE], |row| row.get(0))
            .optional()?;
        Ok(due.is_some())
    }

    /// Scrubs the files where that is due, and returns whether nothing is due any more: while
    /// others read or write it stays so, and the next one to come does it.
    pub fn scrub_if_due(&mut self) -> Result<bool> {
        if self.read_only || !self.is_scrub_due()? {
            return Ok(!self.read_only);
        }
        match self.scrub() {
            Ok(()) => {}
            Err(error) if error.is_busy() => return Ok(false),
            Err(error) => return Err(error),
        }
        self.set_setting_local(DUE, None)?;
        Ok(true)
    }

    /// Makes sure that neither a page of the files nor an attachment holds what was erased. It
    /// rewrites the database, so nobody else may read or write meanwhile: then it fails as busy.
    pub fn scrub(&mut self) -> Result<()> {
        self.writing(Self::rewrite)
    }

    fn rewrite(&mut self) -> Result<()> {
        // Whoever reads a copy holds what was here then.
        if scratch::sweep(&self.folder) {
            return Err(StoreError::busy());
        }
        for hash in self.erased_files()? {
            remove(&place_of(&self.attachments, &hash))?;
        }
        self.conn
            .execute_batch("INSERT INTO search(search) VALUES('optimize');")?;
        let path = self.folder.join(place::DATABASE);
        let size = fs::metadata(&path).map_err(StoreError::io(&path))?.len();
        let is_large = size > IN_MEMORY;
        if is_large {
            self.conn.pragma_update(None, "temp_store", "FILE")?;
        }
        let done = self.conn.execute_batch("VACUUM;");
        if is_large {
            self.conn.pragma_update(None, "temp_store", "MEMORY")?;
        }
        done?;
        let is_busy: bool = self
            .conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if is_busy {
            return Err(StoreError::busy());
        }
        Ok(())
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io(path)(fault))
        }
        _ => Ok(()),
    }
}
