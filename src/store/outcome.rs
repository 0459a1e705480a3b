//! What became of a write, where the disk did not do as it was told.
//!
//! A disk that is full is an ordinary answer: the transaction is undone, the store stays as it
//! is and the next write tries again. A disk that reports an error is not: a sync that fails and
//! then succeeds proves nothing, so nothing more is written, the store is opened anew for
//! reading, and whether a failed commit is there is looked up before anybody is told.

use rusqlite::Connection;

use super::error::{Result, StoreError};
use super::log::Appended;
use super::read::{self, StreamHead};
use super::{Store, judge, look, place, schema};

/// Why a store cannot be written at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The disk is full: the next write tries again.
    Full,
    /// The disk reported an error: nothing is written until the store is opened again.
    Halted,
}

/// What looking up an act after a failed commit found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookedUp {
    /// It is there, and on the disk.
    Saved,
    /// It is not there.
    Absent,
    /// It cannot be told, or may go with the next power cut.
    Unsure,
}

/// Who is told that an act's outcome is being looked up, and what was found.
#[derive(Default)]
pub(super) struct Asking {
    told: Option<Box<dyn Fn() + Send>>,
    looked_up: Option<LookedUp>,
}

impl Store {
    /// Returns why the last write failed, where another may fail for the same reason.
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// Sets what is called before an act's outcome is looked up: a disk that fails may take long
    /// to answer, and whoever waits must know for what.
    pub fn when_in_doubt(&mut self, tell: impl Fn() + Send + 'static) {
        self.asking.told = Some(Box::new(tell));
    }

    /// Returns what was found where an outcome had to be looked up since this was last asked.
    pub fn take_looked_up(&mut self) -> Option<LookedUp> {
        self.asking.looked_up.take()
    }

    /// Writes nothing that matters, to learn whether the disk has room again.
    pub fn try_room(&mut self, now: i64) -> Result<()> {
        self.set_setting_local("room.tried", Some(&now.to_string()))
    }

    /// Fails where nothing may be written.
    pub fn writable(&self) -> Result<()> {
        if self.trouble == Some(Trouble::Halted) {
            Err(StoreError::Halted)
        } else if self.is_gone_by {
            Err(StoreError::GoneBy)
        } else if self.read_only {
            Err(StoreError::ReadOnly)
        } else {
            Ok(())
        }
    }

    /// Writes, and heeds what the disk answers. All that writes goes through here.
    pub(super) fn writing<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.writable()?;
        self.name_log()?;
        match act(self) {
            Ok(done) => {
                self.trouble = self.trouble.filter(|trouble| *trouble != Trouble::Full);
                Ok(done)
            }
            Err(fault) => Err(self.heed(fault)),
        }
    }

    /// Makes the name of the write-ahead log durable before the first write: SQLite ignores a
    /// failure of this, and without the name a power cut takes every commit in it.
    fn name_log(&mut self) -> Result<()> {
        if !self.is_log_named {
            if let Err(fault) = place::sync_folder(&self.folder) {
                if !fault.is_full() {
                    self.halt();
                }
                return Err(fault);
            }
            self.is_log_named = true;
        }
        Ok(())
    }

    fn heed(&mut self, fault: StoreError) -> StoreError {
        // What was undone may have been judged by.
        self.judge = judge::Kept::default();
        let fault = fault.on(&self.folder);
        if fault.is_full() {
            self.trouble = Some(Trouble::Full);
        } else if fault.is_disk_failure() {
            self.halt();
        }
        fault
    }

    /// A failed commit means *unknown*: only the database opened anew can tell.
    pub(super) fn after_failed_commit(
        &mut self,
        head: &StreamHead,
        appended: Appended,
        error: rusqlite::Error,
    ) -> Result<Appended> {
        let fault = StoreError::from(error).on(&self.folder);
        if fault.is_full() {
            // The frame that would have made it a commit had no room: there is nothing to ask.
            return Err(fault);
        }
        if let Some(tell) = &self.asking.told {
            tell();
        }
        self.put_down()?;
        let found = self.look_up(head);
        self.asking.looked_up = Some(found);
        if fault.is_disk_failure() {
            self.halt();
        } else {
            self.conn = schema::connect(&self.folder.join(place::DATABASE), false)?;
        }
        match found {
            LookedUp::Saved => Ok(appended),
            LookedUp::Absent => Err(StoreError::NotSaved(fault.to_string())),
            LookedUp::Unsure => Err(StoreError::Unsure(fault.to_string())),
        }
    }

    /// Opens the database anew and looks for a head; one that is there must get into the
    /// database's own file, for the log's last sync proves nothing.
    fn look_up(&self, head: &StreamHead) -> LookedUp {
        let look = || -> Result<LookedUp> {
            let conn = schema::connect(&self.folder.join(place::DATABASE), false)?;
            if read::chain_at(&conn, head.stream, head.seq)? != Some(head.chain) {
                return Ok(LookedUp::Absent);
            }
            let rest: (i64, i64, i64) =
                conn.query_row("PRAGMA wal_checkpoint(FULL)", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
            Ok(match rest {
                (0, frames, copied) if frames == copied => LookedUp::Saved,
                _ => LookedUp::Unsure,
            })
        };
        look().unwrap_or(LookedUp::Unsure)
    }

    /// Stops writing for good: the store is opened anew for reading.
    fn halt(&mut self) {
        self.trouble = Some(Trouble::Halted);
        if self.put_down().is_ok()
            && let Ok(reading) = look::to_read(&self.folder)
        {
            self.conn = reading;
        }
    }

    /// Closes the database; an empty one in memory stands for it until it is opened again.
    fn put_down(&mut self) -> Result<()> {
        let closed = std::mem::replace(&mut self.conn, Connection::open_in_memory()?);
        // What closing has to say was said by the write that failed.
        drop(closed);
        Ok(())
    }
}
