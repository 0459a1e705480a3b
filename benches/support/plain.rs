//! The floor of everything that writes events: the same rows in one plain table.

use std::path::Path;

use rusqlite::{Connection, params};
use zhiban::domain::event::Event;

const INSERT: &str = "INSERT INTO event VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)";

/// A database of one table under the store's own settings.
pub struct Plain(pub Connection);

impl Plain {
    /// Lays the table down.
    pub fn new(folder: &Path) -> Self {
        let connection = Connection::open(folder.join("plain.db")).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;
                 PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST;
                 PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;
                 CREATE TABLE event(replica BLOB, seq INTEGER, stamp INTEGER, at INTEGER, zone INTEGER,
                   act INTEGER, register TEXT, record BLOB, verb INTEGER, version INTEGER, roster BLOB,
                   chain BLOB, salt BLOB, facts BLOB, personal BLOB, PRIMARY KEY(replica, seq)) WITHOUT ROWID;",
            )
            .unwrap();
        Self(connection)
    }

    /// Writes events with both bodies in one durable transaction.
    pub fn write<'a>(&mut self, events: impl IntoIterator<Item = &'a Event>) {
        let transaction = self.0.transaction().unwrap();
        for event in events {
            let (head, personal) = (&event.head, event.body.personal());
            transaction
                .prepare_cached(INSERT)
                .unwrap()
                .execute(params![
                    head.replica.0,
                    head.seq.cast_signed(),
                    head.stamp.0,
                    head.at,
                    head.zone,
                    head.act.cast_signed(),
                    head.register,
                    head.record.0,
                    head.verb,
                    head.version,
                    head.roster,
                    event.chain.0,
                    personal.map(|part| part.salt),
                    event.body.facts(),
                    personal.map(|part| part.bytes.as_slice())
                ])
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}
