//! Laying down: many acts at once into a store that nobody works with yet.

use super::Store;
use super::error::Result;

impl Store {
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
