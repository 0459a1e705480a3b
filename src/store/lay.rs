//! Laying down: many acts at once into a store that nobody works with yet.

use super::error::{Result, StoreError};
use super::{Store, schema};

/// The memory for pages while much is taken in, negative KiB as SQLite reads it.
const ROOM: i64 = -65_536;
/// And after how many pages the log is copied into the database then.
const ROOM_PAGES: i64 = 16_384;

impl Store {
    /// Takes much in: `work` has four times the everyday memory for pages, 64 MiB. New events touch
    /// their indexes all over; with room, pages are read back and copied less often.
    ///
    /// Fails where `work` does, or where the everyday settings do not come back.
    pub fn with_room<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.set_room(ROOM, ROOM_PAGES)?;
        let done = work(self);
        let back = self.set_room(schema::CACHE, schema::CHECKPOINT_PAGES);
        // What waits in the log is more than an everyday act should copy. Nothing of it is lost
        // where this fails: the next act's commit copies it, or tells what is wrong.
        let _ = self
            .conn
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        let done = done?;
        back?;
        Ok(done)
    }

    fn set_room(&self, cache: i64, pages: i64) -> Result<()> {
        self.conn.pragma_update(None, "cache_size", cache)?;
        self.conn.pragma_update(None, "wal_autocheckpoint", pages)?;
        Ok(())
    }

    /// Stops waiting for the disk after each act, until [`Store::laid`]: only for a store
    /// that is thrown away when laying it down does not end.
    pub fn lay_quickly(&mut self) -> Result<()> {
        self.writing(|store| Ok(store.conn.pragma_update(None, "synchronous", "OFF")?))
    }

    /// Brings all that was laid down onto the disk; from now on each act waits for it again.
    pub fn laid(&mut self) -> Result<()> {
        self.conn.pragma_update(None, "synchronous", "FULL")?;
        // A checkpoint syncs log and database; without one the first acts would not.
        self.conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}
